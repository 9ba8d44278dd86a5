"""The same statistic for every opponent, the primary one first. Computes none itself."""

import functools
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from cuttle.analysis.estimators.core import NotComputable
from cuttle.analysis.study import Study


def per_opponent(
    statistic: Callable[[Study, str], Mapping[str, Any]],
) -> Callable[[Study], dict[str, Any] | NotComputable]:
    """Make a statistic of one opponent one of the study: by opponent, labelled with its role."""

    @functools.wraps(statistic)
    def compute(study: Study) -> dict[str, Any] | NotComputable:
        if not study.runs:
            return NotComputable(no_runs(study))
        return {o: {"role": role, **statistic(study, o)} for o, role in study.roles.items()}

    return compute


def no_runs(study: Study) -> str:
    """Say why there is nothing to analyse."""
    if not study.left_out:
        return "no runs"
    states = Counter(out.state for out in study.left_out)
    counts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    return f"no completed runs that can be used ({counts})"
