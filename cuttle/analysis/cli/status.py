"""The state of every run of an experiment, once or as a live view. Reads status files only."""

import itertools
import math
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from cuttle.analysis.cli.console import (
    STATE_STYLES,
    aligned,
    make_console,
    print_json,
    state_text,
)
from cuttle.analysis.numbers import duration, percent
from cuttle.runs.formatting import pluralize as count
from cuttle.runs.layout import METADATA_FILE, RESULT_FILES, RunState
from cuttle.runs.reader import ENDED, UNWELL, Experiment, RunRecord, read_experiment, seconds_left

SCHEMA = "cuttle-status/1"
WATCH_INTERVAL_S = 1.0
# What needs eyes comes first where the screen is too short for all.
URGENCY = (
    RunState.RUNNING,
    RunState.FAILED,
    RunState.DAMAGED,
    RunState.INTERRUPTED,
    RunState.PREPARED,
    RunState.PENDING,
    RunState.COMPLETED,
)
UNFINISHED = {RunState.PENDING, RunState.PREPARED, RunState.INTERRUPTED, RunState.FAILED}
WORDS_OF_ONE_LAUNCH = re.compile(r" '?(?:force|init_only)=\w+'?")
RESERVED_LINES = 8  # of the screen: summary, table head, note of what is hidden, prompt


def show_status(path: Path, *, as_json: bool, failed_only: bool) -> None:
    """Print every run's state, progress, duration, last win rates and error."""
    experiment = read_experiment(path)
    rows = [run for run in experiment.runs if not failed_only or _is_unwell(run)]
    if as_json:
        print_json(status_document(experiment, rows))
        return
    make_console().print(status_view(experiment, rows))


def _is_unwell(run: RunRecord) -> bool:
    return run.state in UNWELL or bool(run.problems)


def check_results(path: Path, *, as_json: bool) -> bool:
    """Print the status of what is not completed and whole, its hashes compared; say if all is."""
    experiment = read_experiment(path)
    unwell = [run for run in experiment.runs if not _is_whole(run)]
    if as_json:
        print_json(status_document(experiment, unwell))
    else:
        make_console().print(status_view(experiment, unwell))
    return bool(experiment.runs) and not unwell


def _is_whole(run: RunRecord) -> bool:
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
            _follow_lines(path, as_json=as_json)
        else:
            _follow_screen(path, console)
            console.print(status_view(experiment := read_experiment(path), experiment.runs))
    except KeyboardInterrupt:
        pass  # the way to leave a live view


def _follow_screen(path: Path, console: Console) -> None:
    """Redraw the view on a screen of its own, which a resize cannot spoil."""
    with Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            experiment = read_experiment(path)
            live.update(screen_view(experiment, *console.size), refresh=True)
            if _is_finished(experiment):
                return
            time.sleep(WATCH_INTERVAL_S)


def _follow_lines(path: Path, *, as_json: bool) -> None:
    """Print a line for every run whose state or round has changed, for logs and pipes."""
    seen: dict[str, tuple[Any, ...]] = {}
    while True:
        experiment = read_experiment(path)
        for run in experiment.runs:
            now = (run.state, run.status.get("round"))
            if seen.get(run.run_id) == now:
                continue
            seen[run.run_id] = now
            if as_json:
                print_json(run_document(run), compact=True)
            else:
                sys.stdout.write(_line(run) + "\n")
        sys.stdout.flush()
        if _is_finished(experiment):
            return
        time.sleep(WATCH_INTERVAL_S)


def _is_finished(experiment: Experiment) -> bool:
    return all(run.state in ENDED for run in experiment.runs)


def status_document(experiment: Experiment, rows: list[RunRecord]) -> dict[str, Any]:
    """Return the status as a JSON document: counts of all runs, and the given ones."""
    counts = Counter(run.state for run in experiment.runs)
    return {
        "schema": SCHEMA,
        "experiment": experiment.name,
        "path": str(experiment.path),
        "counts": {str(state): counts[state] for state in RunState},
        "problems": list(experiment.problems),
        "runs": [run_document(run) for run in rows],
    }


def run_document(run: RunRecord) -> dict[str, Any]:
    """Return one run's status as a JSON document."""
    copied = ("attempt", "host", "pid", "started_at", "ended_at", "duration_s", "round", "rounds")
    return {
        "run_id": run.run_id,
        "network_type": run.network_type,
        "run": run.run,
        "seed": run.seed,
        "state": str(run.state),
        **{name: run.status.get(name) for name in copied},
        "seconds_left": run.seconds_left,
        "win_rates": run.status.get("win_rates", {}),
        "error": run.status.get("error"),
        "problems": list(run.problems),
    }


def status_view(experiment: Experiment, rows: list[RunRecord]) -> RenderableType:
    """Lay out the summary, a table of the given runs, and what went wrong with them."""
    troubles = _told(_troubles(experiment, rows))
    return Group(_summary(experiment), *_listed(rows), *troubles, *_how_to_go_on(experiment))


def screen_view(experiment: Experiment, width: int, height: int) -> RenderableType:
    """Lay out what fits a screen: the runs that need eyes, then errors, and what is hidden."""
    troubles = _troubles(experiment, experiment.runs)
    heights = [math.ceil(len(line) / max(1, width)) for line in troubles]
    room = max(2, height - RESERVED_LINES)
    room_for_rows = max(room - sum(heights), room // 2)
    urgent = sorted(experiment.runs, key=lambda run: URGENCY.index(run.state))[:room_for_rows]
    kept = {run.run_id for run in urgent}
    rows = [run for run in experiment.runs if run.run_id in kept]
    shown = sum(total <= room - len(rows) for total in itertools.accumulate(heights))
    hidden = {"run": len(experiment.runs) - len(rows), "error": len(troubles) - shown}
    more = " and ".join(count(number, f"more {what}") for what, number in hidden.items() if number)
    note = [Text(f"and {more}; python analyze.py status shows all", "dim")] if more else []
    return Group(_summary(experiment), *_listed(rows), *_told(troubles[:shown]), *note)


def _listed(rows: list[RunRecord]) -> list[Text]:
    return [Text(""), _table(rows)] if rows else []


def _told(troubles: list[str]) -> list[Text]:
    return [Text(line, STATE_STYLES[RunState.FAILED]) for line in ["", *troubles] if troubles]


def _how_to_go_on(experiment: Experiment) -> list[Text]:
    """Quote the last command of an experiment that is not done and of which nothing is trained."""
    states = {run.state for run in experiment.runs}
    history = [entry for entry in experiment.meta.get("history", []) if isinstance(entry, dict)]
    if not history or RunState.RUNNING in states or not states & UNFINISHED:
        return []
    command = WORDS_OF_ONE_LAUNCH.sub("", str(history[-1].get("command_line")))
    return [Text(""), Text(f"to go on: {command}")]


def _summary(experiment: Experiment) -> Text:
    """Say in one line how far the experiment is, and how long it may still take."""
    counts = Counter(run.state for run in experiment.runs)
    text = Text(experiment.name, style="bold")
    text.append(": ", style="not bold")
    if not experiment.runs:
        return text.append("no runs", style="not bold")
    for number, state in enumerate(state for state in RunState if counts[state]):
        text.append(", " if number else "", style="not bold")
        text.append(f"{counts[state]} {state}", style=f"not bold {STATE_STYLES[state]}")
    text.append(f" of {len(experiment.runs)}", style="not bold")
    if left := seconds_left(experiment.runs):
        text.append(f"; about {duration(left)} left", style="not bold")
    return text


def _table(rows: list[RunRecord]) -> Text:
    """Lay out one row a run, without rich's tables: they fold rows and take a millisecond each.

    The seed is left out, so that the longest names and two opponents fit 80 columns.
    """
    opponents = list(dict.fromkeys(o for run in rows for o in run.status.get("win_rates", {})))
    heads = ("run", "state", "round", "time", *opponents)
    return aligned(heads, [_cells(run, opponents) for run in rows], num_left=2)


def _cells(run: RunRecord, opponents: list[str]) -> list[Text]:
    rates = run.status.get("win_rates", {})
    texts = [
        _progress(run),
        duration(run.status.get("duration_s") or None),
        *(f"{percent(rates[o])} %" if o in rates else "" for o in opponents),
    ]
    return [Text(run.run_id), state_text(run.state), *map(Text, texts)]


def _progress(run: RunRecord) -> str:
    rounds = run.status.get("rounds")
    return f"{run.status.get('round', 0)}/{rounds}" if rounds else ""


def _troubles(experiment: Experiment, rows: Iterable[RunRecord]) -> list[str]:
    """List errors with their logs, and damaged files, one line each."""
    lines = [f"{experiment.name}: {problem}" for problem in experiment.problems]
    for run in rows:
        if run.error:
            log = run.status["error"]["log"]
            lines.append(f"{run.run_id}: {run.error}{f' (log: {log})' if log else ''}")
        lines += [f"{run.run_id}: {problem}" for problem in run.problems]
    return lines


def _line(run: RunRecord) -> str:
    """Say a run's state in one line."""
    rates = run.status.get("win_rates", {})
    parts = [f"{run.run_id}: {run.state}"]
    parts += [f"round {progress}"] if (progress := _progress(run)) else []
    parts += [f"{opponent} {percent(rate)} %" for opponent, rate in rates.items()]
    parts += [run.error] if run.error else []
    return ", ".join(parts)
