"""The best setting of a network type, chosen on one half of its runs and estimated on the other."""

from typing import NamedTuple

import numpy as np

from cuttle.analysis.data import NETWORK_TYPE, Study, level_text
from cuttle.analysis.numerics import FloatArray

ALL_TYPES = "all types"
NUM_HALVES = 2


class Half(NamedTuple):
    """Which runs choose and which estimate."""

    choosing: int
    estimating: int


HALVES = (Half(0, 1), Half(1, 0))


def half_of(x: FloatArray, half: int) -> FloatArray:
    """Return every other run, by run number."""
    return x[half::NUM_HALVES]


def settings_of(study: Study) -> dict[str, dict[str, str]]:
    """Return the conditions by network type and by setting, the levels of all other factors."""
    others = [factor for factor in study.varying if factor != NETWORK_TYPE]
    found: dict[str, dict[str, str]] = {}
    for condition, levels in study.conditions.iterrows():
        setting = ", ".join(
            f"{study.factor_text(factor)} {level_text(levels[factor])}" for factor in others
        )
        found.setdefault(str(levels[NETWORK_TYPE]), {})[setting] = str(condition)
    return found


def means(
    rates: dict[str, FloatArray], conditions: dict[str, str], half: int | None = None
) -> dict[str, float]:
    """Return the mean win rate by setting, of all runs or of one half, where there are any."""
    values = {
        setting: rates[name] if half is None else half_of(rates[name], half)
        for setting, name in conditions.items()
    }
    return {setting: float(x.mean()) for setting, x in values.items() if x.size}


def best(found: dict[str, float]) -> str:
    """Return the setting with the highest mean; the first planned one of equals."""
    return max(found, key=lambda setting: found[setting])


def squared_error(x: FloatArray) -> float:
    """Return the squared standard error of a mean; NaN below two runs."""
    return float(x.var(ddof=1) / x.size) if x.size > 1 else float(np.nan)
