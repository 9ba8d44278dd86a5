"""All figures of a study, found by their files and saved. Draws none itself."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from matplotlib.figure import Figure

from cuttle.analysis import figures
from cuttle.analysis.study import Study
from cuttle.analysis.style import save


def figure_names() -> list[str]:
    """List the figures there are, one a file of the figures folder."""
    return sorted(module.name for module in pkgutil.iter_modules(figures.__path__))


def draw_figures(study: Study) -> Iterator[tuple[str, Figure]]:
    """Draw every figure, one at a time."""
    for name in figure_names():
        module = importlib.import_module(f"{figures.__name__}.{name}")
        yield name, module.draw(study)


def save_figures(study: Study, directory: Path) -> dict[str, Figure]:
    """Draw every figure and write it as PDF and PNG; none where there is no run to draw."""
    if not study.runs:
        return {}
    directory.mkdir(parents=True, exist_ok=True)
    figures = dict(draw_figures(study))
    for name, figure in figures.items():
        save(figure, directory / name)
    return figures
