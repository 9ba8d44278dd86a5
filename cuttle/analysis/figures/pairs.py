"""Figures with a row per pair: differences of means, probabilities of improvement."""

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cuttle.analysis.captions import games_text, runs_text
from cuttle.analysis.data import Study
from cuttle.analysis.figure import figure
from cuttle.analysis.figures._axes import (
    WHISKER,
    annotate,
    draw_runs,
    label_groups,
    label_pairs,
    percents,
    reach,
    shown_pairs,
    span_of,
)
from cuttle.analysis.figures._panels import is_dense, row_height
from cuttle.analysis.pairs import no_pairs
from cuttle.analysis.style import (
    DOUBLE_COLUMN,
    INK,
    MARGIN_COLOUR,
    SINGLE_COLUMN,
    empty,
    set_caption,
    styles,
)
from cuttle.runs.formatting import MINUS, format_interval, format_percent

MAX_DIFFERENCES = 10  # all pairs of five types; beyond that each is compared with the first
MAX_SHARES = 21  # all pairs of seven types


@figure
def differences(study: Study) -> Figure:
    """Draw the runs on the left and the differences of means on the right."""
    opponent = study.first_opponent
    pairs, selection = shown_pairs(study, MAX_DIFFERENCES)
    if pairs.empty:
        return empty(f"{no_pairs(study)}: no difference to draw")
    drawn = Figure(figsize=(DOUBLE_COLUMN, row_height(study, max(len(study.labels), len(pairs)))))
    left, right = drawn.subplots(1, 2)
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
    return set_caption(drawn, caption, note=note)


def _draw_groups(axes: Axes, study: Study) -> None:
    groups = percents(study, study.first_opponent)
    low, high = span_of(groups)
    for row in label_groups(axes, study, groups):
        ends = [row.place - 0.3, row.place + 0.3]
        axes.plot([row.values.mean()] * 2, ends, color=row.style.colour, linewidth=2.4)
        draw_runs(axes, row, axis_length=high - low)
    axes.set_xlim(low, high)
    axes.set_xlabel("win rate (%)")


def _draw_differences(axes: Axes, study: Study, pairs: pd.DataFrame) -> None:
    margin = 100 * study.margin
    label_pairs(axes, study, pairs, MINUS)
    axes.axvspan(-margin, margin, color=MARGIN_COLOUR, zorder=0)
    axes.axvline(0, color=INK, linewidth=0.8)
    ends = [-1.6 * margin, 1.6 * margin]
    size = axes.get_yticklabels()[0].get_fontsize()
    for place, row in enumerate(pairs[["diff", "ci_low", "ci_high"]].to_numpy(dtype=float)):
        diff, low, high = 100 * row
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
        beside = ("axes fraction", "data")
        axes.annotate(text, (1.02, place), xycoords=beside, va="center", fontsize=size, color=INK)
        ends += [max(-100.0, low), min(100.0, high)]
    pad = 0.06 * (max(ends) - min(ends))
    axes.set_xlim(min(ends) - pad, max(ends) + pad)
    axes.set_xlabel("difference (percentage points)")


@figure
def improvement(study: Study) -> Figure:
    """Draw the probability that a run of one condition beats one of another, with intervals."""
    opponent = study.first_opponent
    pairs, selection = shown_pairs(study, MAX_SHARES)
    if pairs.empty:
        return empty(f"{no_pairs(study)}: no pair to compare")
    width = DOUBLE_COLUMN if is_dense(study, len(pairs)) else SINGLE_COLUMN
    drawn = Figure(figsize=(width, row_height(study, len(pairs))))
    axes, style = drawn.subplots(), styles(study)
    label_pairs(axes, study, pairs, ">")
    axes.axvline(0.5, color=INK, linewidth=0.8)
    columns = ["prob_improvement", "prob_improvement_low", "prob_improvement_high"]
    for place, (a, row) in enumerate(zip(pairs["a"], pairs[columns].to_numpy(), strict=True)):
        share, low, high = row
        if math.isnan(share):
            annotate(axes, place, "no completed run")
            continue
        if not math.isnan(low):
            axes.hlines(place, low, high, color=style[a].colour, linewidth=5)
        axes.plot(
            share, place, marker="|", markersize=11, markeredgewidth=1.6, color=INK, clip_on=False
        )
    axes.set_xlim(0, 1)
    axes.set_xlabel("P(higher win rate)")
    bars = "bar: 95% score interval (Newcombe 2006)"
    if study.is_paired:
        bars = "paired runs have no score interval"
    counts = runs_text(study, [opponent])
    caption = (
        f"Probability that a run of the first {study.noun} has a higher final win rate against "
        f"{opponent} than a run of the second one, ties counted half "
        f"({games_text(study, [opponent])}, {counts}); {bars}.{selection}"
    )
    return set_caption(drawn, caption, note=f"against {opponent}; {bars}; {counts}")
