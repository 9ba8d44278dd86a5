"""Exact and sampled relabelling tests of two groups. No distributional assumption."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cuttle.analysis.estimators.core import (
    SEED,
    TIE_TOLERANCE,
    Estimate,
    FloatArray,
    NotComputable,
    Values,
    as_values,
    too_few,
)

MAX_ENUMERATED = 200_000  # 10 against 10 is 184,756
NUM_SAMPLED = 9_999
NUM_SAMPLED_LARGE = 1_999  # at hundreds of runs the normal limit is close anyway
LARGE_N = 500
CHUNK_CELLS = 4_000_000

Matrix = Sequence[Sequence[float]] | FloatArray
Labels = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MaxT(Estimate):
    """Do two groups of curves differ in any round, by the largest |Welch t| over rounds.

    The observed labelling is counted in.

    method: `exact` over all n_perm labellings, or `sampled` with the seed in `seed`
    t_abs_observed: by round, None where both groups are constant and differ
    p_adjusted_per_round: share of labellings whose largest |t| reaches this round's
    p_global: the smallest of them
    """

    n_perm: int
    method: str
    seed: int | None
    t_abs_observed: tuple[float | None, ...]
    p_global: float
    p_adjusted_per_round: tuple[float, ...]


def permutation_test(x: Values, y: Values) -> MaxT | NotComputable:
    """Compare two groups as curves of one round (Fisher 1935; studentised: Janssen 1997)."""
    a, b = as_values(x), as_values(y)
    return too_few(2, x=a, y=b) or max_t(a[:, None], b[:, None])


def max_t(x: Matrix, y: Matrix) -> MaxT | NotComputable:
    """Compare curves `(runs, rounds)` of two groups by relabelling whole runs.

    Westfall & Young 1993. The groups may differ in runs, not in rounds.
    """
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if min(len(a), len(b)) < 2:
        return NotComputable(f"n < 2: {len(a)} and {len(b)} curve(s)")
    if a.shape[1] != b.shape[1] or a.shape[1] == 0:
        return NotComputable(f"no common rounds: {a.shape[1]} and {b.shape[1]}")
    pooled = np.concatenate([a, b])
    n, size = pooled.shape[0], a.shape[0]
    observed = np.abs(welch_t_of(first_labels(n, size), pooled, size)[0])
    bar = np.where(np.isfinite(observed), observed * (1 - TIE_TOLERANCE), observed)
    reached, total = np.zeros(observed.size), 0
    for labels in labellings(n, size):
        largest = np.abs(welch_t_of(labels, pooled, size)).max(axis=1)
        reached += (largest[:, None] >= bar).sum(axis=0)
        total += largest.size
    is_exact = math.comb(n, size) <= MAX_ENUMERATED
    return MaxT(
        n_perm=total,
        method="exact" if is_exact else "sampled",
        seed=None if is_exact else SEED,
        t_abs_observed=tuple(float(t) if math.isfinite(t) else None for t in observed),
        p_global=float(reached.min() / total),
        p_adjusted_per_round=tuple(float(p) for p in reached / total),
    )


def smallest_permutation_p(n1: int, n2: int) -> float:
    """Smallest p of |Welch t| over all labellings: with equal n each has a mirror image."""
    return min(1.0, (1 + (n1 == n2)) / math.comb(n1 + n2, n1))


def labellings(n: int, n1: int) -> Iterator[Labels]:
    """Yield labellings `(labellings, n) float64`, 1 where a value belongs to the first group.

    All of them where they are few, else the observed one and a seeded sample.
    """
    if math.comb(n, n1) <= MAX_ENUMERATED:
        yield from np.array_split(_all_labels(n, n1), _chunks(math.comb(n, n1), n))
        return
    sampled = _sampled_labels(n, n1)
    for chunk in np.array_split(sampled, _chunks(*sampled.shape)):
        yield chunk.astype(np.float64)


def first_labels(n: int, n1: int) -> Labels:
    """Label the first n1 values as the first group, `(1, n) float64`."""
    return (np.arange(n) < n1).astype(np.float64)[None, :]


def welch_t_of(labels: Labels, values: FloatArray, n1: int) -> FloatArray:
    """Welch's t of every labelling and column: `(labellings, n)` by `(n, columns)`.

    Infinite where both groups are constant and differ, 0 where they do not.
    """
    n = values.shape[0]
    centred = values - values.mean(axis=0)
    total, squares = centred.sum(axis=0), (centred**2).sum(axis=0)
    sum1, squares1 = labels @ centred, labels @ centred**2
    n2 = n - n1
    sum2, squares2 = total - sum1, squares - squares1
    rounding = 1e-13 * squares
    ss1 = _clean(squares1 - sum1**2 / n1, rounding)
    ss2 = _clean(squares2 - sum2**2 / n2, rounding)
    error = np.sqrt(ss1 / (n1 * (n1 - 1)) + ss2 / (n2 * (n2 - 1)))
    diff = sum1 / n1 - sum2 / n2
    diff = np.where(np.abs(diff) <= 1e-13 * np.sqrt(squares), 0.0, diff)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = diff / error
    return np.where(diff == 0, 0.0, t)


def _clean(squares: FloatArray, rounding: FloatArray) -> FloatArray:
    """Set sums of squares that are zero up to rounding to zero."""
    return np.where(squares <= rounding, 0.0, squares)


def _chunks(rows: int, columns: int) -> int:
    return max(1, math.ceil(rows * columns / CHUNK_CELLS))


@lru_cache(maxsize=4)
def _all_labels(n: int, n1: int) -> Labels:
    """Build every labelling; the observed one comes first."""
    count = math.comb(n, n1)
    chosen = np.fromiter(
        itertools.chain.from_iterable(itertools.combinations(range(n), n1)),
        dtype=np.intp,
        count=count * n1,
    ).reshape(count, n1)
    labels = np.zeros((count, n))
    np.put_along_axis(labels, chosen, 1.0, axis=1)
    labels.flags.writeable = False
    return labels


@lru_cache(maxsize=2)
def _sampled_labels(n: int, n1: int) -> NDArray[np.bool_]:
    """Draw labellings from a seed, `(labellings, n) bool`; the observed one comes first."""
    count = NUM_SAMPLED_LARGE if n > LARGE_N else NUM_SAMPLED
    first = first_labels(n, n1) > 0
    drawn = np.random.default_rng(SEED).permuted(np.repeat(first, count, axis=0), axis=1)
    labels = np.concatenate([first, drawn])
    labels.flags.writeable = False
    return labels
