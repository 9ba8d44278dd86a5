"""Two groups compared by ranks: Mann-Whitney's exact p with ties, P(X > Y) with its interval.

Ours: scipy's exact p is wrong with ties and its listing of all relabellings ends at 10 against 10;
no library has Newcombe's interval, and that of statsmodels leaves 0 to 1 at seven runs.
"""

import math

import numpy as np
from scipy import special, stats
from scipy.optimize import brentq

from cuttle.analysis.numerics import TAIL, FloatArray

MAX_EXACT_N = 80  # runs of both groups: beyond this counting is slow and the normal limit close
OFF_EDGE = 1e-12  # the variance vanishes at 0 and 1, where the equation has a root of no use


def mann_whitney(x: FloatArray, y: FloatArray) -> tuple[float, float]:
    """Return U (pairs in which x is above y, ties half) and the two-sided p.

    The p is exact given the ties up to 80 runs, else the normal one with corrections.
    """
    n1, n = x.size, x.size + y.size
    ranks = stats.rankdata(np.concatenate([x, y]))
    u = float(ranks[:n1].sum()) - n1 * (n1 + 1) / 2
    if n > MAX_EXACT_N:
        return u, float(stats.mannwhitneyu(x, y, method="asymptotic").pvalue)
    return u, _exact_p(ranks, n1)


def prob_improvement_interval(share: float, n1: int, n2: int) -> tuple[float, float]:
    """Score-type interval of P(X > Y) = U / (n1 n2) (Newcombe 2006, method 5).

    Solve |A - t| = z sqrt(V(t)) for t, with N* = (n1 + n2) / 2 - 1 and
    V(t) = t (1 - t) [1 + N* (1 - t) / (2 - t) + N* t / (1 + t)] / (n1 n2).
    """
    z = float(special.ndtri(1 - TAIL))
    half = (n1 + n2) / 2 - 1

    def excess(t: float) -> float:
        bracket = 1 + half * (1 - t) / (2 - t) + half * t / (1 + t)
        return (share - t) ** 2 - z**2 * t * (1 - t) * bracket / (n1 * n2)

    ends = [0.0, 1.0]
    if share > 0:
        ends[0] = float(brentq(excess, 0.0, min(share, 1 - OFF_EDGE), xtol=1e-14))
    if share < 1:
        ends[1] = float(brentq(excess, max(share, OFF_EDGE), 1.0, xtol=1e-14))
    return ends[0], ends[1]


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
    n = ranks.size
    # Twice the distance from the middle n1 total / n, kept in whole numbers.
    distance = np.abs(n * np.arange(total + 1) - n1 * total)
    observed = abs(n * int(doubled[:n1].sum()) - n1 * total)
    return float(np.sum(counts[n1][distance >= observed]) / math.comb(n, n1))
