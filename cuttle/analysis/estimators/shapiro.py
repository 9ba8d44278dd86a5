"""Shapiro-Wilk's W and its p-value by Royston's approximation AS R94. One group, nothing else."""

import math

import numpy as np
from scipy import special

from cuttle.analysis.estimators.core import FloatArray

MAX_N = 5000  # the approximation of p is fitted up to here

# Coefficients of AS R94, lowest power first.
LAST_WEIGHT = (0.0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056)
SECOND_LAST_WEIGHT = (0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633)
SMALL_N = 11
SMALL_BOUND = (-2.273, 0.459)
SMALL_MEAN = (0.544, -0.39978, 0.025054, -6.714e-4)
SMALL_LOG_SD = (1.3822, -0.77857, 0.062767, -0.0020322)
LARGE_MEAN = (-1.5861, -0.31082, -0.083751, 0.0038915)
LARGE_LOG_SD = (-0.4803, -0.082676, 0.0030302)


def statistic_and_p(x: FloatArray) -> tuple[float, float]:
    """Return W and p of 3 to 5,000 values that are not all equal (Royston 1995, AS R94)."""
    n = x.size
    ordered = np.sort(x) - np.median(x)
    half = n // 2
    ranges = ordered[::-1][:half] - ordered[:half]
    squares = math.fsum((ordered - ordered.mean()) ** 2)
    w = min(1.0, float(_weights(n) @ ranges) ** 2 / squares)
    return w, _p_value(w, n)


def _weights(n: int) -> FloatArray:
    """Weights of the ranges between the i-th largest and the i-th smallest value."""
    if n == 3:
        return np.array([math.sqrt(0.5)])
    scores = special.ndtri((np.arange(1, n // 2 + 1) - 0.375) / (n + 0.25))  # negative
    total = 2 * float(np.sum(scores**2))
    small = 1 / math.sqrt(n)
    first = _polynomial(LAST_WEIGHT, small) - scores[0] / math.sqrt(total)
    fixed = [first]
    if n > 5:
        fixed.append(_polynomial(SECOND_LAST_WEIGHT, small) - scores[1] / math.sqrt(total))
    count = len(fixed)
    left = total - 2 * float(np.sum(scores[:count] ** 2))
    scale = math.sqrt(left / (1 - 2 * sum(a**2 for a in fixed)))
    return np.concatenate([fixed, -scores[count:] / scale])


def _p_value(w: float, n: int) -> float:
    if n == 3:
        exact = 6 / math.pi * (math.asin(math.sqrt(w)) - math.asin(math.sqrt(0.75)))
        return min(1.0, max(0.0, exact))
    if w >= 1:
        return 1.0
    y = math.log1p(-w)
    if n <= SMALL_N:
        bound = _polynomial(SMALL_BOUND, n)
        if y >= bound:
            return 0.0
        y = -math.log(bound - y)
        mean, log_sd = _polynomial(SMALL_MEAN, n), _polynomial(SMALL_LOG_SD, n)
    else:
        log_n = math.log(n)
        mean, log_sd = _polynomial(LARGE_MEAN, log_n), _polynomial(LARGE_LOG_SD, log_n)
    return float(special.ndtr((mean - y) / math.exp(log_sd)))


def _polynomial(coefficients: tuple[float, ...], x: float) -> float:
    return sum(c * x**power for power, c in enumerate(coefficients))
