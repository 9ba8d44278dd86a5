"""How good each network type is at its best setting, by an estimate that does not flatter it."""

import math
from typing import Any

import numpy as np
import pandas as pd

from cuttle.analysis.data import NETWORK_TYPE, Study
from cuttle.analysis.numerics import FloatArray, table
from cuttle.analysis.per_study import once_per_study
from cuttle.analysis.settings import HALVES, best, half_of, means, settings_of, squared_error

COLUMNS = (
    "opponent", "network_type", "condition", "setting", "num_settings", "n", "naive_mean",
    "crossfit_mean", "crossfit_se", "optimism", "chosen_first", "chosen_second", "note",
)  # fmt: skip


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Return the best setting of each type, if a factor beside the type varies.

    naive_mean: the highest mean, chosen and estimated on the same runs, so too high
    crossfit_mean: chosen on one half of the runs and estimated on the other, and the reverse
    optimism: the difference; chosen_first, chosen_second: what each half chose
    """
    rows = []
    if set(study.varying) - {NETWORK_TYPE}:
        for opponent in study.opponents:
            rates = study.rates(opponent)
            for network_type, conditions in settings_of(study).items():
                row = {"opponent": opponent, "network_type": network_type}
                rows.append({**row, **_best(rates, conditions)})
    return table(rows, COLUMNS)


def _best(rates: dict[str, FloatArray], conditions: dict[str, str]) -> dict[str, Any]:
    naive = means(rates, conditions)
    if not naive:
        return {"num_settings": 0, "note": "no runs"}
    setting = best(naive)
    row = {
        "condition": conditions[setting],
        "setting": setting,
        "num_settings": len(naive),
        "n": rates[conditions[setting]].size,
        "naive_mean": naive[setting],
    }
    estimates, errors, chosen = [], [], []
    for half in HALVES:
        found = means(rates, conditions, half.choosing)
        choice = best(found) if found else setting
        estimating = half_of(rates[conditions[choice]], half.estimating)
        if not found or not estimating.size:
            return {**row, "note": "fewer than two runs per setting cannot be split"}
        estimates.append(float(estimating.mean()))
        errors.append(squared_error(estimating))
        chosen.append(choice)
    return {
        **row,
        "crossfit_mean": float(np.mean(estimates)),
        "crossfit_se": math.sqrt(sum(errors)) / len(HALVES),
        "optimism": naive[setting] - float(np.mean(estimates)),
        "chosen_first": chosen[0],
        "chosen_second": chosen[1],
    }
