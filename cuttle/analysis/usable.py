"""Which runs statistics use: and why not the others."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from cuttle.runs.comparable import mismatches
from cuttle.runs.formatting import truncate
from cuttle.runs.layout import (
    CONFIG_FILE,
    MATCHES_COLUMNS,
    MATCHES_FILE,
    METADATA_FILE,
    METRICS_FILE,
    RunState,
    Stage,
)
from cuttle.runs.reader import Factor
from cuttle.runs.run_record import RunRecord

MatchRow = tuple[int, str, str, int, int, int, int, int]  # in the order of MATCHES_COLUMNS
MAX_COUNT = 2**31 - 1  # sums of many stay in 64 bits
_STAGES = tuple(str(stage) for stage in Stage)


class MixedStudyError(ValueError):
    """Runs of one experiment that must not be compared: they differ in more than its factors."""


class UsableRun(NamedTuple):
    """A completed run and its sound match rows, those without games left out."""

    record: RunRecord
    matches: list[MatchRow]


def sort_runs(
    records: Iterable[RunRecord], meta: Mapping[str, Any]
) -> tuple[list[UsableRun], dict[str, str]]:
    """Return the usable runs, and by run id why the others are excluded.

    Each seed of a condition counts once, and so does each run number where runs are paired.
    """
    usable: list[UsableRun] = []
    reasons: dict[str, str] = {}
    for record in records:
        try:
            usable.append(UsableRun(record, _read_results(record)))
        except ValueError as error:
            reasons[record.run_id] = str(error)
    parts = (_lacks_rules_version, _lacks_final_evaluation, partial(_duplicates, meta))
    for find_reasons in parts:
        found = find_reasons(usable)
        usable = [run for run in usable if run.record.run_id not in found]
        reasons |= found
    return usable, reasons


def refuse_mixture(runs: Sequence[UsableRun], factors: Mapping[str, Factor]) -> None:
    """Raise MixedStudyError where runs differ in rules, or in settings that are no factor."""
    versions: dict[Any, list[str]] = {}
    for run in runs:
        versions.setdefault(run.record.metadata.get("rules_version"), []).append(run.record.run_id)
    if len(versions) > 1:
        parts = "; ".join(f"{version} in {truncate(ids)}" for version, ids in versions.items())
        raise MixedStudyError(
            f"runs of different rules versions cannot be compared: rules_version {parts}. "
            "Train the older runs again or move them to an experiment of their own."
        )
    configs = ((run.record.run_id, run.record.condition, run.record.config) for run in runs)
    keys = [key for factor in factors.values() for key in factor.keys]
    if mismatch := next(mismatches(configs, keys), None):
        raise MixedStudyError(
            f"runs {mismatch.first} and {mismatch.second} were trained with different settings "
            f"and cannot be compared: {', '.join(mismatch.changes)}. Retrain them with "
            "equal settings, or move them to an experiment of their own."
        )


def read_matches(rows: Iterable[Mapping[str, Any]]) -> list[MatchRow]:
    """Return the match rows that have games; raise ValueError for a damaged one."""
    matches = []
    for row in rows:
        if missing := [column for column in MATCHES_COLUMNS if column not in row]:
            raise ValueError(f"matches row without {', '.join(missing)}: {dict(row)}")
        if problem := _problem(row):
            raise ValueError(f"round {row['round']} against {row['opponent']}: {problem}")
        if row["games"]:
            round_number, stage, opponent, *rest = (row[column] for column in MATCHES_COLUMNS)
            matches.append((round_number, stage, opponent, *rest))
    return matches


def _problem(row: Mapping[str, Any]) -> str:
    """Return what is wrong with the values of a match row, or an empty text."""
    for column in ("round", "seat", "games", "wins", "draws", "losses"):
        if type(row[column]) is not int or not 0 <= row[column] <= MAX_COUNT:  # true is no count
            return f"{column} must be a count, got {row[column]!r}"
    if row["seat"] not in (0, 1):
        return f"seat must be 0 or 1, got {row['seat']}"
    if not isinstance(row["opponent"], str) or not row["opponent"]:
        return "it names no opponent"
    games, wins, draws, losses = row["games"], row["wins"], row["draws"], row["losses"]
    if wins + draws + losses != games:
        return f"{wins} wins + {draws} draws + {losses} losses are not {games} games"
    if row["stage"] not in _STAGES:
        return f"unknown stage {row['stage']!r}; known: {', '.join(_STAGES)}"
    return ""


def _read_results(record: RunRecord) -> list[MatchRow]:
    """Read a completed run's matches; raise a ValueError that says why it cannot be used."""
    if record.status.get("state") is not RunState.COMPLETED:  # a lost model does no harm here
        raise ValueError(_unfinished(record))
    if not record.config or not record.metadata:
        problem = "; ".join(record.problems) or f"{CONFIG_FILE} or {METADATA_FILE} is empty"
        raise ValueError(f"comparability unknown: {problem}")
    if edited := record.compare_hashes((CONFIG_FILE,)):
        raise ValueError(f"comparability unknown: {edited[0]}")
    try:
        matches = read_matches(record.matches)
    except ValueError as error:
        raise ValueError(f"unreadable results: {error}") from error
    if damage := [problem for problem in record.problems if MATCHES_FILE in problem]:
        raise ValueError(f"unreadable results: {'; '.join(damage)}")
    if changed := record.compare_hashes((MATCHES_FILE,)):
        raise ValueError(f"results were changed after training: {changed[0]}")
    record.compare_hashes((METRICS_FILE,))
    if not matches:
        raise ValueError("completed, but without any match results")
    return matches


def _unfinished(record: RunRecord) -> str:
    """Describe how far a run without the state completed has come."""
    status = record.status
    if record.state is RunState.FAILED and record.error:
        return f"failed: {record.error}"
    if not status and record.problems:
        return f"{record.state}: {'; '.join(record.problems)}"
    if status.get("round") and status.get("rounds"):
        return f"{record.state} after round {status['round']} of {status['rounds']}"
    return str(record.state)


def _lacks_rules_version(runs: Sequence[UsableRun]) -> dict[str, str]:
    """Name the runs whose rules are not known where those of others are."""
    without = [run for run in runs if not run.record.metadata.get("rules_version")]
    reason = f"comparability unknown: {METADATA_FILE} without the rules_version that others have"
    return _unless_all(without, runs, reason)


def _lacks_final_evaluation(runs: Sequence[UsableRun]) -> dict[str, str]:
    """Name the runs without a final evaluation where others have one."""
    without = [run for run in runs if all(row[1] != Stage.FINAL for row in run.matches)]
    reason = "completed, but without the final evaluation that other runs have"
    return _unless_all(without, runs, reason)


def _unless_all(
    lacking: Sequence[UsableRun], runs: Sequence[UsableRun], reason: str
) -> dict[str, str]:
    ids = [run.record.run_id for run in lacking]
    return dict.fromkeys(ids, reason) if len(ids) < len(runs) else {}


def _duplicates(meta: Mapping[str, Any], runs: Sequence[UsableRun]) -> dict[str, str]:
    """Name the runs whose seed, or number of a pair, another run of the condition has."""
    first: dict[tuple[str, str], str] = {}
    reasons: dict[str, str] = {}
    paired = is_paired(meta, runs)
    for run in sorted((run.record for run in runs), key=lambda record: record.run):
        shared = {}
        if paired:
            shared[f"run number {run.run}"] = "paired runs are compared by number, one of each"
        if run.seed is not None:
            shared[f"seed {run.seed}"] = "duplicate runs are not independent evidence"
        for what, why in shared.items():
            original = first.setdefault((run.condition, what), run.run_id)
            if original != run.run_id:
                reasons[run.run_id] = f"shares {what} with {original}: {why}"
    return reasons


def is_paired(meta: Mapping[str, Any], runs: Sequence[UsableRun]) -> bool:
    """Return whether runs of the same number share their seed across conditions."""
    return seed_mode(meta, runs) == "paired"


def seed_mode(meta: Mapping[str, Any], runs: Sequence[UsableRun]) -> str | None:
    """Return how seeds were drawn; None where the runs do not agree."""
    if mode := meta.get("seed_mode"):
        return str(mode)
    seeds = [run.record.config.get("seed") for run in runs]
    modes = {seed.get("mode") if isinstance(seed, Mapping) else None for seed in seeds}
    return str(mode) if len(modes) == 1 and (mode := modes.pop()) else None
