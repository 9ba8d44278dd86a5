"""p-values corrected over their family: a missing one still counts as planned.

Ours: statsmodels' `multipletests` gives the same (tested) but collects garbage at every call, 0.2 s
each; Shaffer's procedure is in no library.
"""

import math
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cuttle.analysis.numerics import NAN, FloatArray


def holm(p_values: "pd.Series[float]") -> FloatArray:
    """Step down: the i-th smallest p times m - i + 1, kept monotone (Holm 1979)."""
    return _step_down(p_values, np.arange(len(p_values), 0, -1))


def bonferroni(p_values: "pd.Series[float]") -> FloatArray:
    """Multiply by the number of comparisons (Dunn 1961)."""
    return np.minimum(1.0, len(p_values) * p_values.to_numpy(dtype=np.float64))


def shaffer(family: pd.DataFrame) -> FloatArray:
    """Step down over pairs `a`, `b` with p-values `p`, by how many equalities can still be true.

    Shaffer 1986, procedure S1; for three conditions the multipliers are 3, 1, 1. A family that is
    not all pairs of its conditions gets Holm's multipliers.
    """
    m, k = len(family), len(set(family["a"]) | set(family["b"]))
    if math.comb(k, 2) != m:
        return holm(family["p"])
    possible = np.array(sorted(_possible_true(k)))
    left = np.arange(m, 0, -1)
    return _step_down(family["p"], possible[np.searchsorted(possible, left, side="right") - 1])


def holm_factors(p_values: "pd.Series[float]") -> NDArray[np.int64]:
    """Return the factor that Holm's procedure multiplies each p by, before it is monotone."""
    filled = p_values.fillna(1.0).to_numpy(dtype=np.float64)
    ranks = np.argsort(np.argsort(filled, kind="stable"), kind="stable")
    return np.asarray(len(filled) - ranks)


def _step_down(p_values: "pd.Series[float]", multipliers: NDArray[np.int64]) -> FloatArray:
    p = p_values.to_numpy(dtype=np.float64)
    filled = np.where(np.isnan(p), 1.0, p)
    order = np.argsort(filled, kind="stable")
    adjusted = np.empty(p.size)
    adjusted[order] = np.maximum.accumulate(np.minimum(1.0, multipliers * filled[order]))
    return np.where(np.isnan(p), NAN, adjusted)


@lru_cache
def _possible_true(k: int) -> frozenset[int]:
    """Collect how many of the C(k, 2) equalities of k conditions can be true at once."""
    if k <= 1:
        return frozenset({0})
    return frozenset(
        math.comb(size, 2) + rest for size in range(1, k + 1) for rest in _possible_true(k - size)
    )
