"""What a launch prints: the plan and the summary. Decides nothing."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence

from cuttle.launch.decide import Action, Decision, estimated_seconds
from cuttle.launch.plan import PlannedRun
from cuttle.runs.formatting import (
    format_duration,
    join_words,
    pluralize,
    python_command,
    relative_path,
)
from cuttle.runs.layout import RunState
from cuttle.runs.resume import split_config_options
from cuttle.runs.run_record import NOT_STARTED, PROBLEM_STATES

MAX_RUNS = 60  # listed one by one


def show_plan(decisions: Sequence[Decision], *, num_workers: int) -> None:
    """Print runs, or of many their conditions, with decision and the time a launch would take."""
    print(text_table(_run_rows(decisions) if len(decisions) <= MAX_RUNS else _groups(decisions)))
    to_do = sum(decision.is_to_do for decision in decisions)
    seconds = estimated_seconds(decisions, num_workers=num_workers)
    time_text = (
        "duration unknown (no completed run yet)"
        if seconds is None
        else f"about {format_duration(seconds)}"
    )
    if not to_do:
        time_text = "nothing to train"
    workers = f"{max(1, min(num_workers, to_do))} at a time"
    print(f"{pluralize(len(decisions), 'run')}, {to_do} to train, {workers}: {time_text}")


def _run_rows(decisions: Sequence[Decision]) -> list[tuple[str, ...]]:
    rows = [
        (d.run.run_id, str(d.run.seed), d.record.state.value, d.action.value, d.reason)
        for d in decisions
    ]
    return [("run", "seed", "state", "decision", ""), *rows]


def _groups(decisions: Sequence[Decision]) -> list[tuple[str, ...]]:
    """Return a row per condition, state and decision."""
    runs: dict[tuple[str, ...], list[int]] = {}
    for d in decisions:
        key = (d.run.condition, d.record.state.value, d.action.value, d.reason)
        runs.setdefault(key, []).append(d.run.run)
    rows = [
        (condition, _ranges(numbers), state, action, reason)
        for (condition, state, action, reason), numbers in runs.items()
    ]
    return [("condition", "runs", "state", "decision", ""), *rows]


def _ranges(numbers: Sequence[int]) -> str:
    """Write run numbers as ranges: `1-7, 9`."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][-1] + 1:
            spans[-1][1:] = [number]
        else:
            spans.append([number])
    return ", ".join("-".join(map(str, span)) for span in spans)


def show_copies(runs: Sequence[PlannedRun]) -> None:
    """Name the runs that come out the same, as their condition and seed do."""
    copies: dict[tuple[str, int], list[str]] = {}
    for run in runs:
        copies.setdefault((run.condition, run.seed), []).append(run.run_id)
    for (_, seed), names in copies.items():
        if len(names) > 1:
            shared = f"{join_words(names)} share seed {seed}"
            print(f"{shared}: duplicate runs are not independent evidence")


def show_summary(
    decisions: Sequence[Decision], *, failures: Mapping[str, str], trouble: str
) -> bool:
    """Print how the runs ended and what failed; return whether nothing is left to fix."""
    counts = Counter(decision.record.state for decision in decisions)
    words = ", ".join(f"{counts[state]} {state}" for state in RunState if counts[state])
    completed = [d for d in decisions if d.is_to_do and d.record.state is RunState.COMPLETED]
    trained = sum(d.run.run_id not in failures for d in completed)
    skipped = sum(decision.action is Action.SKIP for decision in decisions)
    print(
        f"{decisions[0].run.run_dir.parent}: {pluralize(len(decisions), 'run')}: {words} "
        f"({trained} trained now, {skipped} completed before)"
    )
    is_set_up = decisions[0].run.config["init_only"]
    problems = _problems(decisions, failures, may_wait=bool(trouble) or is_set_up)
    if problems:
        print(text_table([("run", "state", "why"), *problems]))
    if trouble:
        print(f"stopped: {trouble}")
    damaged = [decision.run for decision in decisions if decision.action is Action.DAMAGED]
    for run in damaged:
        print(f"to retrain the damaged run: {_command(run)} force=true")
    if is_set_up:
        return not problems
    if (trouble or problems) and decisions[0].run.config["force"]:
        print("to resume, rerun the command without force=true, which retrains completed runs")
    elif trouble or len(problems) > len(damaged):
        cure = "" if trouble == "interrupted" else "fix the cause, then "
        print(f"{cure}rerun the same command to resume; completed runs are kept")
    elif not problems:
        is_all_done = counts[RunState.COMPLETED] == len(decisions)
        command = ["report"] if is_all_done else ["status", "--watch"]
        directory = relative_path(decisions[0].run.run_dir.parent)
        print(f"next: {python_command('analyze.py', *command, directory)}")
    return not problems and not trouble


def _command(run: PlannedRun) -> str:
    """Return the command that trains one run alone."""
    options, _ = split_config_options(sys.argv[1:])
    words = [word for word in run.overrides if not word.startswith("init_only=")]
    return python_command("train.py", *options, *words)


def _problems(
    decisions: Sequence[Decision], failures: Mapping[str, str], *, may_wait: bool
) -> list[tuple[str, str, str]]:
    problems = []
    for decision in decisions:
        record = decision.record
        if decision.action is Action.DAMAGED:
            problems.append((decision.run.run_id, "damaged", decision.reason))
        elif record.state in PROBLEM_STATES or decision.run.run_id in failures:
            why = record.error_and_log or failures.get(decision.run.run_id)
            why = why or "; ".join(record.problems) or "its process died"
            problems.append((decision.run.run_id, record.state.value, why))
        elif decision.is_to_do and _is_of_another_config(decision):
            why = "another launch has changed its config"
            problems.append((decision.run.run_id, record.state.value, why))
        elif decision.is_to_do and record.state in NOT_STARTED and not may_wait:
            problems.append((decision.run.run_id, record.state.value, "not started"))
    return problems


def _is_of_another_config(decision: Decision) -> bool:
    found = decision.record.status.get("config_hash", decision.run.config_hash)
    return bool(found != decision.run.config_hash)


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """Align rows of cells; the last column keeps its length."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
