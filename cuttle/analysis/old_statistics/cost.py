"""What the runs cost: seconds by part and throughput. Wall clock, so of these machines."""

from collections.abc import Mapping, Sequence
from typing import Any

from cuttle.analysis.estimators.core import NotComputable
from cuttle.analysis.estimators.descriptive import describe
from cuttle.analysis.opponents import no_runs
from cuttle.analysis.study import Study, StudyRun
from cuttle.runs.layout import TIMINGS_COLUMNS

PARTS = tuple(column for column in TIMINGS_COLUMNS if column != "round")
COUNTERS = {"games_per_s": "episodes", "decisions_per_s": "decisions"}


def compute(study: Study) -> Any:
    """Describe time and throughput by type."""
    if not study.runs:
        return NotComputable(no_runs(study))
    return {"types": {name: _type(study.runs_of(name)) for name in study.types}}


def _type(runs: Sequence[StudyRun]) -> dict[str, Any]:
    rows = [run_costs(run) for run in runs]
    return {
        "hosts": sorted({str(run.record.metadata.get("host")) for run in runs} - {"None"}),
        **{name: describe([row[name] for row in rows], is_rate=False) for name in _names()},
    }


def _names() -> tuple[str, ...]:
    return ("duration_s", *PARTS, *COUNTERS, "self_play_games_per_s")


def run_costs(run: StudyRun) -> dict[str, float | None]:
    """Sum up one run, in seconds and amounts a second; None where its rows do not tell."""
    costs: dict[str, float | None] = {"duration_s": run.record.status["duration_s"]}
    for part in PARTS:
        known = [row[part] for row in run.timings if row.get(part) is not None]
        costs[part] = sum(known) if known and len(known) == len(run.timings) else None
    last: Mapping[str, Any] = run.metrics[-1] if run.metrics else {}
    total = costs["round_s"]
    for name, column in COUNTERS.items():
        costs[name] = _ratio(last.get(column), total)
    costs["self_play_games_per_s"] = _ratio(last.get("episodes"), costs["self_play_s"])
    return costs


def _ratio(amount: float | None, seconds: float | None) -> float | None:
    return amount / seconds if amount is not None and seconds else None
