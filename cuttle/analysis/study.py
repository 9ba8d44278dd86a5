"""One experiment's run directories as a tidy Study in memory. No statistics, nothing written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from cuttle.analysis.consistency import refuse_mixed_configs, refuse_mixed_rules
from cuttle.analysis.declared import Declared
from cuttle.analysis.matches import (
    EMPTY_TALLY,
    Curve,
    FloatArray,
    SeatRounds,
    SeatTallies,
    Tally,
    add_seats,
    last_round,
    read_matches,
)
from cuttle.runs.layout import (
    CONFIG_FILE,
    MATCHES_FILE,
    METADATA_FILE,
    METRICS_FILE,
    RunState,
    Stage,
)
from cuttle.runs.reader import Experiment, RunRecord, planned_entries, read_experiment

LAST_ROUND = "last_round"


@dataclass(frozen=True)
class StudyRun:
    """One completed run; `final` and `validation` are keyed by opponent, then by seat."""

    run_id: str
    network_type: str
    run: int
    seed: int | None
    final: SeatTallies
    validation: SeatRounds
    final_round: int | None
    record: RunRecord

    def tally(self, opponent: str) -> Tally:
        """Add up the final games against an opponent over both seats; zero games if none."""
        return sum(self.final.get(opponent, {}).values(), start=EMPTY_TALLY)

    def curve(self, opponent: str) -> Curve:
        """Add up the validation games against an opponent over both seats, round by round."""
        return self._curves.get(opponent, add_seats({}))

    @cached_property
    def _curves(self) -> dict[str, Curve]:
        return {opponent: add_seats(seats) for opponent, seats in self.validation.items()}

    @property
    def config(self) -> Mapping[str, Any]:
        """Resolved config of the run."""
        return self.record.config

    @property
    def metrics(self) -> Sequence[Mapping[str, Any]]:
        """Rows of `metrics.jsonl`, one a round."""
        return self.record.metrics

    @property
    def timings(self) -> Sequence[Mapping[str, Any]]:
        """Rows of `timings.jsonl`, one a round, seconds."""
        return self.record.timings


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A run that no statistic uses, and why."""

    run_id: str
    network_type: str
    run: int | None
    state: str
    reason: str


@dataclass(frozen=True, eq=False)  # two studies are never equal by value; results are cached by it
class Study:
    """All that statistics, figures and exports need of one experiment.

    types: network types in the order of the plan, with or without runs
    opponents: the primary one first, then as the runs list them
    final_source: `final` (separate final evaluation), `last_round`, or None without runs
    """

    name: str
    path: Path
    runs: tuple[StudyRun, ...]
    left_out: tuple[LeftOut, ...]
    types: tuple[str, ...]
    opponents: tuple[str, ...]
    primary_opponent: str
    equivalence_margin: float
    is_paired: bool
    seed_mode: str | None
    rules_version: Any
    final_source: str | None
    notes: tuple[str, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)

    def runs_of(self, network_type: str) -> tuple[StudyRun, ...]:
        """Runs of one type, by run number."""
        return tuple(run for run in self.runs if run.network_type == network_type)

    def tallies(self, opponent: str) -> dict[str, list[Tally]]:
        """Final counts by type, one entry a run that met this opponent."""
        groups: dict[str, list[Tally]] = {network_type: [] for network_type in self.types}
        for run in self.runs:
            if (tally := run.tally(opponent)).games:
                groups[run.network_type].append(tally)
        return groups

    def win_rates(self, opponent: str) -> dict[str, FloatArray]:
        """Final win rates by type, `(runs,) float64`, 0 to 1; an empty array without runs."""
        return {
            network_type: np.array([t.win_rate for t in tallies], dtype=np.float64)
            for network_type, tallies in self.tallies(opponent).items()
        }

    def groups(self, opponent: str) -> dict[str, FloatArray]:
        """Final win rates of the types that have runs against this opponent."""
        return {name: rates for name, rates in self.win_rates(opponent).items() if rates.size}

    def curves(self, opponent: str) -> dict[str, list[Curve]]:
        """Validation curves by type, one a run that met this opponent."""
        groups: dict[str, list[Curve]] = {network_type: [] for network_type in self.types}
        for run in self.runs:
            if (curve := run.curve(opponent)).rounds.size:
                groups[run.network_type].append(curve)
        return groups

    @property
    def first_opponent(self) -> str:
        """Opponent that figures of a single one are about: the primary one if it is among them."""
        return self.opponents[0] if self.opponents else self.primary_opponent

    @property
    def roles(self) -> dict[str, str]:
        """Each opponent's role: `primary` or `secondary`."""
        return {o: "primary" if o == self.primary_opponent else "secondary" for o in self.opponents}


def load_study(experiment_dir: Path) -> Study:
    """Read an experiment directory and make a Study of its completed runs."""
    return build_study(read_experiment(experiment_dir))


def build_study(experiment: Experiment) -> Study:
    """Make a Study of an experiment; raise MixedStudyError where runs must not be compared."""
    runs, left_out = sort_runs(experiment.runs)
    refuse_mixed_rules({run.run_id: run.record.metadata.get("rules_version") for run in runs})
    refuse_mixed_configs((run.run_id, run.network_type, run.config) for run in runs)
    runs, source, notes = settle_final(runs, left_out)
    types = _types(experiment)
    runs.sort(key=lambda run: (types.index(run.network_type), run.run))
    declared = Declared(experiment.meta, [run.config for run in runs])
    primary = declared.primary_opponent
    opponents = _opponents(runs, primary)
    if runs and primary not in opponents:
        notes.append(f"no run has games against the primary opponent {primary}")
    return Study(
        name=experiment.name,
        path=experiment.path,
        runs=tuple(runs),
        left_out=tuple(sorted(left_out, key=lambda out: out.run_id)),
        types=types,
        opponents=opponents,
        primary_opponent=primary,
        equivalence_margin=declared.equivalence_margin,
        is_paired=declared.is_paired,
        seed_mode=declared.seed_mode,
        rules_version=runs[0].record.metadata.get("rules_version") if runs else None,
        final_source=source,
        notes=(*experiment.problems, *notes, *_missing_games(runs, opponents)),
        meta=experiment.meta,
    )


def sort_runs(records: Iterable[RunRecord]) -> tuple[list[StudyRun], list[LeftOut]]:
    """Split records into runs that can be used and runs left out by name."""
    runs: list[StudyRun] = []
    left_out: list[LeftOut] = []
    for record in records:
        if record.status.get("state") is not RunState.COMPLETED:  # a lost model does no harm here
            left_out.append(_leave_out(record, _unfinished(record)))
            continue
        try:
            runs.append(_study_run(record))
        except ValueError as error:
            left_out.append(_leave_out(record, str(error)))
    return runs, left_out


def _study_run(record: RunRecord) -> StudyRun:
    """Read a completed run, or raise a ValueError that says why it cannot be used."""
    if not record.config or not record.metadata:
        problem = "; ".join(record.problems) or f"{CONFIG_FILE} or {METADATA_FILE} is empty"
        raise ValueError(f"not known to be comparable: {problem}")
    try:
        final, validation = read_matches(record.matches)
    except ValueError as error:
        raise ValueError(f"unreadable results: {error}") from error
    if damage := [problem for problem in record.problems if MATCHES_FILE in problem]:
        raise ValueError(f"unreadable results: {'; '.join(damage)}")
    if changed := record.compare_hashes((MATCHES_FILE,)):
        raise ValueError(f"not what was played: {changed[0]}")
    record.compare_hashes((METRICS_FILE,))
    if not final and not validation:
        raise ValueError("completed, but without any match results")
    return StudyRun(
        run_id=record.run_id,
        network_type=record.network_type,
        run=record.run,
        seed=record.seed,
        final=final,
        validation=validation,
        final_round=None,
        record=record,
    )


def _leave_out(record: RunRecord, reason: str) -> LeftOut:
    return LeftOut(record.run_id, record.network_type, record.run, str(record.state), reason)


def _unfinished(record: RunRecord) -> str:
    """Say in words how far a run without the state completed has come."""
    status = record.status
    if record.state is RunState.FAILED and record.error:
        return f"failed: {record.error}"
    if not status and record.problems:
        return f"{record.state}: {'; '.join(record.problems)}"
    if status.get("round") and status.get("rounds"):
        return f"{record.state} after round {status['round']} of {status['rounds']}"
    return str(record.state)


def settle_final(
    runs: list[StudyRun], left_out: list[LeftOut]
) -> tuple[list[StudyRun], str | None, list[str]]:
    """Use the final evaluation where there is one; the last round only where no run has one."""
    if not runs:
        return [], None, []
    if any(run.final for run in runs):
        kept = [replace(r, final_round=_last(r.record.matches)) for r in runs if r.final]
        reason = "completed, but without the final evaluation that other runs have"
        left_out += [_leave_out(r.record, reason) for r in runs if not r.final]
        return kept, str(Stage.FINAL), []
    kept = []
    for run in runs:
        final, round_number = last_round(run.validation)
        kept.append(replace(run, final=final, final_round=round_number))
    note = "no run has a separate final evaluation: the results are those of the last round"
    return kept, LAST_ROUND, [note]


def _last(rows: Iterable[Mapping[str, Any]]) -> int:
    return max(int(row["round"]) for row in rows if row["stage"] == Stage.FINAL)


def _types(experiment: Experiment) -> tuple[str, ...]:
    """List the types as planned, then any that only directories know, by name."""
    planned = [str(entry["network_type"]) for entry in planned_entries(experiment.meta)]
    found = sorted(record.network_type for record in experiment.runs)
    return tuple(dict.fromkeys(name for name in [*planned, *found] if name))


def _opponents(runs: Iterable[StudyRun], primary: str) -> tuple[str, ...]:
    """List the opponents met, the primary one first."""
    met = dict.fromkeys(o for run in runs for o in (*run.final, *run.validation))
    return tuple(sorted(met, key=lambda opponent: opponent != primary))


def _missing_games(runs: Iterable[StudyRun], opponents: Sequence[str]) -> list[str]:
    """Name the runs that lack games against an opponent others met."""
    notes = []
    for opponent in opponents:
        missing = [run.run_id for run in runs if not run.tally(opponent).games]
        if missing:
            notes.append(f"no final games against {opponent}: {', '.join(missing)}")
    return notes
