"""Percentile bootstrap by enumeration, of one group and of pairs. Covers 87 to 91 % at n = 7."""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cuttle.analysis.estimators.core import (
    SEED,
    TAIL,
    Estimate,
    FloatArray,
    NotComputable,
    Values,
    as_values,
    is_constant,
    too_few,
)
from cuttle.analysis.estimators.descriptive import Interval, iqm_trim

MAX_ENUMERATED_N = 9  # C(17, 9) = 24,310 multisets
NUM_SAMPLED = 10_000
NUM_SAMPLED_LARGE = 2_000
LARGE_N = 200
MAX_HALVINGS = 60  # rates need 44; an absolute precision is out of reach of larger numbers

Functional = Callable[[FloatArray], FloatArray]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bootstrap(Estimate):
    """Bootstrap distribution of one statistic, summarised.

    low, high: percentile interval by the inverted distribution function
    method: `exact` over all multisets of n, or `sampled` with the seed in `seed`
    """

    estimate: float
    low: float
    high: float
    boot_se: float
    boot_mean: float
    n_distinct_resamples: int
    total_resamples: int
    method: str
    seed: int | None


@dataclass(frozen=True, slots=True)
class Resamples:
    """Index rows `(resamples, n) int64` and their probabilities `(resamples,) float64`."""

    indices: Counts
    weights: FloatArray
    method: str
    seed: int | None


def _iqm(scores: FloatArray) -> FloatArray:
    ordered = np.sort(_flat(scores), axis=1)
    cut = iqm_trim(ordered.shape[1])
    return np.asarray(ordered[:, cut : ordered.shape[1] - cut].mean(axis=1))


def _flat(scores: FloatArray) -> FloatArray:
    return scores.reshape(scores.shape[0], -1)


# Of each of `(samples, runs, opponents)`, as rliable has them with opponents for tasks, and the
# median over all scores (Agarwal et al. 2021).
STATISTICS: dict[str, Functional] = {
    "mean": lambda scores: _flat(scores).mean(axis=1),
    "iqm": _iqm,
    "median": lambda scores: np.median(_flat(scores), axis=1),
    "median_of_opponent_means": lambda scores: np.median(scores.mean(axis=1), axis=1),
    "optimality_gap": lambda scores: 1 - np.minimum(_flat(scores), 1.0).mean(axis=1),
}


def point_estimate(x: Values | FloatArray, statistic: str) -> float:
    """Compute one of the statistics of scores `(runs,)` or `(runs, opponents)`."""
    return float(STATISTICS[statistic](_scores(x)[None])[0])


def resamples_of(n: int, seed: int = SEED) -> Resamples:
    """Return all multisets of n indices with their probabilities, or a seeded sample."""
    if n <= MAX_ENUMERATED_N:
        indices, weights = _multisets(n)
        return Resamples(indices, weights, "exact", None)
    indices = _sampled(n, seed)
    count = indices.shape[0]
    return Resamples(indices, np.full(count, 1 / count), "sampled", seed)


def bootstrap_interval(
    x: Values | FloatArray,
    statistic: str = "mean",
) -> Bootstrap | NotComputable:
    """Bootstrap one of the statistics of one group (Efron 1979; Hall 1992, appendix I).

    Scores `(runs, opponents)` are resampled by whole runs: one trained network meets them all.
    """
    values = _scores(x)
    if values.shape[0] < 2:
        return NotComputable(f"n < 2: nothing to resample in {values.shape[0]} value(s)")
    if all(is_constant(column) for column in values.T):
        return NotComputable("constant: every resample is equal")
    draw = resamples_of(values.shape[0])
    boot = _distribution(values, statistic, draw)
    mean = float(draw.weights @ boot)
    interval = percentile_interval(boot, draw.weights)
    n = values.shape[0]
    return Bootstrap(
        estimate=point_estimate(values, statistic),
        low=interval.low,
        high=interval.high,
        boot_se=math.sqrt(float(draw.weights @ (boot - mean) ** 2)),
        boot_mean=mean,
        n_distinct_resamples=boot.size,
        total_resamples=n**n if draw.method == "exact" else boot.size,
        method=draw.method,
        seed=draw.seed,
    )


def bootstrap_difference(x: Values, y: Values, statistic: str = "mean") -> Interval | NotComputable:
    """Percentile interval of statistic(x) - statistic(y), both groups resampled independently."""
    a, b = as_values(x), as_values(y)
    if refused := too_few(2, x=a, y=b):
        return refused
    if is_constant(a) and is_constant(b):
        return NotComputable("constant: every resample is equal")
    first, second = resamples_of(a.size), resamples_of(b.size, SEED + 1)
    left = _merge(_distribution(a[:, None], statistic, first), first.weights)
    right = _merge(_distribution(b[:, None], statistic, second), second.weights)
    low, high = (_difference_quantile(left, right, q) for q in (TAIL, 1 - TAIL))
    return Interval(low, high)


def bootstrap_prob_improvement(x: Values, y: Values) -> Interval | NotComputable:
    """Percentile interval of P(X > Y), both groups resampled (Agarwal et al. 2021)."""
    a, b = as_values(x), as_values(y)
    if refused := too_few(2, x=a, y=b):
        return refused
    if max(a.size, b.size) > LARGE_N:
        return NotComputable(f"n > {LARGE_N}: the score interval serves as well there")
    # Twice the wins of each value over each other, in whole numbers: 2 above, 1 tied, 0 below.
    doubled = np.sign(a[:, None] - b[None, :]) + 1
    if max(a.size, b.size) > MAX_ENUMERATED_N:
        return _sampled_prob_improvement(doubled)
    draw = resamples_of(a.size)
    scores = _index_counts(draw.indices) @ doubled
    atoms = _sum_of_resampled(scores.astype(np.int64), draw.weights, 2 * a.size)
    shares = np.arange(atoms.size, dtype=np.float64) / (atoms.size - 1)
    return percentile_interval(shares, atoms)


def _sum_of_resampled(scores: Counts, weights: FloatArray, largest: int) -> FloatArray:
    """Distribution of the sum of n draws, with replacement, from a row of n scores 0..largest.

    Rows `(rows, n)` are mixed by weight: the mean over rows of the characteristic function of one
    draw, to the power n, transformed back. Equal to listing all pairs of multisets.
    """
    rows, n = scores.shape
    flat = scores + (largest + 1) * np.arange(rows)[:, None]
    counts = np.bincount(flat.ravel(), minlength=rows * (largest + 1)).reshape(rows, -1)
    size = n * largest + 1
    angles = 2 * np.pi * np.outer(np.arange(largest + 1), np.arange(size // 2 + 1)) / size
    shares = counts / n
    one_draw = shares @ np.cos(angles) - 1j * (shares @ np.sin(angles))
    power = one_draw
    for _ in range(n - 1):
        power = power * one_draw
    return np.clip(np.fft.irfft(weights @ power, size), 0.0, None)


def percentile_interval(values: FloatArray, weights: FloatArray) -> Interval:
    """Equal-tailed interval of a weighted distribution by its inverted distribution function."""
    ordered, cdf = _sorted_cdf(values, weights)
    low, high = (int(np.searchsorted(cdf, q - 1e-12)) for q in (TAIL, 1 - TAIL))
    last = ordered.size - 1
    return Interval(float(ordered[min(low, last)]), float(ordered[min(high, last)]))


def _distribution(values: FloatArray, statistic: str, draw: Resamples) -> FloatArray:
    # Ascending rows of ascending values need no sorting again for medians and trimmed means.
    ordered = np.sort(values, axis=0) if values.shape[1] == 1 else values
    return STATISTICS[statistic](ordered[draw.indices])


def _scores(x: Values | FloatArray) -> FloatArray:
    values = np.asarray(x, dtype=np.float64)
    return as_values(values)[:, None] if values.ndim == 1 else values


def _sampled_prob_improvement(doubled: FloatArray) -> Interval:
    rng = np.random.default_rng(SEED)
    n1, n2 = doubled.shape
    first = rng.multinomial(n1, np.full(n1, 1 / n1), size=NUM_SAMPLED)
    second = rng.multinomial(n2, np.full(n2, 1 / n2), size=NUM_SAMPLED)
    shares = np.sum((first @ doubled) * second, axis=1) / (2 * n1 * n2)
    return percentile_interval(shares, np.full(NUM_SAMPLED, 1 / NUM_SAMPLED))


def _sorted_cdf(values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    order = np.argsort(values, kind="stable")
    cdf = np.cumsum(weights[order])
    return values[order], cdf / cdf[-1]


def _merge(values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Add up the weights of equal values, equal to 12 decimals; ascending."""
    distinct, place = np.unique(np.round(values, 12), return_inverse=True)
    return distinct, np.asarray(np.bincount(place, weights=weights), dtype=np.float64)


def _difference_quantile(
    left: tuple[FloatArray, FloatArray], right: tuple[FloatArray, FloatArray], q: float
) -> float:
    """Find the smallest d with P(A - B <= d) >= q by bisection, without listing all pairs."""
    values, weights = right
    cdf = np.concatenate([[0.0], np.cumsum(left[1])])

    def below(d: float) -> float:
        return float(weights @ cdf[np.searchsorted(left[0], values + d, side="right")])

    low = float(left[0][0] - values[-1]) - 1e-9
    high = float(left[0][-1] - values[0]) + 1e-9
    for _ in range(MAX_HALVINGS):
        if high - low <= 1e-13:
            break
        middle = (low + high) / 2
        if below(middle) >= q - 1e-12:
            high = middle
        else:
            low = middle
    return high


def _index_counts(indices: Counts) -> FloatArray:
    """Count how often each index occurs in each row, `(resamples, n) float64`."""
    rows, n = indices.shape
    flat = indices + n * np.arange(rows)[:, None]
    return np.bincount(flat.ravel(), minlength=rows * n).reshape(rows, n).astype(np.float64)


@lru_cache(maxsize=16)
def _multisets(n: int) -> tuple[Counts, FloatArray]:
    """Enumerate the C(2n - 1, n) multisets with probabilities n! / prod(c_i!) / n^n."""
    count = math.comb(2 * n - 1, n)
    rows = itertools.combinations_with_replacement(range(n), n)
    indices = np.fromiter(
        itertools.chain.from_iterable(rows), dtype=np.int64, count=count * n
    ).reshape(count, n)
    factorials = np.array([math.factorial(c) for c in range(n + 1)], dtype=np.float64)
    orders = math.factorial(n) / np.prod(factorials[_index_counts(indices).astype(int)], axis=1)
    weights = orders / float(n) ** n
    indices.flags.writeable = weights.flags.writeable = False
    return indices, weights


@lru_cache(maxsize=4)
def _sampled(n: int, seed: int) -> Counts:
    """Draw index rows `(resamples, n) int64` from a seed, in ascending order within a row."""
    count = NUM_SAMPLED_LARGE if n > LARGE_N else NUM_SAMPLED
    indices = np.sort(np.random.default_rng(seed).integers(n, size=(count, n)), axis=1)
    indices.flags.writeable = False
    return indices
