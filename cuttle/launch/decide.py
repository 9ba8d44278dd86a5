"""Decide what to do with each planned run. Reads only.

Everything is decided in the launching process, before any worker starts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import mean

from cuttle.launch.arithmetic import is_portable
from cuttle.launch.plan import Plan, PlannedRun
from cuttle.launch.refusal import Refusal
from cuttle.runs.comparable import method_settings, mismatches
from cuttle.runs.diff import canonical, differing, is_below
from cuttle.runs.formatting import join_words, pluralize, truncate
from cuttle.runs.identity import differences, settings_hash
from cuttle.runs.layout import CHECKPOINT_FILE, RunState
from cuttle.runs.provenance import package_versions, source_hash
from cuttle.runs.reader import Experiment
from cuttle.runs.run_record import NETWORK_TYPE, RunRecord


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
WAY_OUT = "use another experiment=NAME"
TO_VARY = "sweep the key (-m KEY=VALUE,VALUE)"
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

    @property
    def is_to_be_checked(self) -> bool:
        """Whether its config is checked: not that of a run that is skipped."""
        return self.action in (*TO_DO, Action.CONFLICT)


def decide(run: PlannedRun, *, force: bool) -> Decision:
    """Decide about one run."""
    record = RunRecord(run.run_dir)
    if record.state is RunState.RUNNING:
        if not _has_same_config(record, run):
            return Decision(run, record, Action.CONFLICT, _difference(record, run))
        owner = f"process {record.status.get('pid')} on {record.status.get('host')} trains it"
        return Decision(run, record, Action.BUSY, owner)
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
            return Action.TRAIN, "starts over: code or versions have changed since it was begun"
        if is_portable(record.config) != is_portable(run.config):
            return Action.TRAIN, "starts over: it was begun with another value of portable"
        return Action.RESUME, f"after round {record.status['round']}"
    return Action.TRAIN, ""


def _has_same_config(record: RunRecord, run: PlannedRun) -> bool:
    """Compare fingerprints, or else values: one and the same number may be written 1 and 1.0."""
    if record.status.get("config_hash") == run.config_hash:
        return True
    return bool(record.config) and not differences(record.config, run.config)


def _has_same_code(record: RunRecord) -> bool:
    """Return whether a run began with this code; no run is made of rounds of two programs."""
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
            timed.setdefault(decision.run.condition, []).append(duration_s)
    everything = [duration for durations in timed.values() for duration in durations]
    if not everything:
        return None
    to_do = [decision for decision in decisions if decision.is_to_do]
    total = sum(
        mean(timed.get(decision.run.condition, everything)) * _share_left(decision)
        for decision in to_do
    )
    return total / max(1, min(num_workers, len(to_do)))


def _share_left(decision: Decision) -> float:
    if decision.action is not Action.RESUME:
        return 1.0
    done, rounds = (float(decision.record.status[name]) for name in ("round", "rounds"))
    return 1.0 - done / max(rounds, 1.0)


def _difference(record: RunRecord, run: PlannedRun) -> str:
    changes = differences(record.config, run.config)
    return truncate(changes, MAX_CHANGES) or "the recorded config is damaged"


def refuse_what_cannot_be_compared(plan: Plan, decisions: Sequence[Decision]) -> None:
    """Raise Refusal for runs that no report could compare with those of the experiment."""
    refuse_other_seeds(plan, plan.experiment.meta.get("seed_mode") if plan.experiment else None)
    _refuse_conflicts(decisions)
    _refuse_other_settings(plan, decisions)
    _refuse_equal_settings(plan, decisions)


def refuse_other_seeds(plan: Plan, planned: str | None) -> None:
    """Whether the runs of an experiment are paired is one fact for all of them."""
    modes = dict.fromkeys(run.config["seed"]["mode"] for run in plan.runs)
    if planned is None and len(modes) > 1:
        raise Refusal(f"seed={','.join(modes)} cannot be swept; {WAY_OUT} for each")
    if other := [mode for mode in modes if planned not in (None, mode)]:
        raise Refusal(
            f"{plan.experiment_dir} was planned with seed={planned}, got seed={other[0]}; {WAY_OUT}"
        )


def _refuse_conflicts(decisions: Sequence[Decision]) -> None:
    """A completed run of another config is not silently taken for the one asked for."""
    conflicts = [decision for decision in decisions if decision.action is Action.CONFLICT]
    if conflicts:
        first = conflicts[0]
        is_running = first.record.state is RunState.RUNNING
        others = f" (and {pluralize(len(conflicts) - 1, 'more run')})" if conflicts[1:] else ""
        raise Refusal(
            f"{first.run.run_dir} {'is being' if is_running else 'was'} trained with another "
            f"config: {first.reason}{others}; {TO_VARY} or {WAY_OUT}"
            f"{'' if is_running else ', or force=true to retrain all these runs'}"
        )


def _refuse_other_settings(plan: Plan, decisions: Sequence[Decision]) -> None:
    """Runs differ by their factors alone, by the rule of the report."""
    asked = [decision.run for decision in decisions if decision.is_to_do]
    replaced = {run.run_id for run in asked}
    keys = [key for factor in plan.factors.values() for key in factor["keys"]]
    records = _own_first(plan.experiment, keys) if plan.experiment and asked else ()
    configs = [
        (record.run_id, record.condition, record.config)
        for record in records
        if record.run_id not in replaced and record.is_begun and record.config
    ]
    configs += [(run.run_id, run.condition, run.config) for run in asked]
    for mismatch in mismatches(configs, keys):
        if mismatch.second in replaced:
            raise Refusal(
                f"{mismatch.second} would be trained with settings that differ from "
                f"{mismatch.first} in {plan.experiment_dir}: "
                f"{truncate(mismatch.changes, MAX_CHANGES)}; such runs cannot be compared: "
                f"{TO_VARY} or {WAY_OUT}"
            )


def _own_first(experiment: Experiment, keys: Sequence[str]) -> list[RunRecord]:
    """Return the runs of an experiment, those last that do not belong to its base."""
    base = experiment.meta.get("base_config")
    settings = method_settings(base) if isinstance(base, dict) else {}

    def is_foreign(record: RunRecord) -> bool:
        changed = differing([settings, method_settings(record.config)])
        return not all(is_below(key, keys) for key in changed)

    return sorted(experiment.runs, key=is_foreign)


def _refuse_equal_settings(plan: Plan, decisions: Sequence[Decision]) -> None:
    """Two conditions that are trained alike would be compared; seeds may be swept by name.

    Of another program it is not known which keys decide what is trained.
    """
    begun = [run for run in plan.experiment.runs if run.is_begun] if plan.experiment else []
    known = {record.condition for record in begun}
    new = [d.run for d in decisions if d.is_to_do and d.run.condition not in known]
    if not new or NETWORK_TYPE not in plan.base_config:
        return
    seen = {settings_hash(r.config): (r.condition, r.levels) for r in begun if r.config}
    for run in new:
        other, levels = seen.setdefault(settings_hash(run.config), (run.condition, run.levels))
        keys = [
            key
            for key, factor in plan.factors.items()
            if canonical(levels.get(key, factor["base"])) != canonical(run.levels[key])
        ]
        if keys and other != run.condition and not any(is_below(key, ["seed"]) for key in keys):
            raise Refusal(
                f"{other} and {run.condition} have the same settings: here {join_words(keys)} "
                "changes nothing that is trained; leave such values out"
            )
