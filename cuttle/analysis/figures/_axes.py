"""Elements of a panel: row labels, points, intervals, curves, axes. All in percent."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from cuttle.analysis.data import Study
from cuttle.analysis.figures._panels import MAX_TALL_ROWS, is_dense
from cuttle.analysis.numerics import FloatArray
from cuttle.analysis.statistics.primary import comparisons
from cuttle.analysis.style import (
    FAINT,
    INK,
    Style,
    level_texts,
    offsets,
    row_labels,
    short,
    styles,
)
from cuttle.runs.formatting import format_percent

PAIR_LABEL = 44
LABEL_SIZE, DENSE_SIZE = 7, 6  # points
POINT_BIN = 0.02  # of the axis: points closer than this would cover each other
COLOUR_MAP = "cividis"  # grows in lightness: readable in grey and under colour deficiencies
MIN_SPAN = 0.1  # of the colours of a heat map, in win rate: less would magnify noise
CHARACTERS_PER_INCH = 12  # of tick labels, where letters are wide
MAX_PAIRS = 40  # of several factors
FEW = 30  # runs of a condition that can be distinguished at full size
POINT_STEP = 0.09  # of the distance between two categories
WHISKER: dict[str, Any] = {"color": INK, "capsize": 2.5, "elinewidth": 1.1, "linestyle": "none"}


class RowOfRuns(NamedTuple):
    """A condition that has values, and its place on the vertical axis."""

    place: int
    condition: str
    values: FloatArray
    style: Style


def category_axis(axes: Axes, labels: Sequence[str], *, dense: bool = False) -> None:
    """Put categories on the vertical axis, the first on top, where long names stay readable."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0, labelsize=DENSE_SIZE if dense else LABEL_SIZE)
    axes.grid(axis="x")


def label_groups(axes: Axes, study: Study, groups: Mapping[str, FloatArray]) -> list[RowOfRuns]:
    """Name each condition and its number of runs on the vertical axis; return those with values.

    The others say why their row is empty.
    """
    dense, style = is_dense(study, len(groups)), styles(study)
    labels, title = row_labels(study)
    if not dense and len(set(map(short, groups))) == len(groups):
        labels = {name: short(name) for name in groups}
    between = "  " if dense else "\n"
    texts = [f"{labels[name]}{between}n = {len(v)}" for name, v in groups.items()]
    category_axis(axes, texts, dense=dense)
    spec = axes.get_subplotspec()
    if spec is not None and spec.is_first_col():
        axes.set_ylabel(title, fontsize=LABEL_SIZE)
    for place, (name, values) in enumerate(groups.items()):
        if not len(values):
            has_runs = study.conditions["n"][name] > 0
            annotate(axes, place, "no games" if has_runs else "no completed run")
    rows = [RowOfRuns(p, name, x, style[name]) for p, (name, x) in enumerate(groups.items())]
    return [row for row in rows if len(row.values)]


def label_pairs(axes: Axes, study: Study, pairs: pd.DataFrame, sign: str) -> None:
    """Name the pairs on the vertical axis by the levels that differ, and where they do."""
    levels = level_texts(study)
    if len(study.varying) <= 1:
        names = [(levels[a][f], levels[b][f]) for f, a, b in _pairs_of(pairs)]
        texts = [f"{short(first)}\n{sign} {short(second)}" for first, second in names]
        if not is_dense(study, len(pairs)):
            if max(text.count("\n") for text in texts) > 1:  # names that take two lines each
                levels = level_texts(study, PAIR_LABEL // 2)
                names = [(levels[a][f], levels[b][f]) for f, a, b in _pairs_of(pairs)]
                texts = [f"{first}\n{sign} {second}" for first, second in names]
            category_axis(axes, texts)
            return
    texts = _by_levels(study, pairs, sign, levels)
    if max(map(len, texts)) > PAIR_LABEL:
        levels = level_texts(study, PAIR_LABEL // (len(study.varying) + 1))
        texts = _by_levels(study, pairs, sign, levels)
    category_axis(axes, texts, dense=True)


def _by_levels(
    study: Study, pairs: pd.DataFrame, sign: str, levels: Mapping[str, Mapping[str, str]]
) -> list[str]:
    """Write pairs on one line: the two levels, and those of the other factors."""
    texts = []
    for varied, first, second in _pairs_of(pairs):
        where = ", ".join(levels[first][f] for f in study.varying if f != varied)
        text = f"{levels[first][varied]} {sign} {levels[second][varied]}"
        texts.append(text + f"  ({where})" * bool(where))
    return texts


def _pairs_of(pairs: pd.DataFrame) -> Iterable[tuple[str, str, str]]:
    return pairs[["factor", "a", "b"]].itertuples(index=False, name=None)


def annotate(axes: Axes, place: float, text: str, *, at_right: bool = False) -> None:
    """Write in a row of the vertical axis why it is empty."""
    axes.annotate(
        text, (0.98 if at_right else 0.02, place), xycoords=("axes fraction", "data"), va="center",
        ha="right" if at_right else "left", color=FAINT, fontsize=7,
    )  # fmt: skip


def draw_bar(axes: Axes, row: RowOfRuns, height: float) -> None:
    """Draw the mean of a condition as a bar from zero."""
    colour = row.style.colour
    axes.barh(row.place, row.values.mean(), height, color=colour, alpha=0.6, edgecolor=colour)


def draw_runs(axes: Axes, row: RowOfRuns, *, lift: float = 0, axis_length: float = 100) -> None:
    """Draw every run of a condition as a point around its place, lifted by a part of the row."""
    shifts = offsets(row.values, bin_width=POINT_BIN * axis_length, step=POINT_STEP)
    count = len(row.values)
    axes.plot(
        row.values, row.place - lift + shifts, linestyle="none", marker=row.style.marker,
        markersize=scale_for_count(3, count), markerfacecolor="white", markeredgecolor=INK,
        markeredgewidth=scale_for_count(0.6, count), zorder=4, clip_on=False,
    )  # fmt: skip


def draw_curves(axes: Axes, curves: pd.DataFrame, column: str, style: Style) -> None:
    """Draw the curve of every run of a condition thinly; `curves` has `run_id` and `round`."""
    wide = curves.pivot(index="round", columns="run_id", values=column)
    thin = scale_for_count(0.35, wide.shape[1])
    axes.plot(wide.index, wide, color=style.colour, linewidth=0.5, alpha=thin)


def draw_mean(axes: Axes, means: "pd.Series[float]", style: Style) -> None:
    """Draw the mean of a condition by round, a point where there is a single round."""
    marker = style.marker if len(means) == 1 else None
    axes.plot(means.index, means, color=style.colour, linestyle=style.dash, marker=marker, zorder=3)


def scale_for_count(amount: float, count: int) -> float:
    """Make a size or an opacity smaller where many things are drawn over each other."""
    return amount * min(1.0, math.sqrt(FEW / max(1, count)))


def slant(texts: Sequence[str], axes: Axes) -> dict[str, Any]:
    """Return how names beside each other are written: slanted where they have no room."""
    share = axes.get_window_extent().width / axes.figure.dpi / len(texts)  # inches
    longest = max(len(line) for text in texts for line in text.split("\n"))
    if longest <= CHARACTERS_PER_INCH * share:
        return {}
    return {"rotation": 30, "ha": "right", "rotation_mode": "anchor"}


def reach(estimate: Any, low: Any, high: Any, *, least: float = 0.0) -> FloatArray:
    """Return the lengths of intervals at both sides of their estimates `(2, n)` for errorbar.

    Cut at what is possible: `least` is -100 for differences. NaN is not drawn.
    """
    ends = [np.maximum(least, np.atleast_1d(low)), np.minimum(100.0, np.atleast_1d(high))]
    return np.maximum(0.0, [estimate - ends[0], ends[1] - estimate])


def span(values: Any, *, pad: float = 4.0, least: float = 12.0) -> tuple[float, float]:
    """Return limits within 0 to 100 that hold percentages with air around them."""
    known = np.asarray(values, dtype=np.float64)
    known = known[~np.isnan(known)]
    if not known.size:
        return 0.0, 100.0
    low, high = float(known.min()) - pad, float(known.max()) + pad
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
    return max(0.0, low), min(100.0, high)


def percents(study: Study, opponent: str) -> dict[str, FloatArray]:
    """Return the final win rates of each condition, in percent."""
    return {name: 100 * rates for name, rates in study.rates(opponent).items()}


def span_of(groups: Mapping[str, FloatArray]) -> tuple[float, float]:
    """Return the limits of an axis that shows all values of all conditions."""
    return span(np.concatenate(list(groups.values())))


def round_axis(axes: Axes, rounds: Iterable[int], *, has_label: bool = True) -> None:
    """Make the horizontal axis count whole rounds, also where there is one or none."""
    numbers = list(rounds)
    low, high = (min(numbers), max(numbers)) if numbers else (1, 1)
    pad = 0.03 * (high - low) if high > low else 0.5
    axes.set_xlim(low - pad, high + pad)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1, nbins=8))
    if has_label:
        axes.set_xlabel("round")
    if not numbers:
        axes.set_xticks([])
        axes.annotate(
            "no values", (0.5, 0.5), xycoords="axes fraction", ha="center", color=FAINT, fontsize=7
        )


def shown_pairs(study: Study, most: int) -> tuple[pd.DataFrame, str]:
    """Return the comparisons to draw against the first opponent, and a sentence on those left out.

    Of one factor with many levels, the pairs with its first level; of several factors, the first
    pairs, their families in turn.
    """
    pairs = comparisons(study, study.first_opponent).reset_index(drop=True)
    if len(study.varying) > 1:
        most = MAX_PAIRS
    if len(pairs) <= most:
        return pairs, ""
    if len(study.varying) > 1:
        return pairs[:most], f" Only the first {most} of {len(pairs)} pairs are shown."
    first = study.labels[0]
    return pairs[pairs["a"] == first], f" Only pairs with {first} are shown."


def heat_map_of(
    figure: Figure,
    cells: pd.DataFrame,
    rows: list[str],
    columns: list[str],
    *,
    limits: tuple[float, float] = (0.0, 1.0),
) -> None:
    """Draw mean win rates with half their interval as text; NaN is empty.

    cells: a row per row, and a column per part (`mean`, `ci_low`, `ci_high`) and column
    limits: win rates at the ends of the colours, at least MIN_SPAN apart
    """
    centre, half_span = sum(limits) / 2, max(limits[1] - limits[0], MIN_SPAN) / 2
    scale = Normalize(100 * (centre - half_span), 100 * (centre + half_span))
    axes, means = figure.subplots(), cells["mean"].to_numpy(dtype=np.float64)
    halves = ((cells["ci_high"] - cells["ci_low"]) / 2).to_numpy(dtype=np.float64)
    picture = axes.imshow(100 * means, cmap=COLOUR_MAP, norm=scale, aspect="auto")
    between = " ± " if len(rows) > MAX_TALL_ROWS else "\n± "
    for row, column in np.ndindex(means.shape):
        mean = float(means[row, column])
        half = format_percent(float(halves[row, column]), unit=False)
        text = (format_percent(mean, unit=False) or "no run") + f"{between}{half}" * bool(half)
        red, green, blue, _ = colormaps[COLOUR_MAP](0.0 if math.isnan(mean) else scale(100 * mean))
        is_light = math.isnan(mean) or 0.299 * red + 0.587 * green + 0.114 * blue > 0.5
        colour = "black" if is_light else "white"
        axes.text(column, row, text, ha="center", va="center", fontsize=7, color=colour)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_xticks(range(len(columns)), columns, **slant(columns, axes))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(picture, ax=axes, shrink=0.9, pad=0.02)
    bar.set_label("mean win rate (%)")
    bar.outline.set_visible(False)
