"""The classical decision tree: pair by pair.

Ours: what it computes are library calls; which of them it takes is the earlier system's.
"""

from typing import Any

import numpy as np
from scipy import stats
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from cuttle.analysis.data import Study
from cuttle.analysis.multiplicity import bonferroni
from cuttle.analysis.numerics import ALPHA, NAN, FloatArray, Row, degenerate, rows_of, table
from cuttle.analysis.pairs import Pair, cohens_d, effect_band, planned_pairs
from cuttle.analysis.ranks import mann_whitney
from cuttle.analysis.statistic import by_opponent
from cuttle.analysis.statistics.primary import comparisons
from cuttle.runs.formatting import format_p_claim

PROCEDURE = (
    "Shapiro-Wilk in both groups and Levene (median-centred, Brown-Forsythe) choose: Student if "
    "neither rejects at .05, Welch if only Levene does, else Mann-Whitney (exact). Bonferroni over "
    "the planned pairs. The question changes with the branch: t tests ask about means, "
    "Mann-Whitney about P(X > Y). A pre-test that does not reject is not evidence for its null."
)
FALLBACK = "welch_fallback_no_shapiro"
MAX_SHAPIRO_N = 5000  # the approximation of its p is fitted up to here
COLUMNS = (
    "factor a b branch reason shapiro_p_a shapiro_p_b levene_p statistic_value df p p_bonferroni"
    " cohens_d effect_band is_significant disagreement note"
)


@by_opponent(COLUMNS)
def classical(study: Study, opponent: str) -> list[dict[str, Any]]:
    """Run the classical procedure, always on runs as if independent, and name disagreements."""
    rates = study.rates(opponent)
    pairs = [{**p._asdict(), **_decide(p, rates[p.a], rates[p.b])} for p in planned_pairs(study)]
    result = table(pairs, COLUMNS.split())
    for _, family in result.groupby("factor", sort=False):
        result.loc[family.index, "p_bonferroni"] = bonferroni(family["p"])
    result["is_significant"] = result["p_bonferroni"] < ALPHA
    both = zip(rows_of(result), rows_of(comparisons(study, opponent)), strict=True)
    return [{**row, "disagreement": _disagreement(row, primary)} for row, primary in both]


def _decide(pair: Pair, x: FloatArray, y: FloatArray) -> dict[str, Any]:
    """Choose and run the test of one pair; a pre-test p equal to alpha counts as rejected."""
    groups = {pair.a: x, pair.b: y}
    if note := degenerate(groups):
        return {"note": note}
    untestable = {name: note for name, v in groups.items() if (note := _no_shapiro(name, v))}
    shapiro = {n: NAN if n in untestable else stats.shapiro(v).pvalue for n, v in groups.items()}
    levene = NAN if degenerate(groups, least=3, varying="all") else _levene(x, y)
    branch, reason = _choose(shapiro, untestable, levene)
    d = cohens_d(x, y)
    return {
        "branch": branch, "reason": reason, "shapiro_p_a": shapiro[pair.a],
        "shapiro_p_b": shapiro[pair.b], "levene_p": levene, **_run(branch, x, y),
        "cohens_d": d, "effect_band": effect_band(d),
    }  # fmt: skip


def _no_shapiro(name: str, values: FloatArray) -> str:
    if values.size > MAX_SHAPIRO_N:
        return f"more than {MAX_SHAPIRO_N} runs of {name}"
    return degenerate({name: values}, least=3)


def _levene(x: FloatArray, y: FloatArray) -> float:
    """Levene's p; NaN where all distances from the medians are equal."""
    distances = {"x": np.abs(x - np.median(x)), "y": np.abs(y - np.median(y))}
    return NAN if degenerate(distances) else float(stats.levene(x, y, center="median").pvalue)


def _choose(
    shapiro: dict[str, float], untestable: dict[str, str], levene: float
) -> tuple[str, str]:
    """Return the branch that the pre-tests lead to, and why."""
    if untestable:
        return FALLBACK, f"normality not testable ({'; '.join(untestable.values())}), so Welch"
    if rejected := [f"{n} {format_p_claim(p)}" for n, p in shapiro.items() if p <= ALPHA]:
        return "mwu", f"Shapiro-Wilk rejects normality ({', '.join(rejected)}), so Mann-Whitney"
    smallest = format_p_claim(min(shapiro.values()))
    passed = f"Shapiro-Wilk does not reject normality (smallest {smallest})"
    if np.isnan(levene):
        return "welch", f"{passed}; equal variances not testable, so Welch"
    claim = format_p_claim(levene)
    if levene <= ALPHA:
        return "welch", f"{passed}; Levene rejects equal variances ({claim}), so Welch"
    return "student", f"{passed}; Levene does not reject equal variances ({claim}), so Student"


def _run(branch: str, x: FloatArray, y: FloatArray) -> dict[str, float]:
    if branch == "mwu":
        return dict(zip(("statistic_value", "p"), mann_whitney(x, y), strict=True))
    variances = "pooled" if branch == "student" else "unequal"
    t, p, df = CompareMeans(DescrStatsW(x), DescrStatsW(y)).ttest_ind(usevar=variances)
    return {"statistic_value": t, "df": df, "p": p}


def _disagreement(classical: Row, primary: Row) -> str:
    """Describe where the classical procedure decides differently."""
    if not classical["branch"] or classical["is_significant"] == primary["is_significant"]:
        return ""
    return (
        f"{classical['a']} and {classical['b']}: the classical procedure ({classical['branch']}, "
        f"Bonferroni {format_p_claim(classical['p_bonferroni'])}) and the primary one "
        f"({primary['test']}, Holm {format_p_claim(primary['p_holm'])}) decide differently; the "
        "primary one counts"
    )
