"""How much of the spread of runs the luck of their games can explain, at most.

All runs play the same deals from both seats, so that their luck varies less than that of
independent games: what the binomial says is an upper bound.
"""

from typing import Any

from cuttle.analysis.estimators.binomial import (
    VarianceComponents,
    quasi_binomial,
    variance_components,
    wilson_interval,
)
from cuttle.analysis.estimators.core import ALPHA
from cuttle.analysis.estimators.mixed_model import logit_normal
from cuttle.analysis.opponents import per_opponent
from cuttle.analysis.study import Study


@per_opponent
def compute(study: Study, opponent: str) -> dict[str, Any]:
    """Split the variance by type, and compare types with the games counted."""
    tallies = {name: runs for name, runs in study.tallies(opponent).items() if runs}
    counts = {
        name: ([t.wins for t in runs], [t.games for t in runs]) for name, runs in tallies.items()
    }
    parts = {name: variance_components(*count) for name, count in counts.items()}
    return {
        "types": {
            name: {"components": part, "reading": reading(part)} for name, part in parts.items()
        },
        "runs": {
            run.run_id: wilson_interval(tally.wins, tally.games)
            for run in study.runs
            if (tally := run.tally(opponent)).games
        },
        "quasi_binomial": quasi_binomial(counts),
        "logit_normal": logit_normal(counts),
    }


def reading(part: Any) -> str:
    """Put the dispersion test into words; a spread below the binomial is what shared deals give."""
    if not isinstance(part, VarianceComponents):
        return f"not computable: {part.reason}"
    if part.p_over < ALPHA:
        return "runs differ by more than the luck of their games: seeds matter"
    return (
        "their spread is within what the luck of independent games could explain; as all runs play "
        "the same deals, that is an upper bound, and seeds may matter all the same"
    )
