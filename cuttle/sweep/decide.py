"""What to do with each planned run, given what is on disk. Reads only.

Everything is decided in the launching process, before any worker starts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import mean

from cuttle.arithmetic import is_portable
from cuttle.runs.formatting import truncate as some
from cuttle.runs.identity import differences
from cuttle.runs.layout import CHECKPOINT_FILE, RunState
from cuttle.runs.provenance import package_versions, source_hash
from cuttle.runs.reader import RunRecord
from cuttle.sweep.plan import PlannedRun


class Action(StrEnum):
    """What a launch does with one run."""

    TRAIN = "train"
    RESUME = "resume"
    RETRAIN = "train again"
    SKIP = "skip"
    BUSY = "leave, in use"
    DAMAGED = "leave, damaged"
    CONFLICT = "refuse"


MAX_CHANGES = 3  # of settings, in one line
TO_DO = (Action.TRAIN, Action.RESUME, Action.RETRAIN)


@dataclass(frozen=True)
class Decision:
    """A planned run, its record on disk and what follows; `reason` where it may surprise."""

    run: PlannedRun
    record: RunRecord
    action: Action
    reason: str = ""

    @property
    def is_to_do(self) -> bool:
        """Whether this launch trains the run."""
        return self.action in TO_DO


def decide(run: PlannedRun, *, force: bool) -> Decision:
    """Decide about one run."""
    record = RunRecord(run.run_dir)
    if record.state is RunState.RUNNING:
        if not _has_same_config(record, run):
            return Decision(run, record, Action.CONFLICT, _difference(record, run))
        return Decision(run, record, Action.BUSY, _owner(record))
    action, reason = _without_force(run, record)
    if force and action in (Action.SKIP, Action.DAMAGED, Action.CONFLICT):
        return Decision(run, record, Action.RETRAIN)
    return Decision(run, record, action, reason)


def _without_force(run: PlannedRun, record: RunRecord) -> tuple[Action, str]:
    if record.state is RunState.DAMAGED:
        return Action.DAMAGED, "; ".join(record.problems)
    has_same_config = _has_same_config(record, run)
    is_completed = record.state is RunState.COMPLETED
    if not has_same_config and (is_completed or record.status.get("round", 0) > 0):
        return Action.CONFLICT, _difference(record, run)
    if is_completed:
        return Action.SKIP, ""
    has_checkpoint = run.config["checkpoint"] and (run.run_dir / CHECKPOINT_FILE).exists()
    if has_same_config and has_checkpoint:
        if not _has_same_code(record):
            return Action.TRAIN, "starts over: code or versions have changed since it began"
        if is_portable(record.config) != is_portable(run.config):
            return Action.TRAIN, "starts over: it began with another portable="
        return Action.RESUME, f"after round {record.status['round']}"
    return Action.TRAIN, ""


def _has_same_config(record: RunRecord, run: PlannedRun) -> bool:
    """Compare fingerprints, or else values: one and the same number may be written 1 and 1.0."""
    if record.status.get("config_hash") == run.config_hash:
        return True
    return bool(record.config) and not differences(record.config, run.config)


def _has_same_code(record: RunRecord) -> bool:
    """Tell whether a run began with this code; no run is made of rounds of two programs."""
    then = (record.metadata.get("source_hash"), record.metadata.get("versions"))
    return then == (source_hash(), package_versions())


def estimated_seconds(decisions: Sequence[Decision], *, num_workers: int) -> float | None:
    """Estimate how long a launch takes from the runs already timed; None when there are none."""
    timed: dict[str, list[float]] = {}
    for decision in decisions:
        if decision.record.status.get("config_hash") != decision.run.config_hash:
            continue  # of another budget, perhaps
        if decision.record.state is RunState.COMPLETED:
            duration_s = float(decision.record.status["duration_s"])
            timed.setdefault(decision.run.network_type, []).append(duration_s)
    everything = [duration for durations in timed.values() for duration in durations]
    if not everything:
        return None
    to_do = [decision for decision in decisions if decision.is_to_do]
    total = sum(
        mean(timed.get(decision.run.network_type, everything)) * _share_left(decision)
        for decision in to_do
    )
    return total / max(1, min(num_workers, len(to_do)))


def _share_left(decision: Decision) -> float:
    if decision.action is not Action.RESUME:
        return 1.0
    return 1.0 - float(decision.record.status["round"]) / decision.run.rounds


def _owner(record: RunRecord) -> str:
    return f"process {record.status.get('pid')} on {record.status.get('host')} trains it"


def _difference(record: RunRecord, run: PlannedRun) -> str:
    changes = differences(record.config, run.config)
    return some(changes, MAX_CHANGES) or "its recorded config is damaged"
