"""Learning curves `(runs, rounds)`: areas, thresholds, bands. No tests, no reading."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cuttle.analysis.estimators.core import TAIL, Estimate, FloatArray, NotComputable
from cuttle.analysis.estimators.distributions import t_quantile
from cuttle.analysis.estimators.permutation import Matrix

Rounds = Sequence[int] | Sequence[float] | NDArray[np.int64] | FloatArray


@dataclass(frozen=True, slots=True)
class Band(Estimate):
    """Mean curve with an interval at each round; simultaneous bands hold for all rounds at once."""

    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    n: int
    is_simultaneous: bool


def aulc(rounds: Rounds, curve: Sequence[float] | FloatArray) -> float:
    """Area under a learning curve by trapezoids, over the span of rounds: a mean win rate."""
    x, y = np.asarray(rounds, dtype=np.float64), np.asarray(curve, dtype=np.float64)
    if x.size == 1:
        return float(y[0])
    return float(np.trapezoid(y, x) / (x[-1] - x[0]))


def aulc_simple_mean(curve: Sequence[float] | FloatArray) -> float:
    """Mean of a curve over its rounds."""
    return float(np.mean(curve))


def rounds_to_threshold(
    rounds: Rounds, curve: Sequence[float] | FloatArray, threshold: float, consecutive: int = 1
) -> int | None:
    """First round from which `consecutive` rounds in a row reach a threshold; None if never."""
    reached = np.asarray(curve, dtype=np.float64) >= threshold
    if reached.size < consecutive:
        return None
    starts = np.flatnonzero(np.lib.stride_tricks.sliding_window_view(reached, consecutive).all(1))
    return int(rounds[int(starts[0])]) if starts.size else None


def rounds_to_threshold_sustained(
    rounds: Rounds, curve: Sequence[float] | FloatArray, threshold: float
) -> int | None:
    """First round from which the curve stays at or above a threshold; None if never."""
    below = np.flatnonzero(np.asarray(curve, dtype=np.float64) < threshold)
    start = int(below[-1]) + 1 if below.size else 0
    return int(rounds[start]) if start < len(curve) else None


def best_round(rounds: Rounds, curve: Sequence[float] | FloatArray) -> int:
    """Round of the highest value, the earliest of equals."""
    return int(rounds[int(np.argmax(curve))])


def best_minus_last(curve: Sequence[float] | FloatArray) -> float:
    """How much the best round would flatter the last."""
    return float(np.max(curve) - curve[-1])


def last_k_mean(curve: Sequence[float] | FloatArray, k: int = 3) -> float:
    """Mean of the last k rounds."""
    return float(np.mean(curve[-k:]))


def t_band(curves: Matrix, is_simultaneous: bool = False) -> Band | NotComputable:
    """Band of t intervals of curves `(runs, rounds)`: pointwise, or Bonferroni over the rounds.

    Runs without spread in a round have a band of no width there.
    """
    matrix = np.asarray(curves, dtype=np.float64)
    if matrix.ndim != 2 or matrix.size == 0:
        return NotComputable("no curves")
    n, num_rounds = matrix.shape
    if n < 2:
        return NotComputable(f"n < 2: {n} curve(s)")
    tail = TAIL / (num_rounds if is_simultaneous else 1)
    mean = matrix.mean(axis=0)
    half = t_quantile(1 - tail, n - 1) * matrix.std(axis=0, ddof=1) / math.sqrt(n)
    return Band(
        mean=tuple(float(v) for v in mean),
        low=tuple(float(v) for v in mean - half),
        high=tuple(float(v) for v in mean + half),
        n=n,
        is_simultaneous=is_simultaneous,
    )
