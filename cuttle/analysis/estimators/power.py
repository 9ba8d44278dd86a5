"""What a study of this size can see: power, detectable effect, needed runs. Not observed power."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from cuttle.analysis.estimators.core import ALPHA, Estimate
from cuttle.analysis.estimators.descriptive import Interval
from cuttle.analysis.estimators.distributions import (
    chi2_quantile,
    find_root,
    noncentral_f_cdf,
    noncentral_t_cdf,
    t_quantile,
)

POWER = 0.8


@dataclass(frozen=True, slots=True)
class NeededRuns(Estimate):
    """Runs per group for a wanted power: the real solution, and the whole number above it.

    n is None where no number of runs up to 1e8 is enough.
    """

    n_real: float
    n: int | None


def power_two_sample(d: float, n: float, alpha: float = ALPHA) -> float:
    """Power of the two-sided two-sample t test at effect d, n runs a group (Cohen 1988)."""
    return _two_sided_power(d / math.sqrt(1 / n + 1 / n), n + n - 2, alpha)


def power_paired(dz: float, n: float, alpha: float = ALPHA) -> float:
    """Power of the two-sided paired t test at effect dz with n pairs."""
    return _two_sided_power(dz * math.sqrt(n), n - 1, alpha)


def power_anova(f: float, k: int, n: float, alpha: float = ALPHA) -> float:
    """Power of one-way ANOVA at Cohen's f with k groups of n runs: noncentrality f^2 k n."""
    df1, df2 = k - 1, k * (n - 1)
    critical = find_root(lambda x: 1 - alpha - noncentral_f_cdf(x, df1, df2, 0.0), 0.0, 10.0)
    return 1 - noncentral_f_cdf(critical, df1, df2, f**2 * k * n)


def detectable_difference(
    se: float, df: float, alpha: float = ALPHA, power: float = POWER
) -> float:
    """Smallest difference that a t test with this error and these degrees of freedom detects."""
    return se * find_root(lambda nc: _two_sided_power(nc, df, alpha) - power, 0.0, 5.0)


def mde_two_sample(n: float, alpha: float = ALPHA, power: float = POWER) -> float:
    """Smallest d that n runs a group detect with the wanted power."""
    return detectable_difference(math.sqrt(2 / n), n + n - 2, alpha, power)


def mde_paired(n: float, alpha: float = ALPHA, power: float = POWER) -> float:
    """Smallest dz that n pairs detect with the wanted power."""
    return detectable_difference(1 / math.sqrt(n), n - 1, alpha, power)


def mde_anova(k: int, n: float, alpha: float = ALPHA, power: float = POWER) -> float:
    """Smallest Cohen's f that k groups of n runs detect with the wanted power."""
    return find_root(lambda f: power_anova(f, k, n, alpha) - power, 0.0, 5.0)


def needed_two_sample(d: float, alpha: float = ALPHA, power: float = POWER) -> NeededRuns:
    """Runs a group that detect effect d with the wanted power."""
    return _needed(lambda n: power_two_sample(d, n, alpha), power)


def needed_paired(dz: float, alpha: float = ALPHA, power: float = POWER) -> NeededRuns:
    """Pairs that detect effect dz with the wanted power."""
    return _needed(lambda n: power_paired(dz, n, alpha), power)


def sd_interval(sd: float, df: float, confidence: float) -> Interval:
    """Interval of a normal sd from its estimate: sd sqrt(df / chi-square quantiles)."""
    tail = (1 - confidence) / 2
    low, high = (sd * math.sqrt(df / chi2_quantile(q, df)) for q in (1 - tail, tail))
    return Interval(low, high)


def _two_sided_power(noncentrality: float, df: float, alpha: float) -> float:
    critical = t_quantile(1 - alpha / 2, df)
    upper = 1 - noncentral_t_cdf(critical, df, noncentrality)
    return upper + noncentral_t_cdf(-critical, df, noncentrality)


def _needed(power_at: Callable[[float], float], power: float) -> NeededRuns:
    # Below two runs a group there is no error to test against.
    n = 2.0 if power_at(2.0) >= power else find_root(lambda n: power_at(n) - power, 2.0, 10.0)
    return NeededRuns(n, math.ceil(n) if math.isfinite(n) else None)
