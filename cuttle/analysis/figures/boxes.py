"""Final win rates as boxes, with every run as a point."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cuttle.analysis.captions import games_text, runs_text
from cuttle.analysis.data import Study
from cuttle.analysis.figures._axes import draw_runs, label_groups, percents, span
from cuttle.analysis.figures._panels import category_panels
from cuttle.analysis.style import INK, Style, set_caption, styled, styles

BOX_HEIGHT = 0.32
WHISKER_REACH = 1.5  # interquartile ranges beyond the box (Tukey)
DROP, LIFT = 0.14, 0.24  # box below the middle, runs above it


@styled
def draw(study: Study) -> Figure:
    """Draw one panel per opponent, the primary one first."""
    figure, panels = category_panels(study)
    for opponent, axes in panels.items():
        groups = study.rates(opponent)
        label_groups(axes, study, groups)
        low, high = span([v for rates in groups.values() for v in percents(rates)])
        for place, (condition, style) in enumerate(styles(study).items()):
            if values := percents(groups[condition]):
                _box(axes, place + DROP, values, style)
                draw_runs(axes, place - LIFT, values, style, axis_length=high - low)
        axes.set_xlim(low, high)
        axes.set_xlabel("win rate (%)")
    caption = (
        f"Distribution of the final win rate over runs, {games_text(study, panels)}. Boxes span "
        "the quartiles (type 7) with the median as a line, whiskers reach the furthest run within "
        f"1.5 interquartile ranges, points are single runs ({runs_text(study, panels)})."
    )
    note = "box: quartiles and median; whiskers: 1.5 interquartile ranges; points: runs"
    return set_caption(figure, caption, note=note)


def _box(axes: Axes, place: float, values: list[float], style: Style) -> None:
    """Draw quartiles, median, and whiskers to the furthest runs within reach.

    By hand: matplotlib's own boxplot loads its global interface.
    """
    q1, median, q3 = map(float, np.quantile(values, [0.25, 0.5, 0.75]))
    # a quartile between two runs can lie beyond the last run within reach: no whisker then
    low = min(q1, *(v for v in values if v >= q1 - WHISKER_REACH * (q3 - q1)))
    high = max(q3, *(v for v in values if v <= q3 + WHISKER_REACH * (q3 - q1)))
    half, colour = BOX_HEIGHT / 2, style.colour
    axes.barh(place, q3 - q1, BOX_HEIGHT, left=q1, color=colour, alpha=0.45, edgecolor=colour)
    for start, end in ((low, q1), (q3, high)):
        axes.plot([start, end], [place, place], color=colour, linewidth=1.0)
    for end in (low, high):
        axes.plot([end, end], [place - half / 2, place + half / 2], color=colour, linewidth=1)
    axes.plot([median, median], [place - half, place + half], color=INK, linewidth=1.4)
