"""What each network type starts with: its size and the spread of its first Q-values."""

from collections.abc import Sequence
from typing import Any

from cuttle.analysis.estimators.core import NotComputable
from cuttle.analysis.estimators.descriptive import describe
from cuttle.analysis.opponents import no_runs
from cuttle.analysis.study import Study, StudyRun


def compute(study: Study) -> Any:
    """Describe the untrained networks by type: unequal initial spreads alone change learning."""
    if not study.runs:
        return NotComputable(no_runs(study))
    return {"types": {name: _type(study.runs_of(name)) for name in study.types}}


def _type(runs: Sequence[StudyRun]) -> dict[str, Any]:
    recorded = [run.record.metadata for run in runs]
    return {
        "parameters": sorted({r["parameters"] for r in recorded if r.get("parameters")}),
        "initial_q_sd": describe([r.get("initial_q_sd") for r in recorded], is_rate=False),
    }
