"""The classical procedure: pre-tests choose Student, Welch or Mann-Whitney. No other choices."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cuttle.analysis.estimators.assumptions import Levene, ShapiroWilk, levene, shapiro_wilk
from cuttle.analysis.estimators.core import ALPHA, Estimate, NotComputable, Values, as_values
from cuttle.analysis.estimators.effects import cohens_d, effect_band
from cuttle.analysis.estimators.multiplicity import Pair, bonferroni, holm, pairs_of
from cuttle.analysis.estimators.ranks import MannWhitney, mann_whitney
from cuttle.analysis.estimators.two_sample import TTest, student_t, summarise, welch_t

FALLBACK = "welch_fallback_no_shapiro"
SCIPY_EXACT_N = 8  # up to this, and without ties, scipy's method="auto" enumerates


@dataclass(frozen=True, slots=True)
class ClassicalPair(Estimate):
    """What the procedure did with one pair, and why.

    branch: `student`, `welch`, `mwu` or `welch_fallback_no_shapiro`
    p_raw: of the test chosen; Mann-Whitney's is the exact tie-aware one
    p_mwu_scipy_auto: what scipy's method="auto" prints instead; None in the other branches
    """

    branch: str
    reason: str
    shapiro_p: dict[str, float | None]
    levene_median_p: float | None
    statistic: float
    df: float | None
    p_raw: float
    p_mwu_scipy_auto: float | None
    cohens_d: float
    effect_band: str
    p_bonferroni: float = 1.0
    p_holm: float = 1.0
    significant_raw: bool = False
    significant_bonferroni: bool = False
    significant_holm: bool = False


def classical_tests(groups: Mapping[str, Values]) -> dict[Pair, ClassicalPair | NotComputable]:
    """Run the procedure on every pair, with Bonferroni and Holm over the pairs tested."""
    results: dict[Pair, ClassicalPair | NotComputable] = {
        (a, b): classical_pair({a: groups[a], b: groups[b]}) for a, b in pairs_of(list(groups))
    }
    tested = {pair: r for pair, r in results.items() if isinstance(r, ClassicalPair)}
    raw = [r.p_raw for r in tested.values()]
    adjusted = zip(tested.items(), bonferroni(raw), holm(raw), strict=True)
    for (pair, result), p_bonferroni, p_holm in adjusted:
        results[pair] = replace(
            result,
            p_bonferroni=p_bonferroni,
            p_holm=p_holm,
            significant_bonferroni=p_bonferroni < ALPHA,
            significant_holm=p_holm < ALPHA,
        )
    return results


def classical_pair(pair: Mapping[str, Values]) -> ClassicalPair | NotComputable:
    """Choose and run the test of one pair; a pre-test p equal to alpha counts as rejected.

    Shapiro-Wilk in both groups, then Levene (median-centred): both passed and equal variances
    give Student, both passed give Welch, else Mann-Whitney. Where normality cannot be tested,
    Welch, and it says so.
    """
    x, y = pair.values()
    welch = welch_t(x, y)
    if isinstance(welch, NotComputable):
        return welch
    normality = {name: shapiro_wilk(values) for name, values in pair.items()}
    variance = levene(pair)
    branch, reason = choose_branch(normality, variance)
    statistic, df, p, p_auto = _run(branch, x, y)
    first, second = summarise(as_values(x)), summarise(as_values(y))
    d = cohens_d(first, second)
    return ClassicalPair(
        branch=branch,
        reason=reason,
        shapiro_p={n: r.p if isinstance(r, ShapiroWilk) else None for n, r in normality.items()},
        levene_median_p=variance.p if isinstance(variance, Levene) else None,
        statistic=statistic,
        df=df,
        p_raw=p,
        p_mwu_scipy_auto=p_auto,
        cohens_d=d,
        effect_band=effect_band(d),
        significant_raw=p < ALPHA,
    )


def choose_branch(
    normality: Mapping[str, ShapiroWilk | NotComputable],
    variance: Levene | NotComputable,
) -> tuple[str, str]:
    """Name the branch that the pre-tests lead to, and the reason in words."""
    untested = {n: r.reason for n, r in normality.items() if isinstance(r, NotComputable)}
    if untested:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in untested.items())
        return FALLBACK, f"normality not testable ({reasons}), so Welch"
    tested = {name: r.p for name, r in normality.items() if isinstance(r, ShapiroWilk)}
    if rejected := [f"{name} p = {p:.3g}" for name, p in tested.items() if p <= ALPHA]:
        return "mwu", f"Shapiro-Wilk rejects normality ({', '.join(rejected)}), so Mann-Whitney"
    passed = f"Shapiro-Wilk does not reject normality (smallest p = {min(tested.values()):.3g})"
    if isinstance(variance, NotComputable):
        return "welch", f"{passed}; equal variances not testable ({variance.reason}), so Welch"
    if variance.p <= ALPHA:
        return "welch", f"{passed}; Levene rejects equal variances (p = {variance.p:.3g}), so Welch"
    return "student", (
        f"{passed}; Levene does not reject equal variances (p = {variance.p:.3g}), so Student"
    )


def _run(branch: str, x: Values, y: Values) -> tuple[float, float | None, float, float | None]:
    """Run the test of a branch: statistic, df, p, and the p of scipy's method="auto"."""
    if branch == "mwu":
        ranks = mann_whitney(x, y)
        assert isinstance(ranks, MannWhitney)  # groups that have a t test have ranks
        return ranks.U1, None, ranks.p, _scipy_auto(ranks, as_values(x).size, as_values(y).size)
    test = student_t(x, y) if branch == "student" else welch_t(x, y)
    assert isinstance(test, TTest)  # both exist where Welch's does
    return test.t, test.df, test.p, None


def _scipy_auto(ranks: MannWhitney, n1: int, n2: int) -> float:
    is_exact = not ranks.has_ties and min(n1, n2) <= SCIPY_EXACT_N
    if is_exact and ranks.p_exact_tieaware is not None:
        return ranks.p_exact_tieaware
    return ranks.p_asymptotic_cc
