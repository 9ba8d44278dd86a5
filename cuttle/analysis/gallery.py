"""Save all figures of a study."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from matplotlib.figure import Figure

from cuttle.analysis.data import Study
from cuttle.analysis.figure import all_figures
from cuttle.analysis.style import DOUBLE_COLUMN, SINGLE_COLUMN, image
from cuttle.runs.files import write_bytes


class Picture(NamedTuple):
    """A figure as the page shows it."""

    caption: str
    png: bytes
    is_wide: bool


def draw_figures(study: Study) -> Iterator[tuple[str, Figure]]:
    """Draw every figure that applies to the study, one at a time."""
    for name, draw in all_figures().items():
        if figure := draw(study):
            yield name, figure


def save_figures(study: Study, directory: Path) -> dict[str, Picture]:
    """Draw every figure and write it as PDF and PNG; none where there is no run to draw."""
    if not len(study.runs):
        return {}
    directory.mkdir(parents=True, exist_ok=True)
    pictures = {}
    for name, figure in draw_figures(study):
        png = image(figure, "png")
        write_bytes(directory / f"{name}.pdf", image(figure, "pdf"))
        write_bytes(directory / f"{name}.png", png)
        is_wide = figure.get_figwidth() > (SINGLE_COLUMN + DOUBLE_COLUMN) / 2
        pictures[name] = Picture(str(figure.get_label()), png, is_wide)
    return pictures
