"""Tail areas and quantiles of the sampling distributions, scalars in and out. No data."""

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy import special
from scipy.optimize import brentq

from cuttle.analysis.estimators.core import FloatArray

BRACKET_LIMIT = 1e8
NODES = 64


def t_two_sided(t: float, df: float) -> float:
    """Probability of |T| >= |t| under Student's t."""
    return float(2 * special.stdtr(df, -abs(t)))


def t_upper(t: float, df: float) -> float:
    """Probability of T >= t under Student's t."""
    return float(special.stdtr(df, -t))


def t_quantile(q: float, df: float) -> float:
    """Quantile of Student's t."""
    return float(special.stdtrit(df, q))


def f_upper(f: float, df1: float, df2: float) -> float:
    """Probability of F >= f."""
    return float(special.fdtrc(df1, df2, f))


def chi2_upper(x: float, df: float) -> float:
    """Probability of chi-square >= x."""
    return float(special.chdtrc(df, x))


def chi2_lower(x: float, df: float) -> float:
    """Probability of chi-square <= x."""
    return float(special.chdtr(df, x))


def chi2_quantile(q: float, df: float) -> float:
    """Quantile of chi-square."""
    return float(special.chdtri(df, 1 - q))


def normal_two_sided(z: float) -> float:
    """Probability of |Z| >= |z| under the standard normal."""
    return float(2 * special.ndtr(-abs(z)))


def normal_quantile(q: float) -> float:
    """Quantile of the standard normal."""
    return float(special.ndtri(q))


def noncentral_t_cdf(t: float, df: float, nc: float) -> float:
    """Distribution function of noncentral t; its limit where the series underflows to NaN."""
    value = float(special.nctdtr(df, nc, t))
    if math.isnan(value):
        return 0.0 if nc > t else 1.0
    return value


def noncentral_f_cdf(f: float, df1: float, df2: float, nc: float) -> float:
    """Distribution function of noncentral F; its limit where the series underflows to NaN."""
    value = float(special.ncfdtr(df1, df2, nc, f))
    if math.isnan(value):
        return 0.0
    return value


def find_root(function: Callable[[float], float], low: float, high: float) -> float:
    """Find where a monotone function crosses zero, widening `high` until it does.

    Return inf where there is no crossing below 1e8.
    """
    at_low = function(low)
    while at_low * function(high) > 0:
        low, high = high, 2 * high
        if high > BRACKET_LIMIT:
            return math.inf
    return float(brentq(function, low, high, xtol=1e-14, rtol=1e-14))


def studentized_range_upper(q: float, num_groups: int, df: float) -> float:
    """Probability that the range of k normals over an independent sd exceeds q.

    P(Q <= q) = E_s[k * integral phi(z) (Phi(z) - Phi(z - q s))^(k-1) dz], s = sqrt(chi2_df / df)
    (Lund & Lund 1983, AS 190), by Gauss-Legendre quadrature over both integrals.
    """
    if q <= 0:
        return 1.0
    z, weight_z = _nodes(2 * NODES, -8.0, 8.0)
    spread = 9 / math.sqrt(2 * df)  # sd of s is about 1 / sqrt(2 df)
    s, weight_s = _nodes(NODES, max(1e-12, 1 - spread), 1 + spread) if df > 20 else _wide_nodes(df)
    log_density = (
        (df / 2) * math.log(df)
        - special.gammaln(df / 2)
        - (df / 2 - 1) * math.log(2)
        + (df - 1) * np.log(s)
        - df * s**2 / 2
    )
    inner = (special.ndtr(z)[None, :] - special.ndtr(z[None, :] - q * s[:, None])) ** (
        num_groups - 1
    )
    phi = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    below = num_groups * (inner @ (weight_z * phi))
    return float(np.clip(1 - np.sum(weight_s * np.exp(log_density) * below), 0.0, 1.0))


@lru_cache(maxsize=1024)
def studentized_range_quantile(q: float, num_groups: int, df: float) -> float:
    """Quantile of the studentized range."""
    return find_root(lambda x: (1 - q) - studentized_range_upper(x, num_groups, df), 1e-6, 10.0)


def _nodes(count: int, low: float, high: float) -> tuple[FloatArray, FloatArray]:
    """Place Gauss-Legendre nodes and weights on an interval."""
    x, w = _legendre(count)
    return (high - low) / 2 * x + (high + low) / 2, (high - low) / 2 * w


def _wide_nodes(df: float) -> tuple[FloatArray, FloatArray]:
    """Place nodes over the long upper tail that s has at few degrees of freedom."""
    top = math.sqrt(float(special.chdtri(df, 1e-16)) / df)
    return _nodes(2 * NODES, 1e-12, top)


@lru_cache(maxsize=4)
def _legendre(count: int) -> tuple[FloatArray, FloatArray]:
    x, w = np.polynomial.legendre.leggauss(count)
    return x, w
