"""Comparison of runs that share their seed and deals. Only for pairs declared before the sweep."""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from cuttle.analysis.estimators.core import (
    SEED,
    TAIL,
    TIE_TOLERANCE,
    Estimate,
    FloatArray,
    NotComputable,
    Values,
    as_values,
    is_constant,
    mean_of,
    variance_of,
)
from cuttle.analysis.estimators.distributions import (
    chi2_upper,
    f_upper,
    normal_two_sided,
    t_quantile,
    t_two_sided,
)
from cuttle.analysis.estimators.ranks import tie_sum
from cuttle.analysis.estimators.two_sample import Equivalence, tost_from_error

MAX_ENUMERATED_N = 16  # 2^16 sign patterns
NUM_SAMPLED = 20_000
MAX_EXACT_WILCOXON_N = 50


@dataclass(frozen=True, slots=True)
class PairedTest(Estimate):
    """Paired comparison of x minus y over n pairs.

    dz: mean difference over the sd of differences
    corr: correlation over pairs, None where a side is constant
    signflip_p: share of the sign patterns with |mean| at least as large
    """

    n: int
    n_dropped: int
    diff: float
    se: float
    t: float
    df: int
    p: float
    ci_low: float
    ci_high: float
    dz: float
    corr: float | None
    signflip_p: float
    n_signflips: int
    signflip_method: str


@dataclass(frozen=True, slots=True)
class SignedRank(Estimate):
    """Wilcoxon's signed ranks: V is the rank sum of pairs with x above y."""

    V: float
    p: float
    method: str


@dataclass(frozen=True, slots=True)
class Friedman(Estimate):
    """Friedman's rank test over complete blocks; kendall_w is its effect size, 0 to 1."""

    chi2: float
    df: int
    p: float
    kendall_w: float
    n: int


@dataclass(frozen=True, slots=True)
class RepeatedAnova(Estimate):
    """One-way repeated-measures ANOVA; p_gg is p with Greenhouse-Geisser's epsilon."""

    F: float
    df1: int
    df2: int
    p: float
    epsilon_gg: float
    p_gg: float
    partial_eta2: float
    n: int


def paired_t(x: Values, y: Values) -> PairedTest | NotComputable:
    """Compare pairs by their mean difference (Student 1908) and exact sign flips (Fisher 1935)."""
    a, b, dropped = _pairs(x, y)
    if a.size < 2:
        return NotComputable(f"n < 2: {a.size} complete pair(s)")
    differences = a - b
    if is_constant(differences):
        return NotComputable("zero variance: all differences are equal")
    diff, sd = mean_of(differences), math.sqrt(variance_of(differences))
    se, df = sd / math.sqrt(a.size), a.size - 1
    half = t_quantile(1 - TAIL, df) * se
    flips, count, method = sign_flip(differences)
    return PairedTest(
        n=a.size,
        n_dropped=dropped,
        diff=diff,
        se=se,
        t=diff / se,
        df=df,
        p=t_two_sided(diff / se, df),
        ci_low=diff - half,
        ci_high=diff + half,
        dz=diff / sd,
        corr=correlation(a, b),
        signflip_p=flips,
        n_signflips=count,
        signflip_method=method,
    )


def tost_paired(x: Values, y: Values, margin: float) -> Equivalence | NotComputable:
    """Test whether a mean paired difference is smaller than a margin (Schuirmann 1987)."""
    test = paired_t(x, y)
    if isinstance(test, NotComputable):
        return test
    return tost_from_error(test.diff, test.se, test.df, margin)


def sign_flip(differences: FloatArray) -> tuple[float, int, str]:
    """Return the two-sided sign-flip p, the number of patterns and whether they are all."""
    n = differences.size
    if n <= MAX_ENUMERATED_N:
        signs, method = np.array(list(itertools.product((1.0, -1.0), repeat=n))), "exact"
    else:
        rng = np.random.default_rng(SEED)
        signs, method = rng.choice((1.0, -1.0), size=(NUM_SAMPLED, n)), "sampled"
        signs[0] = 1.0  # the observed pattern counts
    sums = np.abs(signs @ differences)
    observed = abs(float(differences.sum()))
    tolerance = TIE_TOLERANCE * float(np.abs(differences).max())
    return float(np.mean(sums >= observed - tolerance)), signs.shape[0], method


def smallest_sign_flip_p(n: int) -> float:
    """Smallest two-sided p that sign flips of n pairs can reach."""
    return min(1.0, 2.0 ** (1 - n))


def correlation(x: FloatArray, y: FloatArray) -> float | None:
    """Pearson's correlation, None where a side is constant."""
    if is_constant(x) or is_constant(y):
        return None
    return float(np.corrcoef(x, y)[0, 1])


def wilcoxon_signed_rank(x: Values, y: Values) -> SignedRank | NotComputable:
    """Compare pairs by signed ranks (Wilcoxon 1945), with the p that R's wilcox.test prints.

    Zero differences are dropped. Exact without ties and zeros below 50 pairs, else normal with
    continuity and tie correction.
    """
    a, b, _ = _pairs(x, y)
    raw = np.round(a - b, 12)  # equal differences of decimals must tie
    differences = raw[raw != 0]
    n = differences.size
    if n == 0:
        return NotComputable("all differences are zero" if raw.size else "no complete pair")
    ranks = stats.rankdata(np.abs(differences))
    v = float(ranks[differences > 0].sum())
    ties = tie_sum(np.abs(differences))
    if n < MAX_EXACT_WILCOXON_N and ties == 0 and n == raw.size:
        return SignedRank(v, float(stats.wilcoxon(differences, method="exact").pvalue), "exact")
    distance = abs(v - n * (n + 1) / 4)
    error = math.sqrt(n * (n + 1) * (2 * n + 1) / 24 - ties / 48)
    return SignedRank(v, normal_two_sided(max(0.0, distance - 0.5) / error), "asymptotic")


def friedman(groups: Mapping[str, Values]) -> Friedman | NotComputable:
    """Compare several conditions over the same blocks by ranks (Friedman 1937)."""
    blocks = complete_blocks(groups)
    if isinstance(blocks, NotComputable):
        return blocks
    n, k = blocks.shape
    ranks = stats.rankdata(blocks, axis=1)
    ties = sum(tie_sum(row) for row in blocks)
    correction = 1 - ties / (n * (k**3 - k))
    if correction <= 0:
        return NotComputable("all values are equal within every block")
    sums = ranks.sum(axis=0)
    raw = 12 / (n * k * (k + 1)) * math.fsum(sums**2) - 3 * n * (k + 1)
    chi2 = raw / correction
    return Friedman(chi2, k - 1, chi2_upper(chi2, k - 1), chi2 / (n * (k - 1)), n)


def repeated_anova(groups: Mapping[str, Values]) -> RepeatedAnova | NotComputable:
    """Compare several conditions over the same blocks by means (Greenhouse & Geisser 1959)."""
    blocks = complete_blocks(groups)
    if isinstance(blocks, NotComputable):
        return blocks
    n, k = blocks.shape
    centred = blocks - blocks.mean()
    between = n * math.fsum(centred.mean(axis=0) ** 2)
    rest = centred - centred.mean(axis=0) - centred.mean(axis=1)[:, None]
    error = math.fsum((rest**2).ravel())
    if error <= 1e-28 * max(1.0, float((blocks**2).sum())):
        return NotComputable("zero variance: the conditions differ by constants")
    df1, df2 = k - 1, (k - 1) * (n - 1)
    f = (between / df1) / (error / df2)
    epsilon = _greenhouse_geisser(blocks)
    return RepeatedAnova(
        F=f,
        df1=df1,
        df2=df2,
        p=f_upper(f, df1, df2),
        epsilon_gg=epsilon,
        p_gg=f_upper(f, epsilon * df1, epsilon * df2),
        partial_eta2=between / (between + error),
        n=n,
    )


def complete_blocks(groups: Mapping[str, Values]) -> FloatArray | NotComputable:
    """Stack conditions as `(blocks, conditions) float64`, keeping blocks without gaps.

    Conditions of different length, or fewer than two complete blocks, are not computable.
    """
    if len(groups) < 2:
        return NotComputable("fewer than 2 conditions")
    if len({len(x) for x in groups.values()}) != 1:
        return NotComputable("conditions of different length are not paired")
    columns = [[np.nan if v is None else v for v in x] for x in groups.values()]
    blocks = np.array(columns, dtype=np.float64).T
    blocks = blocks[~np.isnan(blocks).any(axis=1)]
    if blocks.shape[0] < 2:
        return NotComputable(f"n < 2: {blocks.shape[0]} complete block(s)")
    return blocks


def _pairs(x: Values, y: Values) -> tuple[FloatArray, FloatArray, int]:
    """Keep the pairs that have both values."""
    blocks = complete_blocks({"x": x, "y": y})
    if isinstance(blocks, NotComputable):
        if len(x) != len(y):
            raise ValueError(f"pairs need equal lengths, got {len(x)} and {len(y)}")
        empty = as_values([])
        return empty, empty, len(x)
    return blocks[:, 0], blocks[:, 1], len(x) - blocks.shape[0]


def _greenhouse_geisser(blocks: FloatArray) -> float:
    """Epsilon from the double-centred covariance of the conditions, 1 / (k - 1) to 1."""
    k = blocks.shape[1]
    covariance = np.cov(blocks, rowvar=False)
    centring = np.eye(k) - 1 / k
    centred = centring @ covariance @ centring
    squares = float(np.sum(centred**2))
    return float(np.trace(centred) ** 2 / ((k - 1) * squares)) if squares else 1.0
