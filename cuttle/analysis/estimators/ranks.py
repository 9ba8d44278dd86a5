"""Comparison by ranks: Mann-Whitney, P(X > Y) with its interval, Dunn. No means."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

from cuttle.analysis.estimators.core import (
    TAIL,
    Estimate,
    FloatArray,
    NotComputable,
    Values,
    as_values,
    too_few,
)
from cuttle.analysis.estimators.descriptive import Interval
from cuttle.analysis.estimators.distributions import find_root, normal_quantile

# Runs of both groups: beyond this the exact distribution of U is slow.
MAX_EXACT_N = 80
OFF_EDGE = 1e-12  # V(t) vanishes at 0 and 1, where the equation has a root of no use


@dataclass(frozen=True, slots=True)
class MannWhitney(Estimate):
    """Mann-Whitney test of x against y.

    U1: pairs in which x is above y, ties half; U2 the rest
    prob_improvement: P(X > Y) + P(X = Y) / 2 = U1 / (n1 n2), also A12 and common language effect
    cliffs_delta, rank_biserial: 2 prob_improvement - 1
    p_asymptotic_cc: normal approximation with continuity and tie correction
    p_exact_tieaware: share of relabellings at least as far from the middle; None for large n
    p: the exact one where there is one; method says which
    """

    U1: float
    U2: float
    prob_improvement: float
    cliffs_delta: float
    rank_biserial: float
    has_ties: bool
    p_asymptotic_cc: float
    p_exact_tieaware: float | None
    n_perm: int | None
    p: float
    method: str


def tie_sum(x: FloatArray) -> float:
    """Sum t^3 - t over groups of t tied values."""
    counts = np.unique(x, return_counts=True)[1].astype(np.float64)
    return float(np.sum(counts**3 - counts))


def mann_whitney(x: Values, y: Values) -> MannWhitney | NotComputable:
    """Compare two groups by ranks (Mann & Whitney 1947), two-sided."""
    a, b = as_values(x), as_values(y)
    if refused := too_few(1, x=a, y=b):
        return refused
    pooled = np.concatenate([a, b])
    test = stats.mannwhitneyu(a, b, method="asymptotic")
    u1, asymptotic = float(test.statistic), float(test.pvalue)
    share = u1 / (a.size * b.size)
    exact = _exact_p(stats.rankdata(pooled), a.size) if pooled.size <= MAX_EXACT_N else None
    return MannWhitney(
        U1=u1,
        U2=a.size * b.size - u1,
        prob_improvement=share,
        cliffs_delta=2 * share - 1,
        rank_biserial=2 * share - 1,
        has_ties=np.unique(pooled).size < pooled.size,
        p_asymptotic_cc=asymptotic,
        p_exact_tieaware=exact,
        n_perm=None if exact is None else math.comb(pooled.size, a.size),
        p=asymptotic if exact is None else exact,
        method="asymptotic" if exact is None else "exact",
    )


def prob_improvement_interval(u: float, n1: int, n2: int) -> Interval:
    """Score-type interval of P(X > Y) from Mann-Whitney's U (Newcombe 2006, method 5).

    Solve |A - t| = z sqrt(V(t)) for t, with A = U / (n1 n2), N* = (n1 + n2) / 2 - 1 and
    V(t) = t (1 - t) [1 + N* (1 - t) / (2 - t) + N* t / (1 + t)] / (n1 n2).
    """
    share = u / (n1 * n2)
    z = normal_quantile(1 - TAIL)
    half = (n1 + n2) / 2 - 1

    def excess(t: float) -> float:
        bracket = 1 + half * (1 - t) / (2 - t) + half * t / (1 + t)
        return (share - t) ** 2 - z**2 * t * (1 - t) * bracket / (n1 * n2)

    low = 0.0 if share <= 0 else find_root(excess, 0.0, min(share, 1 - OFF_EDGE))
    high = 1.0 if share >= 1 else find_root(excess, max(share, OFF_EDGE), 1.0)
    return Interval(low, high)


def smallest_rank_p(n1: int, n2: int) -> float:
    """Smallest two-sided p of a rank test without ties: both ends of the order are as far out."""
    return min(1.0, 2 / math.comb(n1 + n2, n1))


def _exact_p(ranks: FloatArray, n1: int) -> float:
    """Share of the C(n, n1) relabellings whose rank sum is at least as far from its middle.

    Counts subsets by size and sum of doubled (hence whole) mid-ranks, one value at a time.
    """
    doubled = np.rint(2 * ranks).astype(np.int64)
    total = int(doubled.sum())
    counts = np.zeros((n1 + 1, total + 1))
    counts[0, 0] = 1.0
    for value in doubled:
        counts[1:, value:] += counts[:-1, : total + 1 - value].copy()
    sums = np.arange(total + 1)
    n = ranks.size
    # Twice the distance from the middle n1 total / n, kept in whole numbers.
    distance = np.abs(n * sums - n1 * total)
    observed = abs(n * int(doubled[:n1].sum()) - n1 * total)
    return float(np.sum(counts[n1][distance >= observed]) / math.comb(n, n1))
