"""Do several groups differ at all: ANOVA, Welch, Brown-Forsythe, Kruskal-Wallis. No pairs."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from cuttle.analysis.estimators.core import (
    TAIL,
    Estimate,
    FloatArray,
    NotComputable,
    Values,
    as_values,
    is_constant,
    mean_of,
    sum_of_squares,
    variance_of,
)
from cuttle.analysis.estimators.descriptive import Interval
from cuttle.analysis.estimators.distributions import (
    chi2_upper,
    f_upper,
    find_root,
    noncentral_f_cdf,
)
from cuttle.analysis.estimators.ranks import tie_sum


@dataclass(frozen=True, slots=True)
class Anova(Estimate):
    """One-way analysis of variance; omega2 and epsilon2 are unclipped and may be negative."""

    F: float
    df1: int
    df2: int
    p: float
    ss_between: float
    ss_within: float
    ss_total: float
    ms_between: float
    ms_within: float
    residual_sd: float
    eta2: float
    omega2: float
    epsilon2: float


@dataclass(frozen=True, slots=True)
class RobustAnova(Estimate):
    """An F test of equal means without equal variances."""

    F: float
    df1: float
    df2: float
    p: float


@dataclass(frozen=True, slots=True)
class KruskalWallis(Estimate):
    """Kruskal-Wallis H, corrected for ties, with rank effect sizes (Tomczak & Tomczak 2014)."""

    H: float
    df: int
    p: float
    rank_eta2: float
    rank_epsilon2: float


def anova(groups: Mapping[str, Values]) -> Anova | NotComputable:
    """One-way ANOVA with eta^2, omega^2 and epsilon^2 (Fisher 1925; Hays 1963; Kelley 1935)."""
    arrays = _arrays(groups)
    k, n = len(arrays), sum(x.size for x in arrays)
    if refused := _refuse(arrays):
        return refused
    grand = math.fsum(v for x in arrays for v in x) / n
    between = math.fsum(x.size * (mean_of(x) - grand) ** 2 for x in arrays)
    within = math.fsum(0.0 if is_constant(x) else sum_of_squares(x) for x in arrays)
    if within == 0:
        return NotComputable("zero within-group variance: every group is constant")
    df1, df2 = k - 1, n - k
    ms_between, ms_within = between / df1, within / df2
    f = ms_between / ms_within
    total = between + within
    return Anova(
        F=f,
        df1=df1,
        df2=df2,
        p=f_upper(f, df1, df2),
        ss_between=between,
        ss_within=within,
        ss_total=total,
        ms_between=ms_between,
        ms_within=ms_within,
        residual_sd=math.sqrt(ms_within),
        eta2=between / total,
        omega2=(between - df1 * ms_within) / (total + ms_within),
        epsilon2=(between - df1 * ms_within) / total,
    )


def eta2_interval(f: float, df1: float, df2: float) -> Interval:
    """Interval of eta^2 = nc / (nc + df2) over the noncentralities that fit F (Steiger 2004)."""
    low, high = _noncentrality_interval(f, df1, df2)
    return Interval(low / (low + df2), high / (high + df2))


def omega2_interval(omega2: float, df1: float, df2: float) -> Interval:
    """Interval of omega^2: that of eta^2 at the F which has omega^2 for its eta^2.

    The construction of effectsize (Ben-Shachar et al. 2020), after MBESS (Kelley 2007).
    """
    f = max(0.0, (omega2 / df1) / ((1 - omega2) / df2))
    return eta2_interval(f, df1, df2)


def welch_anova(groups: Mapping[str, Values]) -> RobustAnova | NotComputable:
    """Test equal means without equal variances (Welch 1951)."""
    arrays = _arrays(groups)
    if refused := _refuse_spread(groups, arrays):
        return refused
    k = len(arrays)
    weights = np.array([x.size / variance_of(x) for x in arrays])
    means = np.array([mean_of(x) for x in arrays])
    total = float(weights.sum())
    center = float(weights @ means) / total
    spread = math.fsum(
        (1 - w / total) ** 2 / (x.size - 1) for w, x in zip(weights, arrays, strict=True)
    )
    numerator = float(weights @ (means - center) ** 2) / (k - 1)
    f = numerator / (1 + 2 * (k - 2) * spread / (k**2 - 1))
    df2 = (k**2 - 1) / (3 * spread)
    return RobustAnova(f, k - 1, df2, f_upper(f, k - 1, df2))


def brown_forsythe_anova(groups: Mapping[str, Values]) -> RobustAnova | NotComputable:
    """Test equal means without equal variances (Brown & Forsythe 1974), df1 by Mehrotra 1997."""
    arrays = _arrays(groups)
    if refused := _refuse(arrays):
        return refused
    n = sum(x.size for x in arrays)
    grand = math.fsum(v for x in arrays for v in x) / n
    share = np.array([x.size / n for x in arrays])
    variances = np.array([variance_of(x) if x.size > 1 else 0.0 for x in arrays])
    parts = (1 - share) * variances
    if parts.sum() == 0 or any(x.size < 2 for x in arrays):
        return NotComputable("zero within-group variance or a group with n < 2")
    f = math.fsum(x.size * (mean_of(x) - grand) ** 2 for x in arrays) / float(parts.sum())
    sizes = np.array([x.size for x in arrays])
    df2 = float(parts.sum() ** 2 / np.sum(parts**2 / (sizes - 1)))
    below = np.sum(variances**2 * (1 - 2 * share)) + np.sum(share * variances) ** 2
    df1 = float(parts.sum() ** 2 / below)
    return RobustAnova(f, df1, df2, f_upper(f, df1, df2))


def kruskal_wallis(groups: Mapping[str, Values]) -> KruskalWallis | NotComputable:
    """Test equal distributions by ranks (Kruskal & Wallis 1952)."""
    arrays = _arrays(groups)
    if len(arrays) < 2:
        return NotComputable("fewer than 2 groups with values")
    pooled = np.concatenate(arrays)
    k, n = len(arrays), pooled.size
    if n <= k:
        return NotComputable("no group has more than one value")
    if tie_sum(pooled) == n**3 - n:
        return NotComputable("all values are equal")
    h = float(stats.kruskal(*arrays).statistic)
    return KruskalWallis(
        H=h,
        df=k - 1,
        p=chi2_upper(h, k - 1),
        rank_eta2=(h - k + 1) / (n - k),
        rank_epsilon2=h * (n + 1) / (n**2 - 1),
    )


def _noncentrality_interval(f: float, df1: float, df2: float) -> tuple[float, float]:
    """Find the noncentralities under which F is at the upper and at the lower tail."""

    def end(probability: float) -> float:
        if noncentral_f_cdf(f, df1, df2, 0.0) <= probability:
            return 0.0
        return find_root(
            lambda nc: noncentral_f_cdf(f, df1, df2, nc) - probability, 0.0, max(1.0, 4 * f * df1)
        )

    return end(1 - TAIL), end(TAIL)


def _arrays(groups: Mapping[str, Values]) -> list[FloatArray]:
    """Take the groups that have values."""
    return [values for x in groups.values() if (values := as_values(x)).size]


def _refuse(arrays: list[FloatArray]) -> NotComputable | None:
    if len(arrays) < 2:
        return NotComputable("fewer than 2 groups with values")
    if sum(x.size for x in arrays) <= len(arrays):
        return NotComputable("no residual degrees of freedom: one value a group")
    return None


def _refuse_spread(groups: Mapping[str, Values], arrays: list[FloatArray]) -> NotComputable | None:
    """Refuse groups that have no variance of their own, by name."""
    if len(arrays) < 2:
        return NotComputable("fewer than 2 groups with values")
    named = {name: values for name, x in groups.items() if (values := as_values(x)).size}
    if small := [name for name, values in named.items() if values.size < 2]:
        return NotComputable(f"n < 2: {', '.join(small)}")
    if constant := [name for name, values in named.items() if is_constant(values)]:
        return NotComputable(f"zero variance: {', '.join(constant)} is constant")
    return None
