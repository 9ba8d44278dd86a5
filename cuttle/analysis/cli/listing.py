"""Commands `list` and `select`. Reads status files only."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

from rich import filesize

from cuttle.analysis.cli.console import make_console, plain_table, print_json
from cuttle.runs.formatting import printable
from cuttle.runs.layout import RunState
from cuttle.runs.locate import SELECTED_FILE, current_experiment, select, selected_name
from cuttle.runs.reader import Experiment, list_experiments, read_experiment
from cuttle.runs.run_record import PROBLEM_STATES

SCHEMA = "cuttle-list/1"


def show_list(root: Path, *, as_json: bool) -> None:
    """Print each experiment with its counts, date, disk use and the selected mark."""
    selected = selected_name(root)
    rows = [_document(read_experiment(path), selected) for path in list_experiments(root)]
    if as_json:
        print_json({"schema": SCHEMA, "root": str(root), "experiments": rows})
        return
    console = make_console()
    if not rows:
        console.print(f"no experiment under {root}; python train.py trains a run")
        return
    has_descriptions = any(row["description"] for row in rows)
    numbers = ("conditions", "runs", "completed", "problems", "disk")
    heads = ("", "experiment", *numbers[:-1], "created (UTC)", "disk")
    table = plain_table(*heads, *["description"] * has_descriptions, right=numbers)
    for row in rows:
        counts = row["counts"]
        problems = sum(counts[state] for state in PROBLEM_STATES)
        cells = [row["num_conditions"], row["num_runs"], counts["completed"], problems]
        created = (row["created_at"] or "")[:16].replace("T", " ")
        texts = [created, filesize.decimal(row["bytes"]), *[row["description"]] * has_descriptions]
        mark = "*" if row["selected"] else ""
        table.add_row(mark, row["name"], *map(str, cells), *map(printable, texts))
    console.print(table)
    for row in rows:
        for problem in row["problems"]:
            console.print(f"{row['name']}: {problem}")


def show_selection(root: Path, name: str | None) -> None:
    """Select an experiment, or print which one is selected."""
    console = make_console()
    if name is not None:
        path = select(root, name)
        console.print(f"selected {path.name}; next: python analyze.py")
        return
    if current := selected_name(root):
        console.print(f"selected: {current}, until {root / SELECTED_FILE} is deleted")
    elif list_experiments(root):
        latest = current_experiment(root).name
        console.print(
            f"no experiment selected; commands default to the most recently launched one ({latest})"
        )
    else:
        console.print("no experiment selected")


def _document(experiment: Experiment, selected: str | None) -> dict[str, Any]:
    counts = Counter(run.state for run in experiment.runs)
    return {
        "name": experiment.name,
        "selected": experiment.name == selected,
        "description": str(experiment.meta.get("description") or ""),
        "created_at": experiment.meta.get("created_at"),
        "factors": list(experiment.factors),
        "num_conditions": len({run.condition for run in experiment.runs}),
        "num_runs": len(experiment.runs),
        "counts": {str(state): counts[state] for state in RunState},
        "bytes": _disk_use(experiment.path),
        "problems": list(experiment.problems),
    }


def _disk_use(directory: Path) -> int:
    """Return the size of all files below a directory, bytes; what cannot be seen counts nothing."""
    places = (
        os.path.join(folder, name) for folder, _, names in os.walk(directory) for name in names
    )
    return sum(map(_size, places))


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:  # a running experiment replaces its files
        return 0
