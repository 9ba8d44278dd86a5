"""Standardised differences of two means with their intervals and words. No tests."""

import math
from dataclasses import dataclass

from scipy import special

from cuttle.analysis.estimators.core import (
    TAIL,
    Estimate,
    NotComputable,
    Values,
    as_values,
    too_few,
)
from cuttle.analysis.estimators.descriptive import Interval
from cuttle.analysis.estimators.distributions import find_root, noncentral_t_cdf
from cuttle.analysis.estimators.two_sample import Summary, summarise

# Cohen 1988; the value at a border belongs to the larger word.
BANDS = ((0.2, "negligible"), (0.5, "small"), (0.8, "medium"))
LARGEST_BAND = "large"


@dataclass(frozen=True, slots=True)
class EffectSizes(Estimate):
    """Standardised mean differences of x minus y; None where a spread is zero.

    cohens_d_pooled: by the sd pooled over degrees of freedom; band is its word
    cohens_d_av: by the root mean square of both sds
    glass_delta_second_as_control: by the sd of y
    hedges_g_exact: d times J(df), J by the gamma function; hedges_g_approx: J = 1 - 3 / (4 df - 1)
    d_ci_*, g_ci_*: by the noncentral t of independent groups, None where x and y are paired
    """

    cohens_d_pooled: float
    band: str
    d_ci_low: float | None
    d_ci_high: float | None
    hedges_J_exact: float
    hedges_g_exact: float
    hedges_g_approx: float
    g_ci_low: float | None
    g_ci_high: float | None
    cohens_d_av: float
    glass_delta_second_as_control: float | None


def effect_sizes(x: Values, y: Values) -> EffectSizes | NotComputable:
    """Standardise the difference of two means in the usual ways."""
    a, b = as_values(x), as_values(y)
    if refused := too_few(2, x=a, y=b):
        return refused
    first, second = summarise(a), summarise(b)
    if first.sd == 0 and second.sd == 0:
        return NotComputable("zero variance: the standardised difference is infinite or undefined")
    d = cohens_d(first, second)
    df = a.size + b.size - 2
    j = hedges_j(df)
    interval = cohens_d_interval(d, a.size, b.size)
    diff = first.mean - second.mean
    return EffectSizes(
        cohens_d_pooled=d,
        band=effect_band(d),
        d_ci_low=interval.low,
        d_ci_high=interval.high,
        hedges_J_exact=j,
        hedges_g_exact=j * d,
        hedges_g_approx=(1 - 3 / (4 * df - 1)) * d,
        g_ci_low=j * interval.low,
        g_ci_high=j * interval.high,
        cohens_d_av=diff / math.sqrt((first.sd**2 + second.sd**2) / 2),
        glass_delta_second_as_control=diff / second.sd if second.sd else None,
    )


def cohens_d(x: Summary, y: Summary) -> float:
    """Difference over the sd pooled by degrees of freedom (Cohen 1988)."""
    pooled = ((x.n - 1) * x.sd**2 + (y.n - 1) * y.sd**2) / (x.n + y.n - 2)
    return (x.mean - y.mean) / math.sqrt(pooled)


def hedges_j(df: float) -> float:
    """Bias correction of d: Gamma(df/2) / (sqrt(df/2) Gamma((df-1)/2)) (Hedges 1981)."""
    return float(math.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2))) / math.sqrt(
        df / 2
    )


def cohens_d_interval(d: float, n1: int, n2: int) -> Interval:
    """Interval of d by the noncentralities that fit its t (Cumming & Finch 2001)."""
    scale = math.sqrt(1 / n1 + 1 / n2)
    low, high = noncentrality_interval(d / scale, n1 + n2 - 2)
    return Interval(low * scale, high * scale)


def noncentrality_interval(t: float, df: float) -> tuple[float, float]:
    """Find the noncentralities under which t lies at its upper and at its lower tail."""
    reach = 20 * (1 + abs(t) / math.sqrt(df))

    def end(probability: float) -> float:
        return find_root(lambda nc: noncentral_t_cdf(t, df, nc) - probability, t - reach, t + reach)

    return end(1 - TAIL), end(TAIL)


def effect_band(d: float) -> str:
    """Name the size of |d|: negligible, small, medium or large."""
    return next((word for border, word in BANDS if abs(d) < border), LARGEST_BAND)
