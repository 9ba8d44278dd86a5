"""Command `status`. Reads status files only."""

import itertools
import math
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from cuttle.analysis.cli.console import (
    STATE_STYLES,
    aligned,
    make_console,
    print_json,
)
from cuttle.runs.formatting import format_duration, format_percent, pluralize, printable
from cuttle.runs.layout import METADATA_FILE, RESULT_FILES, RunState
from cuttle.runs.reader import Experiment, read_experiment
from cuttle.runs.resume import resume_command
from cuttle.runs.run_record import ENDED, PROBLEM_STATES, RunRecord, seconds_left

SCHEMA = "cuttle-status/2"
WATCH_INTERVAL_S = 1.0
MAX_RUNS = 60  # listed one by one; of more, the conditions are listed
# What needs attention comes first where the screen is too short for all.
URGENCY = (
    RunState.RUNNING,
    RunState.FAILED,
    RunState.DAMAGED,
    RunState.INTERRUPTED,
    RunState.PREPARED,
    RunState.PENDING,
    RunState.COMPLETED,
)
NUM_URGENT = 4  # the first of them need attention
RESERVED_LINES = 8  # of the screen: summary, table head, note of what is hidden, prompt


def show_status(path: Path, *, as_json: bool, failed: bool = False, check: bool = False) -> bool:
    """Print every run's state, progress, duration, last win rates and error.

    failed: only runs with problems
    check: only runs that are not complete and unmodified; return whether there is none
    """
    experiment = read_experiment(path)
    rows = experiment.runs
    if failed:
        rows = [run for run in rows if run.state in PROBLEM_STATES or run.problems]
    if check:
        rows = [run for run in rows if not _is_unmodified(run)]
    if as_json:
        print_json(status_document(experiment, rows))
    else:
        make_console().print(status_view(experiment, rows))
    return bool(experiment.runs) and not rows


def _is_unmodified(run: RunRecord) -> bool:
    if run.state is not RunState.COMPLETED:
        return False
    run.compare_hashes()
    if set(RESULT_FILES) - (run.metadata.get("sha256") or {}).keys():
        run.problems.append(f"{METADATA_FILE} lacks hashes of results")
    return not run.problems


def watch_status(path: Path, *, as_json: bool) -> None:
    """Follow an experiment until every run is completed or failed, or Ctrl-C."""
    console = make_console()
    try:
        if as_json or not console.is_terminal:
            _print_changes(path, as_json=as_json)
            return
        # a screen of its own, which a resize cannot spoil
        with Live(console=console, screen=True, auto_refresh=False) as live:
            for experiment in _polled(path):
                live.update(screen_view(experiment, *console.size), refresh=True)
        console.print(status_view(experiment := read_experiment(path), experiment.runs))
    except KeyboardInterrupt:
        pass  # the way to leave a live view


def _polled(path: Path) -> Iterator[Experiment]:
    """Read an experiment again and again, until every run is completed or failed."""
    while True:
        experiment = read_experiment(path)
        yield experiment
        if all(run.state in ENDED for run in experiment.runs):
            return
        time.sleep(WATCH_INTERVAL_S)


def _print_changes(path: Path, *, as_json: bool) -> None:
    """Print a line for every run whose state or round has changed, for logs and pipes."""
    seen: dict[str, tuple[Any, ...]] = {}
    for experiment in _polled(path):
        for run in experiment.runs:
            now = (run.state, run.status.get("round"))
            if seen.get(run.run_id) == now:
                continue
            seen[run.run_id] = now
            if as_json:
                print_json(run_document(run), compact=True)
            else:
                sys.stdout.write(printable(_line(run)) + "\n")
        sys.stdout.flush()


def status_document(experiment: Experiment, rows: Iterable[RunRecord]) -> dict[str, Any]:
    """Return the status as a JSON document: counts of all runs, and the given ones."""
    counts = Counter(run.state for run in experiment.runs)
    return {
        "schema": SCHEMA,
        "experiment": experiment.name,
        "path": str(experiment.path),
        "counts": {str(state): counts[state] for state in RunState},
        "resume": resume_command(experiment) or None,
        "problems": list(experiment.problems),
        "runs": [run_document(run) for run in rows],
    }


def run_document(run: RunRecord) -> dict[str, Any]:
    """Return one run's status as a JSON document."""
    copied = ("attempt", "host", "pid", "started_at", "ended_at", "duration_s", "round", "rounds")
    return {
        "run_id": run.run_id,
        "condition": run.condition,
        "levels": run.levels,
        "run": run.run,
        "seed": run.seed,
        "state": str(run.state),
        **{name: run.status.get(name) for name in copied},
        "seconds_left": run.seconds_left,
        "win_rates": run.status.get("win_rates", {}),
        "error": run.status.get("error"),
        "problems": list(run.problems),
    }


def status_view(experiment: Experiment, rows: Sequence[RunRecord]) -> RenderableType:
    """Return the summary, a table of the given runs, what went wrong, and how to resume."""
    command = resume_command(experiment)
    resume = [Text(""), Text(f"to resume: {command}")] if command else []
    return Group(
        _summary(experiment), *_tables(rows), *_errors(_problems(experiment, rows)), *resume
    )


def screen_view(experiment: Experiment, width: int, height: int) -> RenderableType:
    """Return what fits a screen: the most urgent runs, then errors, and what is hidden."""
    problems = _problems(experiment, experiment.runs)
    heights = [math.ceil(len(line) / max(1, width)) for line in problems]
    space = max(2, height - RESERVED_LINES)
    most_rows = max(space - sum(heights), space // 2)
    urgent = sorted(experiment.runs, key=lambda run: URGENCY.index(run.state))[:most_rows]
    kept = {run.run_id for run in urgent}
    rows = [run for run in experiment.runs if run.run_id in kept]
    shown = sum(total <= space - len(rows) for total in itertools.accumulate(heights))
    hidden = {"run": len(experiment.runs) - len(rows), "error": len(problems) - shown}
    more = [pluralize(number, f"more {what}") for what, number in hidden.items() if number]
    text = f"and {' and '.join(more)}; python analyze.py status shows all"
    note = [Text(text, "dim")] if more else []
    table = [Text(""), _run_table(rows)] if rows else []
    return Group(_summary(experiment), *table, *_errors(problems[:shown]), *note)


def _summary(experiment: Experiment) -> Text:
    """Return one line: how far the experiment is, and how long it may still take."""
    counts = Counter(run.state for run in experiment.runs)
    text = Text.assemble((experiment.name, "bold"), ": ")
    if not experiment.runs:
        return text.append("no runs")
    for number, state in enumerate(state for state in RunState if counts[state]):
        text.append(", " if number else "")
        text.append(f"{counts[state]:,} {state}", style=STATE_STYLES[state])
    text.append(f" of {len(experiment.runs):,}")
    if left := seconds_left(experiment.runs):
        text.append(f"; about {format_duration(left)} left")
    return text


def _tables(rows: Sequence[RunRecord]) -> list[Text]:
    """List the runs; of many, the conditions, and the first runs that need attention."""
    if len(rows) <= MAX_RUNS:
        return [Text(""), _run_table(rows)] if rows else []
    urgent = [run for run in rows if run.state in URGENCY[:NUM_URGENT]][:MAX_RUNS]
    more = [Text(""), _run_table(urgent)] if urgent else []
    return [Text(""), _condition_table(rows), *more]


def _run_table(rows: Sequence[RunRecord]) -> Text:
    """Return one row per run, the runs of a condition together.

    The seed is left out, so that the longest names and two opponents fit 80 columns.
    """
    opponents = _opponents(rows)
    cells = []
    for run in itertools.chain(*_by_condition(rows).values()):
        rates = run.status.get("win_rates", {})
        texts = [_progress(run), format_duration(run.status.get("duration_s") or None)]
        texts += [format_percent(rates.get(opponent)) for opponent in opponents]
        state = Text(str(run.state), STATE_STYLES[run.state])
        cells.append([Text(run.run_id), state, *map(Text, texts)])
    return aligned(("run", "state", "round", "time", *opponents), cells, num_left=2)


def _condition_table(rows: Sequence[RunRecord]) -> Text:
    """Return one row per condition: how many runs are in which state, and their mean results."""
    states = [state for state in RunState if any(run.state is state for run in rows)]
    opponents = _opponents(rows)
    cells = []
    for condition, runs in _by_condition(rows).items():
        counts = Counter(run.state for run in runs)
        numbers = [Text(str(counts[s] or ""), STATE_STYLES[s]) for s in states]
        seconds = _mean(run.status.get("duration_s") or None for run in runs)
        rates = (_mean(run.status.get("win_rates", {}).get(o) for run in runs) for o in opponents)
        means = [format_duration(seconds), *map(format_percent, rates)]
        cells.append([Text(condition), *numbers, *map(Text, means)])
    heads = ("condition", *map(str, states), "mean time", *opponents)
    return aligned(heads, cells, num_left=1)


def _by_condition(rows: Iterable[RunRecord]) -> dict[str, list[RunRecord]]:
    groups: dict[str, list[RunRecord]] = {}
    for run in rows:
        groups.setdefault(run.condition, []).append(run)
    return groups


def _opponents(rows: Iterable[RunRecord]) -> list[str]:
    return list(dict.fromkeys(o for run in rows for o in run.status.get("win_rates", {})))


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _progress(run: RunRecord) -> str:
    rounds = run.status.get("rounds")
    return f"{run.status.get('round', 0)}/{rounds}" if rounds else ""


def _errors(lines: Sequence[str]) -> list[Text]:
    return [Text(line, STATE_STYLES[RunState.FAILED]) for line in ["", *lines] if lines]


def _problems(experiment: Experiment, rows: Iterable[RunRecord]) -> list[str]:
    """List errors with their logs, and damaged files, one line each."""
    lines = [f"{experiment.name}: {problem}" for problem in experiment.problems]
    for run in rows:
        lines += [f"{run.run_id}: {run.error_and_log}"] * bool(run.error)
        lines += [f"{run.run_id}: {problem}" for problem in run.problems]
    return lines


def _line(run: RunRecord) -> str:
    """Return a run's state in one line."""
    rates = run.status.get("win_rates", {})
    parts = [f"{run.run_id}: {run.state}"]
    parts += [f"round {progress}"] if (progress := _progress(run)) else []
    parts += [f"{opponent} {format_percent(rate)}" for opponent, rate in rates.items()]
    parts += [run.error] if run.error else []
    return ", ".join(parts)
