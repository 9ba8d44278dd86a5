"""Exports in the requested formats, found by their files."""

from collections.abc import Sequence
from pathlib import Path

from cuttle.analysis import export, registry
from cuttle.analysis.data import Study

DEFAULT_FORMATS = ("csv", "json", "latex")  # the others need an extra, or are large


def check_formats(names: Sequence[str]) -> None:
    """Refuse unknown formats, or none at all, before any work is done."""
    known = ", ".join(registry.names(export))
    if not names:
        raise ValueError(f"no format is named; there are: {known}")
    if unknown := [name for name in names if name not in registry.names(export)]:
        raise ValueError(f"no format {', '.join(unknown)}; there are: {known}")


def export_all(study: Study, names: Sequence[str], directory: Path) -> list[Path]:
    """Write a study in formats that exist and return the paths."""
    directory.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for name in names:
        paths += registry.load(export, name).write(study, directory)
    return paths
