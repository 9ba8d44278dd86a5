"""What makes a function a figure: its name, the common style, an answer without runs.

Every function under `@figure` in the files of `cuttle/analysis/figures` is drawn under its own
name.
"""

import functools
from collections.abc import Callable

from matplotlib.figure import Figure

from cuttle.analysis import figures
from cuttle.analysis.data import Study
from cuttle.analysis.statistic import import_modules
from cuttle.analysis.style import empty, own_style

Draw = Callable[[Study], Figure | None]
FIGURES: dict[str, Draw] = {}


def figure(draw: Draw) -> Draw:
    """Make a draw function a figure: under its name, in the common style, empty without runs."""

    @functools.wraps(draw)
    def drawn(study: Study) -> Figure | None:
        with own_style():
            return draw(study) if len(study.runs) else empty("no completed run to draw")

    FIGURES[draw.__name__] = drawn
    return drawn


def all_figures() -> dict[str, Draw]:
    """Return what draws each figure by its name, in alphabetical order."""
    import_modules(figures)
    return dict(sorted(FIGURES.items()))
