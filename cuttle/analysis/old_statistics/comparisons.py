"""The primary comparison of types: one test for all pairs, chosen before seeing the data."""

from typing import Any

from cuttle.analysis.estimators.core import ALPHA
from cuttle.analysis.estimators.decision_tree import ClassicalPair, classical_tests
from cuttle.analysis.opponents import per_opponent
from cuttle.analysis.pairwise import Comparison, compare_types
from cuttle.analysis.study import Study


@per_opponent
def compute(study: Study, opponent: str) -> dict[str, Any]:
    """Compare all pairs, and name where the classical procedure says otherwise."""
    pairs = compare_types(study, opponent)
    compared = [pair for pair in pairs if isinstance(pair, Comparison)]
    classical = classical_tests(study.groups(opponent))
    return {
        "direction": "a minus b",
        "test": "paired t by run number" if study.is_paired else "Welch",
        "alpha": ALPHA,
        "correction": "Holm over the pairs compared; Shaffer and Bonferroni beside it",
        "family_size": len(compared),
        "pairs": pairs,
        "disagreements": [line for pair in compared if (line := _disagreement(pair, classical))],
    }


def _disagreement(pair: Comparison, classical: Any) -> str | None:
    """Say where the classical procedure decides differently."""
    other = classical.get((pair.a, pair.b))
    if not isinstance(other, ClassicalPair) or other.significant_bonferroni == pair.is_significant:
        return None
    return (
        f"{pair.a} and {pair.b}: the classical procedure ({other.branch}, Bonferroni p = "
        f"{other.p_bonferroni:.3g}) and the primary one ({pair.test}, Holm p = {pair.p_holm:.3g}) "
        "decide differently; the primary one counts"
    )
