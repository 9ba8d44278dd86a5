"""How good each network type is at its best setting, by an estimate that does not flatter it."""

import math
from typing import Any

import pandas as pd

from cuttle.analysis.data import NETWORK_TYPE, Study
from cuttle.analysis.numerics import table
from cuttle.analysis.per_study import once_per_study
from cuttle.analysis.settings import TOO_FEW, Grid, grids, settings_of

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
        conditions = settings_of(study).reset_index().set_index([NETWORK_TYPE, "setting"])
        for opponent in study.opponents:
            found, rates = grids(study, opponent), study.rates(opponent)
            for name in study.levels(NETWORK_TYPE):
                row = {"opponent": opponent, "network_type": name, **_best(name, *found)}
                if setting := row.get("setting"):
                    row["condition"] = conditions.loc[(name, setting), "condition"]
                    row["n"] = rates[row["condition"]].size
                rows.append(row)
    return table(rows, COLUMNS)


def _best(network_type: str, whole: Grid, first: Grid, second: Grid) -> dict[str, Any]:
    setting = whole.best(network_type)
    if not setting:
        return {"num_settings": 0, "note": "no runs"}
    naive, _ = whole.estimate(network_type, setting)
    num_settings = whole.mean.loc[network_type].count()
    row = {"setting": setting, "num_settings": num_settings, "naive_mean": naive}
    chosen = [half.best(network_type) for half in (first, second)]
    if not all(chosen):
        return {**row, "note": TOO_FEW}
    found = [h.estimate(network_type, c) for h, c in zip((second, first), chosen, strict=True)]
    (one, error_one), (other, error_other) = found
    if math.isnan(one + other):
        return {**row, "note": TOO_FEW}
    return {
        **row,
        "crossfit_mean": (one + other) / 2,
        "crossfit_se": math.sqrt(error_one + error_other) / 2,
        "optimism": naive - (one + other) / 2,
        "chosen_first": chosen[0],
        "chosen_second": chosen[1],
    }
