"""The same statistic for every opponent, the primary one first. Computes none itself."""

from collections.abc import Callable, Mapping
from typing import Any

from cuttle.analysis.estimators.core import FloatArray, NotComputable
from cuttle.analysis.study import Study


def per_opponent(
    study: Study, statistic: Callable[[str], Mapping[str, Any]]
) -> dict[str, Any] | NotComputable:
    """Compute a statistic for each opponent, labelled primary or secondary."""
    if not study.runs:
        return NotComputable(no_runs(study))
    return {
        opponent: {"role": role, **statistic(opponent)} for opponent, role in study.roles.items()
    }


def no_runs(study: Study) -> str:
    """Say why there is nothing to analyse."""
    if not study.left_out:
        return "no runs"
    states: dict[str, int] = {}
    for out in study.left_out:
        states[out.state] = states.get(out.state, 0) + 1
    counts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    return f"no completed runs that can be used ({counts})"


def groups_with_runs(study: Study, opponent: str) -> dict[str, FloatArray]:
    """Return final win rates of the types that have runs against this opponent."""
    return {name: rates for name, rates in study.win_rates(opponent).items() if rates.size}
