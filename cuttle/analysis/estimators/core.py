"""What all estimators share: input cleaning, stable moments, the refusal to compute. No tests."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Values = Sequence[float | None] | Sequence[float] | FloatArray

ALPHA = 0.05  # level of every test, over its family
CONFIDENCE = 0.95  # of every interval
TAIL = (1 - CONFIDENCE) / 2
SEED = 20_240_229  # of every sample, where listing all cases would be slow
TIE_TOLERANCE = 1e-9  # relative: sums of the same values in another order differ by rounding
# Sixteen units in the last place: what equal numbers may differ by after a few roundings.
RELATIVE_ZERO = 16 * float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Base of all results that are numbers."""

    computable: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class NotComputable:
    """Stands in for a result that the data do not allow."""

    reason: str
    computable: ClassVar[bool] = False


def as_values(x: Values) -> FloatArray:
    """Copy the numbers of `x` into an array, without its None and NaN."""
    array = np.array([np.nan if v is None else v for v in x], dtype=np.float64).ravel()
    return array[~np.isnan(array)]


def mean_of(x: FloatArray) -> float:
    """Average with an exactly rounded sum."""
    return math.fsum(x) / x.size


def sum_of_squares(x: FloatArray) -> float:
    """Sum the squared deviations from the mean, in two passes with the rounding of the mean
    corrected (Chan, Golub & LeVeque 1983, eq. 1.7)."""
    deviations = x - mean_of(x)
    return math.fsum(deviations**2) - math.fsum(deviations) ** 2 / x.size


def variance_of(x: FloatArray) -> float:
    """Variance with ddof 1; exactly 0 where all values agree up to rounding."""
    if is_constant(x):
        return 0.0
    return sum_of_squares(x) / (x.size - 1)


def is_constant(x: FloatArray) -> bool:
    """Say whether all values agree up to rounding."""
    if x.size == 0:
        return True
    low, high = float(x.min()), float(x.max())
    return low == high or high - low <= RELATIVE_ZERO * max(1.0, abs(low), abs(high))


def too_few(least: int, **groups: FloatArray) -> NotComputable | None:
    """Refuse groups with fewer than `least` values, naming them."""
    small = [f"{name} has {x.size}" for name, x in groups.items() if x.size < least]
    return NotComputable(f"n < {least}: {', '.join(small)}") if small else None
