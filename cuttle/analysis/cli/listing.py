"""The experiments under a root, and which one is selected. Reads status files only."""

import os
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from rich import filesize

from cuttle.analysis.cli.console import make_console, plain_table, print_json
from cuttle.runs.layout import RunState
from cuttle.runs.locate import SELECTED_FILE, current_experiment, select, selected_name
from cuttle.runs.reader import UNWELL, Experiment, list_experiments, read_experiment

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
    table = plain_table("", "experiment", "runs", "completed", "unwell", "created (UTC)", "disk",
                        *["about"] * has_descriptions,
                        right=("runs", "completed", "unwell", "disk"))  # fmt: skip
    for row in rows:
        counts = row["counts"]
        unwell = sum(counts[state] for state in UNWELL)
        numbers = [row["num_runs"], counts["completed"], unwell]
        mark = "*" if row["selected"] else ""
        created = (row["created_at"] or "")[:16].replace("T", " ")
        texts = [created, filesize.decimal(row["bytes"]), *[row["description"]] * has_descriptions]
        table.add_row(mark, row["name"], *map(str, numbers), *texts)
    console.print(table)


def show_selection(root: Path, name: str | None) -> None:
    """Select an experiment, or say which one is selected."""
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
            f"nothing is selected; commands without a name read {latest}, the one touched last"
        )
    else:
        console.print("nothing is selected")


def _document(experiment: Experiment, selected: str | None) -> dict[str, Any]:
    counts = Counter(run.state for run in experiment.runs)
    return {
        "name": experiment.name,
        "selected": experiment.name == selected,
        "description": str(experiment.meta.get("description") or ""),
        "created_at": experiment.meta.get("created_at"),
        "num_runs": len(experiment.runs),
        "counts": {str(state): counts[state] for state in RunState},
        "bytes": _disk_use(experiment.path),
        "problems": list(experiment.problems),
    }


def _disk_use(directory: str | Path) -> int:
    """Add up the sizes of all files below a directory, bytes."""
    total = 0
    with os.scandir(directory) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                total += _disk_use(entry.path)
            else:
                with suppress(FileNotFoundError):  # a running experiment replaces its files
                    total += entry.stat(follow_symlinks=False).st_size
    return total
