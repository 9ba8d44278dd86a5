"""What each network type loses at the setting that is best for another, or for all of them."""

import math
from typing import Any

import numpy as np
import pandas as pd

from cuttle.analysis.data import NETWORK_TYPE, Study
from cuttle.analysis.numerics import FloatArray, table
from cuttle.analysis.per_study import once_per_study
from cuttle.analysis.settings import (
    ALL_TYPES,
    HALVES,
    best,
    half_of,
    means,
    settings_of,
    squared_error,
)

COLUMNS = ("opponent", "network_type", "at", "setting", "loss", "se", "note")
Settings = dict[str, dict[str, str]]


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Return the loss of win rate at others' best settings (Adkins, Bowling & White 2024).

    loss: mean at the own best setting less that at the other's, both chosen on one half of the
        runs and estimated on the other, and the reverse; positive where the type does worse there
    setting: what is best for the other on all runs
    """
    rows = []
    if len(study.varying) > 1 and NETWORK_TYPE in study.varying:
        settings = settings_of(study)
        for opponent in study.opponents:
            rates = study.rates(opponent)
            for network_type in settings:
                others = [name for name in settings if name != network_type]
                rows += [
                    {
                        "opponent": opponent,
                        "network_type": network_type,
                        "at": other,
                        **_loss(rates, settings, network_type, other),
                    }
                    for other in [*others, ALL_TYPES]
                ]
    return table(rows, COLUMNS)


def _loss(
    rates: dict[str, FloatArray], settings: Settings, network_type: str, other: str
) -> dict[str, Any]:
    conditions = settings[network_type]
    row = {"setting": _choose(rates, settings, other, None)}
    losses, errors = [], []
    for half in HALVES:
        own = _choose(rates, settings, network_type, half.choosing)
        others = _choose(rates, settings, other, half.choosing)
        if not own or others not in conditions:
            return {**row, "note": "its runs do not cover the settings of the other"}
        x, y = (half_of(rates[conditions[s]], half.estimating) for s in (own, others))
        if not (x.size and y.size):
            return {**row, "note": "fewer than two runs per setting cannot be split"}
        losses.append(float(x.mean() - y.mean()))
        errors.append(0.0 if own == others else squared_error(x) + squared_error(y))
    return {**row, "loss": float(np.mean(losses)), "se": math.sqrt(sum(errors)) / len(HALVES)}


def _choose(
    rates: dict[str, FloatArray], settings: Settings, network_type: str, half: int | None
) -> str:
    """Return the best setting of a type, or the one with the best mean over all types."""
    if network_type != ALL_TYPES:
        found = means(rates, settings[network_type], half)
        return best(found) if found else ""
    by_type = [means(rates, conditions, half) for conditions in settings.values()]
    shared = set.intersection(*map(set, by_type))
    averages = {
        s: float(np.mean([found[s] for found in by_type])) for s in by_type[0] if s in shared
    }
    return best(averages) if averages else ""
