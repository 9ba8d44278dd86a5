"""Exports in the requested formats."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cuttle.analysis.data import Study
from cuttle.analysis.export import csv, json, latex, tensorboard

FORMATS: Mapping[str, Callable[[Study, Path], list[Path]]] = {
    "csv": csv.write, "json": json.write, "latex": latex.write, "tensorboard": tensorboard.write,
}  # fmt: skip
DEFAULT_FORMATS = ("csv", "json", "latex")  # the other needs an extra, and is large


def check_formats(names: Sequence[str]) -> None:
    """Refuse unknown formats, or none at all, before any work is done."""
    known = ", ".join(FORMATS)
    if not names:
        raise ValueError(f"name a format: {known}")
    if unknown := [name for name in names if name not in FORMATS]:
        raise ValueError(f"unknown format {', '.join(unknown)}; there are: {known}")


def export_all(study: Study, names: Sequence[str], directory: Path) -> list[Path]:
    """Write a study in formats that exist and return the paths."""
    directory.mkdir(parents=True, exist_ok=True)
    return [path for name in names for path in FORMATS[name](study, directory)]
