"""One group of values in numbers: location, spread, intervals, profile. No comparison."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cuttle.analysis.estimators.core import (
    TAIL,
    Estimate,
    FloatArray,
    NotComputable,
    Values,
    as_values,
    is_constant,
    mean_of,
    variance_of,
)
from cuttle.analysis.estimators.distributions import t_quantile

IQM_TRIM = 0.25


@dataclass(frozen=True, slots=True)
class Interval(Estimate):
    """An interval estimate."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Description(Estimate):
    """Summary of one group; fields that n does not allow are None, and `reason` says why.

    sd, var: ddof 1
    se: sd / sqrt(n)
    ci_low, ci_high: t interval of the mean, not clipped to [0, 1]
    ci_outside_unit_interval: the t interval reaches beyond [0, 1]; None where x is not a rate
    q1, median, q3: type 7
    iqm: mean after cutting floor(n / 4) values at each end
    optimality_gap: mean shortfall below 1; None where x is not a rate
    """

    n: int
    n_missing: int
    mean: float
    var: float | None
    sd: float | None
    se: float | None
    t_crit: float | None
    ci_low: float | None
    ci_high: float | None
    ci_outside_unit_interval: bool | None
    min: float
    q1: float
    median: float
    q3: float
    max: float
    iqm: float
    iqm_trim_each_side: int
    optimality_gap: float | None
    reason: str | None


def describe(x: Values, *, is_rate: bool = True) -> Description | NotComputable:
    """Describe one group; None and NaN are dropped and counted as missing."""
    values = as_values(x)
    missing = len(x) - values.size
    if values.size == 0:
        return NotComputable(f"no values ({missing} missing)" if missing else "no values")
    mean, var = mean_of(values), variance_of(values) if values.size > 1 else None
    interval = t_interval(values)
    ends = interval if isinstance(interval, Interval) else None
    sd = None if var is None else math.sqrt(var)
    q1, median, q3 = quartiles(values)
    return Description(
        n=values.size,
        n_missing=missing,
        mean=mean,
        var=var,
        sd=sd,
        se=None if sd is None else sd / math.sqrt(values.size),
        t_crit=None if sd is None else t_quantile(1 - TAIL, values.size - 1),
        ci_low=ends.low if ends else None,
        ci_high=ends.high if ends else None,
        ci_outside_unit_interval=ends.low < 0 or ends.high > 1 if ends and is_rate else None,
        min=float(values.min()),
        q1=q1,
        median=median,
        q3=q3,
        max=float(values.max()),
        iqm=iqm(values),
        iqm_trim_each_side=iqm_trim(values.size),
        optimality_gap=optimality_gap(values) if is_rate else None,
        reason=interval.reason if isinstance(interval, NotComputable) else None,
    )


def t_interval(x: Values) -> Interval | NotComputable:
    """Interval of the mean, mean -+ t(n - 1) sd / sqrt(n) (Student 1908)."""
    values = as_values(x)
    if values.size < 2:
        return NotComputable(f"n < 2: no spread from {values.size} value(s)")
    if is_constant(values):
        return NotComputable("constant: all values are equal, an interval would claim certainty")
    sd = math.sqrt(variance_of(values))
    return t_interval_from_summary(mean_of(values), sd, values.size)


def t_interval_from_summary(mean: float, sd: float, n: int) -> Interval:
    """Interval of the mean from printed summary numbers."""
    half = t_quantile(1 - TAIL, n - 1) * sd / math.sqrt(n)
    return Interval(mean - half, mean + half)


def logit_t_interval(x: Values, games: int) -> Interval | NotComputable:
    """Interval that respects [0, 1]: a t interval of the logits, transformed back.

    Its target is the back-transformed mean logit. Rates are first held within
    [0.5 / games, 1 - 0.5 / games], so that 0 and 1 have a logit; `games`, at least 1, is how many
    one rate rests on, the least where they differ.
    """
    values = as_values(x)
    clipped = np.clip(values, 0.5 / games, 1 - 0.5 / games)
    interval = t_interval(np.log(clipped / (1 - clipped)))
    if isinstance(interval, NotComputable):
        return interval
    return Interval(_logistic(interval.low), _logistic(interval.high))


def quartiles(x: Values) -> tuple[float, float, float]:
    """First quartile, median and third quartile, type 7 (Hyndman & Fan 1996)."""
    q1, median, q3 = np.quantile(as_values(x), [0.25, 0.5, 0.75], method="linear")
    return float(q1), float(median), float(q3)


def iqm_trim(n: int) -> int:
    """Count the values cut at each end: floor(n / 4), so 1 of 7 and none of 3."""
    return int(IQM_TRIM * n)


def iqm(x: Values) -> float:
    """Interquartile mean as rliable has it: the 25 % trimmed mean (Agarwal et al. 2021)."""
    values = np.sort(as_values(x))
    cut = iqm_trim(values.size)
    return mean_of(values[cut : values.size - cut])


def optimality_gap(x: Values) -> float:
    """Mean shortfall below 1, gamma of Agarwal et al. 2021: 1 - mean(min(x, 1))."""
    return 1.0 - mean_of(np.minimum(as_values(x), 1.0))


def performance_profile(x: Values, taus: Sequence[float] | FloatArray) -> list[float]:
    """Share of values strictly above each threshold (Agarwal et al. 2021, run-score profile)."""
    values = as_values(x)
    return [float(np.mean(values > tau)) for tau in taus]


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))
