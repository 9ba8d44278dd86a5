"""The classical decision tree of the earlier system, pair by pair, with its reasons printed."""

from typing import Any

from cuttle.analysis.estimators.assumptions import levene, shapiro_wilk
from cuttle.analysis.estimators.core import ALPHA
from cuttle.analysis.estimators.decision_tree import classical_tests
from cuttle.analysis.estimators.omnibus import anova
from cuttle.analysis.opponents import per_opponent
from cuttle.analysis.study import Study

PROCEDURE = (
    "Shapiro-Wilk in both groups and Levene (median-centred, Brown-Forsythe) choose: Student if "
    "neither rejects at .05, Welch if only Levene does, else Mann-Whitney (exact). Bonferroni over "
    "the pairs tested. The question changes with the branch: t tests ask about means, Mann-Whitney "
    "about P(X > Y). A pre-test that does not reject is no evidence for its null."
)


@per_opponent
def compute(study: Study, opponent: str) -> dict[str, Any]:
    """Run the classical procedure."""
    groups = study.groups(opponent)
    pairs = classical_tests(groups)
    family_size = sum(pair.computable for pair in pairs.values())
    return {
        "procedure": PROCEDURE,
        "shapiro_wilk": {name: shapiro_wilk(rates) for name, rates in groups.items()},
        "levene_median": levene(groups),
        "family_size": family_size,
        "planned_size": len(study.types) * (len(study.types) - 1) // 2,
        "alpha": ALPHA,
        "alpha_bonferroni": ALPHA / family_size if family_size else None,
        "anova": anova(groups),
        "pairs": [{"a": a, "b": b, "result": pair} for (a, b), pair in pairs.items()],
    }
