"""Exports in the asked formats, found by their files. Formats nothing itself."""

import importlib
import pkgutil
from collections.abc import Sequence
from pathlib import Path

from cuttle.analysis import export
from cuttle.analysis.analysis import Analysis


def format_names() -> list[str]:
    """List the formats there are, one a file of the export folder."""
    return sorted(module.name for module in pkgutil.iter_modules(export.__path__))


def check_formats(names: Sequence[str]) -> None:
    """Refuse unknown formats, or none at all, before any work is done."""
    known = ", ".join(format_names())
    if not names:
        raise ValueError(f"no format is named; there are: {known}")
    if unknown := [name for name in names if name not in format_names()]:
        raise ValueError(f"no format {', '.join(unknown)}; there are: {known}")


def export_all(analysis: Analysis, names: Sequence[str], directory: Path) -> list[Path]:
    """Write an analysis in formats that there are and return the paths."""
    directory.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for name in names:
        module = importlib.import_module(f"{export.__name__}.{name}")
        paths += module.write(analysis, directory)
    return paths
