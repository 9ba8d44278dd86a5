"""All figures of a study, found by their files and saved."""

from collections.abc import Iterator
from pathlib import Path

from matplotlib.figure import Figure

from cuttle.analysis import figures, registry
from cuttle.analysis.data import Study
from cuttle.analysis.style import save


def draw_figures(study: Study) -> Iterator[tuple[str, Figure]]:
    """Draw every figure that applies to the study, one at a time."""
    for name in registry.names(figures):
        figure = registry.load(figures, name).draw(study)
        if figure is not None:
            yield name, figure


def save_figures(study: Study, directory: Path) -> dict[str, Figure]:
    """Draw every figure and write it as PDF and PNG; none where there is no run to draw."""
    if not len(study.runs):
        return {}
    directory.mkdir(parents=True, exist_ok=True)
    drawn = dict(draw_figures(study))
    for name, figure in drawn.items():
        save(figure, directory / name)
    return drawn
