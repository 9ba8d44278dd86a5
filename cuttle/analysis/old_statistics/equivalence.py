"""Are types as good as equal: two one-sided tests against the declared margin."""

from collections.abc import Iterator, Sequence
from typing import Any

from cuttle.analysis.estimators.core import ALPHA
from cuttle.analysis.estimators.distributions import t_quantile, t_upper
from cuttle.analysis.estimators.multiplicity import holm
from cuttle.analysis.estimators.two_sample import Equivalence
from cuttle.analysis.opponents import per_opponent
from cuttle.analysis.pairwise import EquivalenceOfPair, equivalence_family
from cuttle.analysis.study import Study


@per_opponent
def compute(study: Study, opponent: str) -> dict[str, Any]:
    """Test all pairs for equivalence; a failure shows no difference either."""
    family = equivalence_family(study, opponent)
    return {
        "margin": study.equivalence_margin,
        "alpha": ALPHA,
        "test": "paired t by run number" if study.is_paired else "Welch",
        "pairs": [
            {"a": pair.a, "b": pair.b, "tost": pair.tost, "p_holm": pair.p_holm, **reach}
            for pair, reach in zip(family, _reach(family), strict=True)
        ],
    }


def _reach(family: Sequence[EquivalenceOfPair]) -> Iterator[dict[str, Any]]:
    """Say of each pair what could have passed at its spread: best is no difference in any pair."""
    tests = [pair.tost for pair in family if isinstance(pair.tost, Equivalence)]
    best = iter(holm([t_upper(test.margin / test.se, test.df) for test in tests]))
    for pair in family:
        if not isinstance(test := pair.tost, Equivalence):
            yield {}
            continue
        # Where it is the first in Holm's order, whose level is the strictest.
        half = t_quantile(1 - ALPHA / len(tests), test.df) * test.se
        yield {
            "largest_difference_that_could_pass": max(0.0, test.margin - half),
            "could_pass": next(best) < ALPHA,
        }
