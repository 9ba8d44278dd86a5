"""How much of the spread of runs is the luck of their games, and is it more or less than that."""

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

ALPHA_ALIKE = 0.01  # "too alike" accuses somebody; it may be wrong once in a hundred studies


def compute(study: Study) -> Any:
    """Split the variance by opponent and type, and compare types with the games counted."""
    return per_opponent(study, lambda opponent: _block(study, opponent))


def _block(study: Study, opponent: str) -> dict[str, Any]:
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
    """Put the dispersion test into words."""
    if not isinstance(part, VarianceComponents):
        return f"not computable: {part.reason}"
    if part.p_over < ALPHA:
        return "runs differ by more than the luck of their games: seeds matter"
    if part.p_under < ALPHA_ALIKE:
        return (
            "runs are more alike than independent games allow: shared results, or a seed that has "
            "no effect"
        )
    return "the spread of runs is no more than the luck of their games can explain"
