"""Permutation tests: whole runs relabelled or whole pairs flipped, by one value or a curve.

Ours: `scipy.stats.permutation_test` gives the same p where it lists all relabellings (tested), but
evaluates its statistic relabelling by relabelling, a hundred times slower than one product of
matrices, and knows no largest statistic over rounds.
"""

import itertools
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cuttle.analysis.numerics import SEED, FloatArray

MAX_SPLITS = 200_000  # that are listed; 10 against 10 are 184,756
NUM_SAMPLED, NUM_SAMPLED_LARGE = 9_999, 1_999
LARGE_N = 500  # runs; the normal limit is close anyway
MAX_FLIPPED = 16  # pairs whose 2^n patterns are listed
NUM_FLIPS = 20_000
CHUNK_CELLS = 4_000_000
TIE_TOLERANCE = 1e-9  # relative: sums of the same values in another order differ by rounding


class MaxT(NamedTuple):
    """Do curves differ in any round, by the largest |t| over rounds (Westfall & Young 1993).

    t: |t| by round as observed, infinite where groups without variance differ
    p_round: share of labellings whose largest |t| reaches this round's, the observed one included
    p: the smallest of them
    method: `exact` over all labellings, or `sampled`
    """

    t: FloatArray
    p_round: FloatArray
    p: float
    method: str


def permute(x: FloatArray, y: FloatArray) -> MaxT:
    """Compare curves `(runs, rounds)` of two groups by relabelling runs; NaN is not reached.

    Studentised by Welch's error (Janssen 1997). Rounds in which a labelling leaves a group fewer
    than two values count as no difference: the test is exact for any statistic.
    """
    n, size = x.shape[0] + y.shape[0], x.shape[0]
    is_exact = math.comb(n, size) <= MAX_SPLITS
    labels = _all_labels(n, size) if is_exact else _sampled_labels(n, size)
    return _max_t(_welch_t, labels, np.concatenate([x, y]), is_exact)


def flip(differences: FloatArray) -> MaxT:
    """Test curves of paired differences `(pairs, rounds)` by sign flips; NaN is not reached."""
    n = differences.shape[0]
    is_exact = n <= MAX_FLIPPED
    if is_exact:
        signs = np.array(list(itertools.product((1.0, -1.0), repeat=n)))
    else:
        signs = np.random.default_rng(SEED).choice((1.0, -1.0), size=(NUM_FLIPS, n))
        signs[0] = 1.0  # the observed pattern counts
    return _max_t(_flipped_t, signs, differences, is_exact)


def smallest_permutation_p(n1: int, n2: int) -> float:
    """Smallest p of |t| over all labellings: with equal n each has a mirror image."""
    return min(1.0, (1 + (n1 == n2)) / math.comb(n1 + n2, n1))


def smallest_flip_p(n: int) -> float:
    """Smallest two-sided p that sign flips of n pairs can reach."""
    return min(1.0, 2.0 ** (1 - n))


def _max_t(
    statistic: Callable[[FloatArray, FloatArray], FloatArray],
    patterns: NDArray[Any],
    values: FloatArray,
    is_exact: bool,
) -> MaxT:
    """Count how often the largest |t| of a pattern reaches each one of the first, the observed."""
    t = np.abs(statistic(patterns[:1].astype(np.float64), values)[0])
    bar = np.where(np.isfinite(t), t * (1 - TIE_TOLERANCE), t)
    reached = np.zeros(t.size)
    for chunk in np.array_split(patterns, max(1, math.ceil(patterns.size / CHUNK_CELLS))):
        largest = np.abs(statistic(chunk.astype(np.float64), values)).max(axis=1)
        reached += (largest[:, None] >= bar).sum(axis=0)
    p_round = reached / len(patterns)
    return MaxT(t, p_round, float(p_round.min()), "exact" if is_exact else "sampled")


def _welch_t(labels: FloatArray, values: FloatArray) -> FloatArray:
    """Welch's t of labellings `(labellings, n)`, 1 for the first group, in every column.

    Infinite where both groups are constant and differ, 0 where they do not.
    """
    known = ~np.isnan(values)
    centred = np.where(known, values - np.nanmean(values, axis=0), 0.0)
    count, total, squares = known.sum(axis=0), centred.sum(axis=0), (centred**2).sum(axis=0)
    n1, sum1, squares1 = labels @ known, labels @ centred, labels @ centred**2
    n2, sum2, squares2 = count - n1, total - sum1, squares - squares1
    rounding = 1e-13 * squares
    with np.errstate(divide="ignore", invalid="ignore"):
        ss1, ss2 = squares1 - sum1**2 / n1, squares2 - sum2**2 / n2
        ss1, ss2 = (np.where(ss <= rounding, 0.0, ss) for ss in (ss1, ss2))
        error = np.sqrt(ss1 / (n1 * (n1 - 1)) + ss2 / (n2 * (n2 - 1)))
        diff = sum1 / n1 - sum2 / n2
        t = diff / error
    is_none = (np.abs(diff) <= 1e-13 * np.sqrt(squares)) | (n1 < 2) | (n2 < 2)
    return np.asarray(np.where(is_none, 0.0, t))


def _flipped_t(signs: FloatArray, differences: FloatArray) -> FloatArray:
    """One-sample t of differences under sign patterns `(patterns, n)`, in every column."""
    known = ~np.isnan(differences)
    values = np.where(known, differences, 0.0)
    n, squares = known.sum(axis=0), (values**2).sum(axis=0)
    sums = signs @ values
    with np.errstate(divide="ignore", invalid="ignore"):
        ss = squares - sums**2 / n
        ss = np.where(ss <= 1e-13 * squares, 0.0, ss)
        t = sums / np.sqrt(n * ss / (n - 1))
    is_none = (np.abs(sums) <= 1e-13 * np.sqrt(squares)) | (n < 2)
    return np.asarray(np.where(is_none, 0.0, t))


@lru_cache(maxsize=4)
def _all_labels(n: int, n1: int) -> NDArray[np.bool_]:
    """List every labelling `(labellings, n) bool`; the observed one comes first."""
    count = math.comb(n, n1)
    chosen = np.fromiter(
        itertools.chain.from_iterable(itertools.combinations(range(n), n1)),
        dtype=np.intp,
        count=count * n1,
    ).reshape(count, n1)
    labels = np.zeros((count, n), dtype=np.bool_)
    np.put_along_axis(labels, chosen, True, axis=1)
    return labels


@lru_cache(maxsize=2)
def _sampled_labels(n: int, n1: int) -> NDArray[np.bool_]:
    """Draw labellings from the seed; the observed one comes first."""
    count = NUM_SAMPLED_LARGE if n > LARGE_N else NUM_SAMPLED
    first = (np.arange(n) < n1)[None, :]
    drawn = np.random.default_rng(SEED).permuted(np.repeat(first, count, axis=0), axis=1)
    return np.concatenate([first, drawn])
