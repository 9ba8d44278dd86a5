"""Tests of normality and of equal variance. Passing one is no evidence for its null."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from cuttle.analysis.estimators.core import (
    Estimate,
    FloatArray,
    NotComputable,
    Values,
    as_values,
    is_constant,
    mean_of,
    too_few,
)
from cuttle.analysis.estimators.omnibus import anova

MAX_N = 5000  # the approximation of p is fitted up to here


@dataclass(frozen=True, slots=True)
class ShapiroWilk(Estimate):
    """Shapiro-Wilk W and the p of W under normality."""

    W: float
    p: float


@dataclass(frozen=True, slots=True)
class Levene(Estimate):
    """Levene's F over absolute deviations from each group's centre."""

    F: float
    p: float
    df1: int
    df2: int
    center: str


def shapiro_wilk(x: Values) -> ShapiroWilk | NotComputable:
    """Test one group for normality (Shapiro & Wilk 1965; p by Royston 1995, AS R94)."""
    values = as_values(x)
    if values.size < 3:
        return NotComputable(f"n < 3: normality not testable with {values.size} value(s)")
    if is_constant(values):
        return NotComputable("constant: all values are equal, normality not testable")
    if values.size > MAX_N:
        return NotComputable(f"n > {MAX_N}: outside the range the p-value was fitted for")
    result = stats.shapiro(values)
    return ShapiroWilk(float(result.statistic), float(result.pvalue))


def levene(
    groups: Mapping[str, Values], center: Literal["median", "mean"] = "median"
) -> Levene | NotComputable:
    """Test groups for equal variance: ANOVA of |x - centre|.

    Centre `median` is Brown & Forsythe 1974 (the default), `mean` is Levene 1960.
    """
    arrays = {name: as_values(x) for name, x in groups.items()}
    if len(arrays) < 2:
        return NotComputable("fewer than 2 groups")
    # Deviations of two values from their median are equal by construction: F would be 1e32.
    if refused := too_few(3, **arrays):
        return refused
    if constant := [name for name, values in arrays.items() if is_constant(values)]:
        return NotComputable(f"constant: {', '.join(constant)}")
    deviations = {name: _deviations(values, center) for name, values in arrays.items()}
    result = anova(deviations)
    if isinstance(result, NotComputable):
        return NotComputable(f"zero within-group variation of deviations ({result.reason})")
    return Levene(result.F, result.p, result.df1, result.df2, center)


def _deviations(values: FloatArray, center: str) -> FloatArray:
    middle = float(np.median(values)) if center == "median" else mean_of(values)
    return np.abs(values - middle)
