"""Families of comparisons: adjusted p-values and simultaneous intervals. No single tests."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import stats

from cuttle.analysis.estimators.core import (
    CONFIDENCE,
    Estimate,
    FloatArray,
    NotComputable,
    Values,
    as_values,
    mean_of,
)
from cuttle.analysis.estimators.distributions import (
    normal_two_sided,
    studentized_range_quantile,
    studentized_range_upper,
)
from cuttle.analysis.estimators.omnibus import anova
from cuttle.analysis.estimators.ranks import tie_sum
from cuttle.analysis.estimators.two_sample import summarise, welch_error

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Simultaneous(Estimate):
    """Difference a minus b with a p and an interval that hold for all pairs at once."""

    diff: float
    ci_low: float
    ci_high: float
    p: float


@dataclass(frozen=True, slots=True)
class Dunn(Estimate):
    """Dunn's z of mean ranks a minus b, with its two-sided unadjusted p."""

    z: float
    p: float


def pairs_of(names: Sequence[str]) -> list[Pair]:
    """List all pairs in the order of the names."""
    return list(itertools.combinations(names, 2))


def bonferroni(p_values: Sequence[float], family_size: int | None = None) -> list[float]:
    """Multiply each p by the size of the family, at most 1 (Dunn 1961)."""
    m = len(p_values) if family_size is None else family_size
    return [min(1.0, m * p) for p in p_values]


def holm(p_values: Sequence[float]) -> list[float]:
    """Step down: the i-th smallest p times m - i + 1, kept monotone (Holm 1979)."""
    m = len(p_values)
    return _step_down(p_values, range(m, 0, -1))


def shaffer(p_values: Mapping[Pair, float]) -> dict[Pair, float]:
    """Step down over all pairs of k groups, with how many equalities can still be true.

    Shaffer 1986, procedure S1; for three groups the multipliers are 3, 1, 1. A family that lacks
    pairs gets Holm's multipliers.
    """
    names = dict.fromkeys(name for pair in p_values for name in pair)
    m = math.comb(len(names), 2)
    multipliers: Sequence[int] = range(len(p_values), 0, -1)
    if m == len(p_values):
        possible = _possible_true(len(names))
        multipliers = [max(t for t in possible if t <= m - i) for i in range(m)]
    adjusted = _step_down(list(p_values.values()), multipliers)
    return dict(zip(p_values, adjusted, strict=True))


def tukey_hsd(groups: Mapping[str, Values]) -> dict[Pair, Simultaneous] | NotComputable:
    """Compare all pairs under equal variances (Tukey 1953, Kramer 1956)."""
    arrays = {name: values for name, x in groups.items() if (values := as_values(x)).size}
    fit = anova(arrays)
    if isinstance(fit, NotComputable):
        return fit
    k = len(arrays)
    critical = studentized_range_quantile(CONFIDENCE, k, fit.df2)
    results = {}
    for a, b in pairs_of(list(arrays)):
        x, y = arrays[a], arrays[b]
        error = math.sqrt(fit.ms_within / 2 * (1 / x.size + 1 / y.size))
        results[a, b] = _simultaneous(mean_of(x) - mean_of(y), error, critical, k, fit.df2)
    return results


def games_howell(groups: Mapping[str, Values]) -> dict[Pair, Simultaneous | NotComputable]:
    """Compare all pairs without equal variances (Games & Howell 1976)."""
    arrays = {name: values for name, x in groups.items() if (values := as_values(x)).size}
    k = len(arrays)
    return {(a, b): _games_howell_pair(arrays[a], arrays[b], k) for a, b in pairs_of(list(arrays))}


def dunn(groups: Mapping[str, Values]) -> dict[Pair, Dunn] | NotComputable:
    """Compare mean ranks of all pairs within the joint ranking, corrected for ties (Dunn 1964)."""
    arrays = {name: values for name, x in groups.items() if (values := as_values(x)).size}
    if len(arrays) < 2:
        return NotComputable("fewer than 2 groups with values")
    pooled = np.concatenate(list(arrays.values()))
    n = pooled.size
    variance = (n * (n + 1) - tie_sum(pooled) / (n - 1)) / 12
    if variance <= 0:
        return NotComputable("all values are equal")
    borders = [int(end) for end in np.cumsum([x.size for x in arrays.values()])[:-1]]
    ranks = dict(zip(arrays, np.split(stats.rankdata(pooled), borders), strict=True))
    results = {}
    for a, b in pairs_of(list(arrays)):
        x, y = ranks[a], ranks[b]
        error = math.sqrt(variance * (1 / x.size + 1 / y.size))
        z = (mean_of(x) - mean_of(y)) / error
        results[a, b] = Dunn(z, normal_two_sided(z))
    return results


def _games_howell_pair(x: FloatArray, y: FloatArray, k: int) -> Simultaneous | NotComputable:
    if min(x.size, y.size) < 2:
        return NotComputable("n < 2")
    first, second = summarise(x), summarise(y)
    if first.sd == 0 and second.sd == 0:
        return NotComputable("zero variance: both groups are constant")
    se, df = welch_error(first, second)
    critical = studentized_range_quantile(CONFIDENCE, k, df)
    return _simultaneous(first.mean - second.mean, se / math.sqrt(2), critical, k, df)


def _simultaneous(diff: float, error: float, critical: float, k: int, df: float) -> Simultaneous:
    """Make the result from the error of a mean, sqrt(2) smaller than that of a difference."""
    p = studentized_range_upper(abs(diff) / error, k, df)
    return Simultaneous(diff, diff - critical * error, diff + critical * error, p)


def _step_down(p_values: Sequence[float], multipliers: Sequence[int]) -> list[float]:
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for index, multiplier in zip(order, multipliers, strict=True):
        largest = max(largest, min(1.0, multiplier * p_values[index]))
        adjusted[index] = largest
    return adjusted


@lru_cache
def _possible_true(k: int) -> frozenset[int]:
    """Collect how many of the C(k, 2) equalities of k groups can be true at once."""
    if k <= 1:
        return frozenset({0})
    return frozenset(
        math.comb(size, 2) + rest for size in range(1, k + 1) for rest in _possible_true(k - size)
    )
