"""The panels of figures: how many, how large, which conditions each has, and the legend."""

import bisect
import math
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from cuttle.analysis.data import Study, level_text
from cuttle.analysis.style import (
    DOUBLE_COLUMN,
    SINGLE_COLUMN,
    clip,
    clip_lines,
    colour_factor,
    setting_texts,
    short,
    styles,
)
from cuttle.runs.run_record import NETWORK_TYPE

ROW_HEIGHT = 0.36  # inches a condition needs for two lines of label
DENSE_ROW_HEIGHT = 0.19  # for one line
MAX_TALL_ROWS = 12  # more rows have one line of label each
AXIS_HEIGHT = 0.62  # inches for title, tick labels and axis label of one panel
NOTE_HEIGHT = 0.3
MAX_PANELS = 4
MAX_LINES = 8  # in one panel; with more each has a panel of its own
MAX_FACETS = 30
SETTING_LINE = 22  # characters of a line of a panel's title in four columns
WIDE_GRID = 4  # columns where every panel is one condition
TITLE_NAME = 18  # characters of an opponent's name that a panel's title has room for
LEGEND_LINE = 0.15  # inches


def is_dense(study: Study, rows: int) -> bool:
    """Return whether rows have one line of label each: there are many, or several factors vary."""
    return rows > MAX_TALL_ROWS or len(study.varying) > 1


def row_height(study: Study, rows: int) -> float:
    """Return the inches of a figure with one row of panels of so many categories, and a note."""
    height = DENSE_ROW_HEIGHT if is_dense(study, rows) else ROW_HEIGHT
    return max(3, rows) * height + AXIS_HEIGHT + NOTE_HEIGHT


def category_panels(study: Study) -> tuple[Figure, dict[str, Axes]]:
    """Make one panel per opponent with all conditions on the vertical axis.

    Few conditions: the panels stand above each other; many: beside each other.
    """
    rows = len(study.labels)
    if not is_dense(study, rows):
        return opponent_panels(study, row_height(study, rows) - NOTE_HEIGHT)
    names = study.opponents[:2]
    figure = Figure(figsize=(DOUBLE_COLUMN, row_height(study, rows)))
    axes = figure.subplots(1, len(names), squeeze=False, sharey=True).ravel()
    return figure, _titled(study, dict(zip(names, axes, strict=True)))


def opponent_panels(study: Study, panel_height: float) -> tuple[Figure, dict[str, Axes]]:
    """Make one titled panel per opponent: a column of up to two, else two columns.

    What does not fit on a page is left to the heat map, which shows all opponents.
    """
    names = study.opponents[:MAX_PANELS]
    columns = 1 if len(names) <= 2 else 2
    rows = math.ceil(len(names) / columns)
    width = SINGLE_COLUMN if columns == 1 else DOUBLE_COLUMN
    figure = Figure(figsize=(width, rows * panel_height + NOTE_HEIGHT))
    axes = grid_of(figure, rows, columns, len(names))
    return figure, _titled(study, dict(zip(names, axes, strict=True)))


def grid_of(figure: Figure, rows: int, columns: int, count: int, **options: Any) -> list[Axes]:
    """Make so many panels in rows and columns, and leave the other places empty."""
    axes = figure.subplots(rows, columns, squeeze=False, **options).ravel()
    for spare in axes[count:]:
        spare.remove()
    return list(axes[:count])


def _titled(study: Study, panels: dict[str, Axes]) -> dict[str, Axes]:
    for name, panel in panels.items():
        panel.set_title(f"against {clip(name, TITLE_NAME)} ({study.roles[name]})", loc="left")
    return panels


def facets(study: Study) -> dict[str, list[str]]:
    """Split the conditions over panels of lines: title, a line per factor -> conditions.

    One panel for one factor with few levels; a panel per setting of the factors that the colour
    does not show; a panel per condition for one factor with many levels.
    """
    if len(study.varying) > 1:
        groups: dict[str, list[str]] = {}
        for label, setting in setting_texts(study, between="\n").items():
            groups.setdefault(setting, []).append(label)
        return dict(list(groups.items())[:MAX_FACETS])
    if len(study.labels) <= MAX_LINES:
        return {"": study.labels}
    return {label: [label] for label in study.labels[:MAX_FACETS]}


class Facet(NamedTuple):
    """A panel of lines: some conditions against one opponent.

    is_last: it stands at the bottom of its column and names the horizontal axis
    versus: what its vertical axis says of the opponent where columns differ in it
    """

    axes: Axes
    opponent: str
    conditions: list[str]
    is_last: bool = True
    versus: str = ""


def facet_grid(study: Study, panel_height: float) -> tuple[Figure, list[Facet]]:
    """Make panels of lines with their legend: by opponent, or by facet and opponent.

    Many facets have one opponent.
    """
    groups, opponents = facets(study), study.opponents[:2]
    if len(groups) == 1:
        figure, panels = opponent_panels(study, panel_height)
        draw_legend(figure, study)
        (conditions,) = groups.values()
        return figure, [Facet(axes, name, conditions) for name, axes in panels.items()]
    width = len(opponents)
    if len(groups) > MAX_PANELS * 2:
        opponents, width = opponents[:1], WIDE_GRID
    places = [(title, opponent) for title in groups for opponent in opponents]
    rows = math.ceil(len(places) / width)
    height = rows * panel_height * (1 if len(groups) < MAX_PANELS else 0.75)
    figure = Figure(figsize=(DOUBLE_COLUMN, height + NOTE_HEIGHT))
    is_label = width > 2 and len(study.varying) == 1
    grid, found = grid_of(figure, rows, width, len(places), sharex="col"), []
    for number, ((title, opponent), axes) in enumerate(zip(places, grid, strict=True)):
        is_last = number >= len(places) - width
        axes.xaxis.set_tick_params(labelbottom=is_last)  # also where none stands below
        name = short(title) if is_label else clip_lines(title, SETTING_LINE if width > 2 else 50)
        axes.set_title(name, loc="left")
        versus = f"vs {clip(opponent, 13)}" * (len(opponents) > 1)
        found.append(Facet(axes, opponent, groups[title], is_last, versus))
    if len(study.varying) > 1:
        draw_legend(figure, study)
    return figure, found


def shown_conditions(study: Study) -> str:
    """Describe which conditions a figure with facets leaves out, if any."""
    kept = len(facets(study))
    total = len(set(setting_texts(study).values())) if len(study.varying) > 1 else kept
    return f" Only the first {kept} of {total} settings are shown." if total > kept else ""


def draw_legend(figure: Figure, study: Study, *, marker: bool = False) -> None:
    """Name the levels of the colour above the panels, by line or marker, as far as they fit."""
    handles: dict[str, Line2D] = {}
    names = map(level_text, study.conditions[colour_factor(study)])
    for name, style in zip(names, styles(study).values(), strict=True):
        line = {"linestyle": "none", "marker": style.marker, "markersize": 4}
        sample: dict[str, Any] = line if marker else {"linestyle": style.dash}
        handle = Line2D([], [], color=style.colour, label=clip(name), **sample)
        handles.setdefault(name, handle)
    factor = colour_factor(study)
    title = "" if factor == NETWORK_TYPE else study.factor_text(factor)
    place: dict[str, Any] = {"handles": list(handles.values()), "loc": "outside upper center"}
    place |= {"title": title, "title_fontsize": "small"}

    def width(columns: int) -> float:
        legend = figure.legend(ncols=columns, **place)
        needed = float(legend.get_window_extent().width)
        legend.remove()
        return needed

    numbers = range(1, len(handles) + 1)
    columns = max(1, bisect.bisect_right(numbers, figure.bbox.width, key=width))
    figure.legend(ncols=columns, **place)
    lines = math.ceil(len(handles) / columns) + bool(title)
    figure.set_figheight(figure.get_figheight() + LEGEND_LINE * max(0, lines - 2))
