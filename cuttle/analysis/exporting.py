"""Exports in the asked formats, found by their files. Formats nothing itself."""

from collections.abc import Sequence
from pathlib import Path

from cuttle.analysis import export, parts
from cuttle.analysis.analysis import Analysis


def check_formats(names: Sequence[str]) -> None:
    """Refuse unknown formats, or none at all, before any work is done."""
    known = ", ".join(parts.names(export))
    if not names:
        raise ValueError(f"no format is named; there are: {known}")
    if unknown := [name for name in names if name not in parts.names(export)]:
        raise ValueError(f"no format {', '.join(unknown)}; there are: {known}")


def export_all(analysis: Analysis, names: Sequence[str], directory: Path) -> list[Path]:
    """Write an analysis in formats that there are and return the paths."""
    directory.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for name in names:
        paths += parts.load(export, name).write(analysis, directory)
    return paths
