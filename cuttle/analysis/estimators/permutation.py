"""Exact and sampled relabelling tests of two groups. No distributional assumption."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

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

Statistic = Literal["welch_t", "mean_diff"]
Labels = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Permutation(Estimate):
    """Relabelling test of x against y; the observed labelling is counted in.

    p_abs: share of |T*| >= |T|; p_twice_min: twice the smaller one-sided p, at most 1
    method: `exact` over all n_perm labellings, or `sampled` with the seed in `seed`
    """

    statistic: str
    observed: float | None
    n_perm: int
    p_abs: float
    p_greater: float
    p_less: float
    p_twice_min: float
    method: str
    seed: int | None


def permutation_test(
    x: Values, y: Values, statistic: Statistic = "welch_t"
) -> Permutation | NotComputable:
    """Compare two groups over all relabellings (Fisher 1935; studentised: Janssen 1997)."""
    a, b = as_values(x), as_values(y)
    if refused := too_few(2 if statistic == "welch_t" else 1, x=a, y=b):
        return refused
    pooled = np.concatenate([a, b])[:, None]
    size = a.size
    observed = float(_statistic(first_labels(pooled.size, size), pooled, size, statistic)[0, 0])
    is_exact = math.comb(pooled.size, size) <= MAX_ENUMERATED
    tolerance = TIE_TOLERANCE * (abs(observed) if math.isfinite(observed) else 1.0)
    as_far = greater = less = total = 0
    for labels in labellings(pooled.size, size):
        values = _statistic(labels, pooled, size, statistic)[:, 0]
        as_far += int(np.sum(np.abs(values) >= abs(observed) - tolerance))
        greater += int(np.sum(values >= observed - tolerance))
        less += int(np.sum(values <= observed + tolerance))
        total += values.size
    p_greater, p_less = greater / total, less / total
    return Permutation(
        statistic=statistic,
        observed=observed if math.isfinite(observed) else None,
        n_perm=total,
        p_abs=as_far / total,
        p_greater=p_greater,
        p_less=p_less,
        p_twice_min=min(1.0, 2 * min(p_greater, p_less)),
        method="exact" if is_exact else "sampled",
        seed=None if is_exact else SEED,
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


def _statistic(labels: Labels, values: FloatArray, n1: int, statistic: str) -> FloatArray:
    if statistic == "welch_t":
        return welch_t_of(labels, values, n1)
    centred = values - values.mean(axis=0)
    return np.asarray(labels @ centred * (1 / n1 + 1 / (values.shape[0] - n1)))


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
