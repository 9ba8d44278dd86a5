"""One format per file: `write(study, directory)` returns the paths."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from cuttle.analysis.data import Study

DEFAULT_FORMATS = ("csv", "json", "latex")
FORMATS = (*DEFAULT_FORMATS, "tensorboard")  # the last needs an extra, and is large


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
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return [path for module in modules for path in module.write(study, directory)]
