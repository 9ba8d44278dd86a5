"""Estimation plot: pairwise differences with their intervals, and the margin of equivalence."""

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cuttle.analysis.captions import games_text, runs_text
from cuttle.analysis.data import Study
from cuttle.analysis.figures._axes import (
    WHISKER,
    annotate,
    draw_runs,
    label_groups,
    label_pairs,
    percents,
    reach,
    shown_pairs,
    span,
)
from cuttle.analysis.figures._panels import row_height
from cuttle.analysis.statistics import comparisons
from cuttle.analysis.style import (
    DOUBLE_COLUMN,
    INK,
    MARGIN_COLOUR,
    empty,
    set_caption,
    styled,
    styles,
)
from cuttle.runs.formatting import MINUS, format_interval, format_percent

MAX_PAIRS = 10  # all pairs of five types; beyond that each type is held against the first


@styled
def draw(study: Study) -> Figure:
    """Draw the runs on the left and the differences of means on the right."""
    opponent = study.first_opponent
    pairs, selection = shown_pairs(study, comparisons.compute(study), MAX_PAIRS)
    if pairs.empty:
        return empty(f"a single {study.noun}: no difference to draw")
    figure = Figure(figsize=(DOUBLE_COLUMN, row_height(study, max(len(study.labels), len(pairs)))))
    left, right = figure.subplots(1, 2)
    _draw_groups(left, study)
    _draw_differences(right, study, pairs)
    test = "paired t" if study.is_paired else "Welch"
    margin = f"{100 * study.margin:g}"
    caption = (
        f"Final win rate against {opponent} ({games_text(study, [opponent])}, "
        f"{runs_text(study, [opponent])}). Left: runs and their mean. Right: differences of means "
        f"with 95% {test} intervals, not adjusted for the number of comparisons. The shaded band "
        f"is the margin of equivalence, {margin} points.{selection}"
    )
    note = (
        f"against {opponent}; left: runs, line: mean; right: difference of means, 95% {test} "
        f"interval, unadjusted; band: ±{margin} points, the margin of equivalence"
    )
    return set_caption(figure, caption, note=note)


def _draw_groups(axes: Axes, study: Study) -> None:
    groups = study.rates(study.first_opponent)
    label_groups(axes, study, groups)
    low, high = span([v for rates in groups.values() for v in percents(rates)])
    for place, (condition, style) in enumerate(styles(study).items()):
        if values := percents(groups[condition]):
            mean = sum(values) / len(values)
            axes.plot([mean, mean], [place - 0.3, place + 0.3], color=style.colour, linewidth=2.4)
            draw_runs(axes, place, values, style, axis_length=high - low)
    axes.set_xlim(low, high)
    axes.set_xlabel("win rate (%)")


def _draw_differences(axes: Axes, study: Study, pairs: pd.DataFrame) -> None:
    margin = 100 * study.margin
    label_pairs(axes, study, pairs, MINUS)
    axes.axvspan(-margin, margin, color=MARGIN_COLOUR, zorder=0)
    axes.axvline(0, color=INK, linewidth=0.8)
    ends = [-1.6 * margin, 1.6 * margin]
    rows = pairs[["diff", "ci_low", "ci_high"]].to_numpy(dtype=float)
    for place, row in enumerate(rows):
        diff, low, high = percents(row)
        if math.isnan(low):
            is_known = not math.isnan(diff)
            annotate(axes, place, "no interval", at_right=is_known and diff < 0)
            if is_known:
                axes.plot(diff, place, marker="o", markersize=4.5, color=INK, fillstyle="none")
                ends.append(diff)
            continue
        axes.errorbar(diff, place, xerr=reach(diff, low, high, least=-100), **WHISKER)
        axes.plot(diff, place, marker="o", markersize=3, color=INK)
        # where conditions are far apart, intervals are too short to be read
        text = f"{format_percent(row[0], unit=False)} {format_interval(row[1], row[2], least=-1.0)}"
        axes.annotate(
            text, (1.02, place), xycoords=("axes fraction", "data"), va="center",
            fontsize=axes.get_yticklabels()[0].get_fontsize(), color=INK,
        )  # fmt: skip
        ends += [max(-100.0, low), min(100.0, high)]
    pad = 0.06 * (max(ends) - min(ends))
    axes.set_xlim(min(ends) - pad, max(ends) + pad)
    axes.set_xlabel("difference (percentage points)")
