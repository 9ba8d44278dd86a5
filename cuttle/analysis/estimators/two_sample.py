"""Difference of two means: Student, Welch, equivalence. Direction is always x minus y."""

import math
from dataclasses import dataclass

from cuttle.analysis.estimators.core import (
    ALPHA,
    TAIL,
    Estimate,
    FloatArray,
    NotComputable,
    Values,
    as_values,
    is_constant,
    mean_of,
    too_few,
    variance_of,
)
from cuttle.analysis.estimators.distributions import t_quantile, t_two_sided, t_upper

IDENTICAL = "zero variance: identical results across seeds in both groups"


@dataclass(frozen=True, slots=True)
class Summary:
    """Mean, sd (ddof 1) and number of values of one group."""

    mean: float
    sd: float
    n: int


@dataclass(frozen=True, slots=True)
class TTest(Estimate):
    """A t test of mean(x) - mean(y), two-sided, with the interval of the difference."""

    diff: float
    se: float
    t: float
    df: float
    p: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True)
class Equivalence(Estimate):
    """Two one-sided tests that the difference lies within -+margin; p is the larger one.

    p_lower: against a difference of -margin or less; p_upper: of +margin or more
    ci_low, ci_high: interval of the difference at confidence 1 - 2 alpha
    """

    margin: float
    alpha: float
    diff: float
    se: float
    df: float
    p_lower: float
    p_upper: float
    p: float
    ci_low: float
    ci_high: float
    is_equivalent: bool


def student_t(x: Values, y: Values) -> TTest | NotComputable:
    """Compare means under equal variances (Student 1908)."""
    pair = _summaries(x, y)
    return pair if isinstance(pair, NotComputable) else student_from_summary(*pair)


def welch_t(x: Values, y: Values) -> TTest | NotComputable:
    """Compare means without equal variances (Welch 1947)."""
    pair = _summaries(x, y)
    return pair if isinstance(pair, NotComputable) else welch_from_summary(*pair)


def student_from_summary(x: Summary, y: Summary) -> TTest:
    """Student's test from printed means and sds."""
    df = x.n + y.n - 2
    pooled = ((x.n - 1) * x.sd**2 + (y.n - 1) * y.sd**2) / df
    return _t_test(x.mean - y.mean, math.sqrt(pooled * (1 / x.n + 1 / y.n)), df)


def welch_from_summary(x: Summary, y: Summary) -> TTest:
    """Welch's test from printed means and sds, df by Satterthwaite 1946."""
    se, df = welch_error(x, y)
    return _t_test(x.mean - y.mean, se, df)


def welch_error(x: Summary, y: Summary) -> tuple[float, float]:
    """Standard error and degrees of freedom of a difference without equal variances."""
    a, b = x.sd**2 / x.n, y.sd**2 / y.n
    return math.sqrt(a + b), (a + b) ** 2 / (a**2 / (x.n - 1) + b**2 / (y.n - 1))


def tost_welch(x: Values, y: Values, margin: float) -> Equivalence | NotComputable:
    """Test whether two means differ by less than a margin (Schuirmann 1987, Welch's error)."""
    test = welch_t(x, y)
    if isinstance(test, NotComputable):
        return test
    return tost_from_error(test.diff, test.se, test.df, margin)


def tost_from_error(diff: float, se: float, df: float, margin: float) -> Equivalence:
    """Two one-sided tests from a difference, its standard error and degrees of freedom.

    Raises ValueError for a margin that is not positive.
    """
    if margin <= 0:
        raise ValueError(f"the equivalence margin must be positive, got {margin}")
    lower, upper = t_upper((diff + margin) / se, df), t_upper((margin - diff) / se, df)
    half = t_quantile(1 - ALPHA, df) * se
    p = max(lower, upper)
    return Equivalence(
        margin=margin,
        alpha=ALPHA,
        diff=diff,
        se=se,
        df=df,
        p_lower=lower,
        p_upper=upper,
        p=p,
        ci_low=diff - half,
        ci_high=diff + half,
        is_equivalent=p < ALPHA,
    )


def summarise(x: FloatArray) -> Summary:
    """Reduce two or more values to mean, sd and n."""
    return Summary(mean_of(x), math.sqrt(variance_of(x)), x.size)


def _summaries(x: Values, y: Values) -> tuple[Summary, Summary] | NotComputable:
    a, b = as_values(x), as_values(y)
    if refused := too_few(2, x=a, y=b):
        return refused
    if is_constant(a) and is_constant(b):
        return NotComputable(IDENTICAL)
    return summarise(a), summarise(b)


def _t_test(diff: float, se: float, df: float) -> TTest:
    t = diff / se
    half = t_quantile(1 - TAIL, df) * se
    return TTest(diff, se, t, df, t_two_sided(t, df), diff - half, diff + half)
