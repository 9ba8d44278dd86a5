"""Are types as good as equal: two one-sided tests against the declared margin."""

from typing import Any

from cuttle.analysis.estimators.core import ALPHA
from cuttle.analysis.estimators.two_sample import Equivalence
from cuttle.analysis.opponents import groups_with_runs, per_opponent, too_many_types
from cuttle.analysis.pairwise import EquivalenceOfPair, equivalence_family
from cuttle.analysis.study import Study


def compute(study: Study) -> Any:
    """Test all pairs for equivalence by opponent; a failure shows no difference either."""
    return per_opponent(study, lambda opponent: _block(study, opponent))


def _block(study: Study, opponent: str) -> dict[str, Any]:
    if refused := too_many_types(groups_with_runs(study, opponent)):
        return {"pairs": refused}
    return {
        "margin": study.equivalence_margin,
        "alpha": ALPHA,
        "test": "paired t by run number" if study.is_paired else "Welch",
        "pairs": [_pair(pair) for pair in equivalence_family(study, opponent)],
    }


def _pair(pair: EquivalenceOfPair) -> dict[str, Any]:
    row = {"a": pair.a, "b": pair.b, "tost": pair.tost, "p_holm": pair.p_holm}
    if isinstance(pair.tost, Equivalence):
        half = (pair.tost.ci_high - pair.tost.ci_low) / 2
        row["largest_difference_that_could_pass"] = max(0.0, pair.tost.margin - half)
        row["could_pass"] = half < pair.tost.margin
    return row
