"""Parts that several figures share: panels, group labels, points, intervals. Computes nothing."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from cuttle.analysis.estimators.core import FloatArray, NotComputable
from cuttle.analysis.estimators.multiplicity import Pair, pairs_of
from cuttle.analysis.study import LAST_ROUND, Study
from cuttle.analysis.style import (
    DOUBLE_COLUMN,
    FAINT,
    INK,
    SINGLE_COLUMN,
    Look,
    category_axis,
    clip,
    looks,
    offsets,
    short,
)

TYPE_HEIGHT = 0.36  # inches a category needs for two lines of label
AXIS_HEIGHT = 0.62  # inches for title, tick labels and axis label of one panel
NOTE_HEIGHT = 0.3
MAX_PANELS = 4
TITLE_NAME = 18  # characters of an opponent's name that a panel's title has room for
LEGEND_CHARACTERS = 18  # of the legend an inch holds
LEGEND_HANDLE = 6  # characters that the line sample takes
POINT_BIN = 0.02  # of the axis: points closer than this would cover each other
FEW = 30  # runs of a type that can be told apart at full size
POINT_STEP = 0.09  # of the distance between two categories
WHISKER: dict[str, Any] = {"color": INK, "capsize": 2.5, "elinewidth": 1.1, "linestyle": "none"}


def opponent_panels(study: Study, panel_height: float) -> tuple[Figure, dict[str, Axes]]:
    """Make one titled panel an opponent: a column of up to two, else two columns.

    What does not fit on a page is left to the heat map, which shows all opponents.
    """
    names = study.opponents[:MAX_PANELS]
    columns = 1 if len(names) <= 2 else 2
    rows = math.ceil(len(names) / columns)
    width = SINGLE_COLUMN if columns == 1 else DOUBLE_COLUMN
    figure = Figure(figsize=(width, rows * panel_height + NOTE_HEIGHT))
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for spare in axes[len(names) :]:
        spare.remove()
    panels = dict(zip(names, axes, strict=False))
    for name, panel in panels.items():
        panel.set_title(f"against {clip(name, TITLE_NAME)} ({study.roles[name]})", loc="left")
    return figure, panels


def category_panels(study: Study) -> tuple[Figure, dict[str, Axes]]:
    """Make opponent panels high enough for all types on the vertical axis."""
    return opponent_panels(study, max(2, len(study.types)) * TYPE_HEIGHT + AXIS_HEIGHT)


def row_height(categories: int) -> float:
    """Return the inches of a figure with one row of panels of so many categories, and a note."""
    return max(2, categories) * TYPE_HEIGHT + AXIS_HEIGHT + NOTE_HEIGHT


def shown_pairs(study: Study, most: int) -> tuple[list[Pair], str]:
    """List all pairs of types or, beyond `most`, those with the first type, and say so."""
    pairs = pairs_of(study.types)
    if len(pairs) <= most:
        return pairs, ""
    first = study.types[0]
    return [pair for pair in pairs if pair[0] == first], f" Only pairs with {first} are shown."


def remark(axes: Axes, place: float, text: str, *, at_right: bool = False) -> None:
    """Write in a row of the vertical axis why it is empty."""
    axes.annotate(
        text,
        (0.98 if at_right else 0.02, place),
        xycoords=("axes fraction", "data"),
        va="center",
        ha="right" if at_right else "left",
        color=FAINT,
        fontsize=7,
    )


def label_groups(axes: Axes, groups: Mapping[str, Sequence[Any] | FloatArray]) -> None:
    """Name each type and its number of runs on the vertical axis; mark those without."""
    labels = [f"{short(name)}\nn = {len(values)}" for name, values in groups.items()]
    category_axis(axes, labels)
    for place, values in enumerate(groups.values()):
        if not len(values):
            remark(axes, place, "no completed run")


def draw_runs(
    axes: Axes, place: float, values: Sequence[float], look: Look, *, axis_length: float = 100.0
) -> None:
    """Draw every run of a type as a point around a place on the vertical axis."""
    shifts = offsets(values, bin_width=POINT_BIN * axis_length, step=POINT_STEP)
    axes.plot(
        values,
        [place + shift for shift in shifts],
        linestyle="none",
        marker=look.marker,
        markersize=fine(3, len(values)),
        markerfacecolor="white",
        markeredgecolor=INK,
        markeredgewidth=fine(0.6, len(values)),
        zorder=4,
        clip_on=False,
    )


def draw_curves(
    axes: Axes, curves: Sequence[Mapping[int, float]], look: Look, *, has_runs: bool = True
) -> dict[int, list[float]]:
    """Draw the curves of a type (round -> value) thinly and their mean over those with the round.

    Return the values by round.
    """
    by_round: dict[int, list[float]] = {}
    for curve in curves:
        if has_runs:
            thin = fine(0.35, len(curves))
            axes.plot(
                list(curve), list(curve.values()), color=look.colour, linewidth=0.5, alpha=thin
            )
        for number, value in curve.items():
            by_round.setdefault(number, []).append(value)
    by_round = dict(sorted(by_round.items()))
    means = [sum(values) / len(values) for values in by_round.values()]
    marker = look.marker if len(by_round) == 1 else None
    axes.plot(
        list(by_round), means, color=look.colour, linestyle=look.dash, marker=marker, zorder=3
    )
    return by_round


def fine(amount: float, count: int) -> float:
    """Make a size or an opacity smaller where many things are drawn over each other."""
    return amount * min(1.0, math.sqrt(FEW / max(1, count)))


def draw_whisker(axes: Axes, place: float, estimate: float, interval: Any) -> None:
    """Draw an interval, in percent, where it could be computed; its drawing ends at 0 and 100."""
    if isinstance(interval, NotComputable):
        return
    low, high = max(0.0, 100 * interval.low), min(100.0, 100 * interval.high)
    reach = [[max(0.0, estimate - low)], [max(0.0, high - estimate)]]
    axes.errorbar(estimate, place, xerr=reach, zorder=3, **WHISKER)


def percents(rates: Sequence[float] | Any) -> list[float]:
    """Turn rates into percent."""
    return [100 * float(rate) for rate in rates]


def span(values: Sequence[float], *, pad: float = 4.0, least: float = 12.0) -> tuple[float, float]:
    """Return limits within 0 to 100 that hold percentages with air around them."""
    if not values:
        return 0.0, 100.0
    low, high = min(values) - pad, max(values) + pad
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
    return max(0.0, low), min(100.0, high)


def runs_text(study: Study) -> str:
    """Say how many runs each type has: `7 runs a type` or `5 to 7 runs a type`."""
    counts = sorted({len(study.runs_of(name)) for name in study.types})
    if len(counts) == 1:
        return f"{counts[0]} run{'s' if counts[0] != 1 else ''} a type"
    return f"{counts[0]} to {counts[-1]} runs a type"


def games_text(study: Study) -> str:
    """Say on how many games a final win rate rests: `2,000 games a run and opponent`."""
    games = sorted({run.tally(o).games for run in study.runs for o in study.opponents} - {0})
    if not games:
        return "no games"
    number = f"{games[0]:,}" if len(games) == 1 else f"{games[0]:,} to {games[-1]:,}"
    source = ", of the last round" if study.final_source == LAST_ROUND else ""
    return f"{number} games a run and opponent{source}"


def draw_legend(figure: Figure, study: Study, *, marker: bool = False) -> None:
    """Name the types above the panels, by line or marker, in as many columns as fit."""
    handles = [
        Line2D([], [], color=look.colour, label=clip(name), **_sample(look, marker))
        for name, look in looks(study.types).items()
    ]
    widest = max(len(clip(name)) for name in study.types)
    columns = max(1, int(figure.get_figwidth() * LEGEND_CHARACTERS / (widest + LEGEND_HANDLE)))
    figure.legend(handles=handles, loc="outside upper center", ncols=min(columns, len(handles)))


def _sample(look: Look, marker: bool) -> dict[str, Any]:
    if marker:
        return {"linestyle": "none", "marker": look.marker, "markersize": 4}
    return {"linestyle": look.dash}


def round_axis(axes: Axes, rounds: Iterable[int]) -> None:
    """Make the horizontal axis count whole rounds, also where there is one or none."""
    numbers = list(rounds)
    low, high = (min(numbers), max(numbers)) if numbers else (1, 1)
    pad = 0.03 * (high - low) if high > low else 0.5
    axes.set_xlim(low - pad, high + pad)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, nbins=8))
    axes.set_xlabel("round")
    if not numbers:
        axes.set_xticks([])
        axes.annotate(
            "no values", (0.5, 0.5), xycoords="axes fraction", ha="center", color=FAINT, fontsize=7
        )
