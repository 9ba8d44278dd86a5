"""Figures with a row per condition: win rates, boxes, intervals, cost."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cuttle.analysis.captions import games_text, runs_text
from cuttle.analysis.data import Study, by_condition
from cuttle.analysis.figure import figure
from cuttle.analysis.figures._axes import (
    WHISKER,
    RowOfRuns,
    draw_bar,
    draw_runs,
    label_groups,
    percents,
    reach,
    scale_for_count,
    span,
    span_of,
)
from cuttle.analysis.figures._panels import (
    category_panels,
    draw_legend,
    opponent_panels,
    row_height,
)
from cuttle.analysis.statistics.final import aggregates, descriptives, run_intervals
from cuttle.analysis.statistics.resources import run_costs
from cuttle.analysis.style import DOUBLE_COLUMN, INK, set_caption, styles

LIFT = 0.17  # runs above the middle of a bar, its whisker below it
BOX_HEIGHT, BOX_DROP, BOX_LIFT = 0.32, 0.14, 0.24  # box below the middle, runs above it
WHISKER_REACH = 1.5  # interquartile ranges beyond the box (Tukey)
SUMMARIES = {"mean": "mean", "iqm": "interquartile mean", "median": "median"}
MAX_SECONDS = 300  # longer times are shown in minutes
ENDS = ["ci_low", "ci_high"]
PARTS = ["estimate", *ENDS]


@figure
def win_rates(study: Study) -> Figure:
    """Draw a bar from zero, its interval and every run; one panel per opponent."""
    drawn, panels = category_panels(study)
    for opponent, axes in panels.items():
        table = 100 * descriptives(study, opponent).set_index("condition")[["mean", *ENDS]]
        for row in label_groups(axes, study, percents(study, opponent)):
            draw_bar(axes, row, 0.7)
            mean, low, high = map(float, table.loc[row.condition])
            if low == low:
                axes.errorbar(
                    mean, row.place + LIFT, xerr=reach(mean, low, high), zorder=3, **WHISKER
                )
            draw_runs(axes, row, lift=LIFT)
        axes.set_xlim(0, 100)
        axes.set_xlabel("win rate (%)")
    caption = (
        f"Final win rate by {study.noun}, {games_text(study, panels)}. Bars are means over runs, "
        f"whiskers 95% t-intervals of the mean, points single runs ({runs_text(study, panels)}). "
        "A draw is not a win."
    )
    note = f"bars: mean; whiskers: 95% t-interval; points: runs; {games_text(study, panels)}"
    return set_caption(drawn, caption, note=note)


@figure
def boxes(study: Study) -> Figure:
    """Draw final win rates as boxes, with every run as a point; one panel per opponent."""
    drawn, panels = category_panels(study)
    for opponent, axes in panels.items():
        groups = percents(study, opponent)
        low, high = span_of(groups)
        for row in label_groups(axes, study, groups):
            _box(axes, row)
            draw_runs(axes, row, lift=BOX_LIFT, axis_length=high - low)
        axes.set_xlim(low, high)
        axes.set_xlabel("win rate (%)")
    caption = (
        f"Distribution of the final win rate over runs, {games_text(study, panels)}. Boxes span "
        "the quartiles (type 7) with the median as a line, whiskers reach the furthest run within "
        f"1.5 interquartile ranges, points are single runs ({runs_text(study, panels)})."
    )
    note = "box: quartiles and median; whiskers: 1.5 interquartile ranges; points: runs"
    return set_caption(drawn, caption, note=note)


def _box(axes: Axes, row: RowOfRuns) -> None:
    """Draw quartiles, median, and whiskers to the furthest runs within reach.

    By hand: matplotlib's own boxplot loads its global interface.
    """
    place, values, colour, half = row.place + BOX_DROP, row.values, row.style.colour, BOX_HEIGHT / 2
    q1, median, q3 = np.quantile(values, [0.25, 0.5, 0.75])
    fence = WHISKER_REACH * (q3 - q1)
    # a quartile between two runs can lie beyond the last run within reach: no whisker then
    low, high = min(q1, *values[values >= q1 - fence]), max(q3, *values[values <= q3 + fence])
    axes.barh(place, q3 - q1, BOX_HEIGHT, left=q1, color=colour, alpha=0.45, edgecolor=colour)
    axes.hlines([place, place], [low, q3], [q1, high], color=colour, linewidth=1)
    axes.vlines([low, high], place - half / 2, place + half / 2, color=colour, linewidth=1)
    axes.vlines(median, place - half, place + half, color=INK, linewidth=1.4)


@figure
def intervals(study: Study) -> Figure:
    """Draw three summaries of the final win rate with bootstraps, for the first opponent."""
    opponent = study.first_opponent
    drawn = Figure(figsize=(DOUBLE_COLUMN, row_height(study, len(study.labels))))
    table = aggregates(study, opponent)
    table = table[table["statistic"].isin(list(SUMMARIES))]
    panels = drawn.subplots(1, len(SUMMARIES), sharey=True)
    for axes, statistic in zip(panels, SUMMARIES, strict=True):
        rows = table[table["statistic"] == statistic].set_index("condition")
        for row in label_groups(axes, study, study.rates(opponent)):
            estimate, low, high = (100 * float(rows[part][row.condition]) for part in PARTS)
            if low == low:
                axes.barh(row.place, high - low, 0.5, left=low, color=row.style.colour, alpha=0.6)
            ends = [row.place - 0.25, row.place + 0.25]
            axes.plot([estimate] * 2, ends, color="black", linewidth=1.4)
        axes.set_title(SUMMARIES[statistic], loc="left")
        axes.set_xlabel("win rate (%)")
        axes.set_xlim(*span(100 * table[PARTS]))
    caption = (
        f"Final win rate against {opponent} in three summaries, {games_text(study, [opponent])}. "
        "Lines are the estimates, bars 95% percentile bootstrap intervals over runs "
        f"({runs_text(study, [opponent])}), which at 7 runs cover about 87 to 91%. The "
        "interquartile mean cuts a quarter of the runs at each end, rounded down."
    )
    note = (
        f"against {opponent}; line: estimate; bar: 95% percentile bootstrap interval over runs "
        "(covers about 87 to 91% at n = 7)"
    )
    return set_caption(drawn, caption, note=note)


@figure
def runs(study: Study) -> Figure:
    """Draw a dot per run in the order of numbers, its whisker the sampling error of its games."""
    drawn, panels = opponent_panels(study, 1.9)
    for opponent, axes in panels.items():
        table = run_intervals(study, opponent).sort_values("run").set_index("condition")
        table, place = 100 * table[["win_rate", *ENDS]], 0
        for condition, style in styles(study).items():
            rates = table[table.index == condition]
            if len(rates):
                axes.errorbar(
                    np.arange(place, place + len(rates)), rates["win_rate"],
                    yerr=reach(*rates.to_numpy().T), color=style.colour, marker=style.marker,
                    markersize=scale_for_count(3, len(rates)), linestyle="none",
                    elinewidth=scale_for_count(0.8, len(rates)), capsize=0, clip_on=False,
                )  # fmt: skip
            place += len(rates) + 1  # a gap between conditions
        axes.set_xticks([])
        axes.set_ylim(*span(table[ENDS]))
        axes.set_xlabel("runs, in the order of their numbers")
        axes.set_ylabel("win rate (%)")
        axes.grid(axis="y")
    draw_legend(drawn, study, marker=len(study.varying) <= 1)
    caption = (
        f"Final win rate of every run with a 95% Wilson interval of its own games "
        f"({games_text(study, panels)}). Spread far beyond the whiskers is due to seeds; spread "
        "far within them would mean that runs vary too little."
    )
    return set_caption(drawn, caption, note="point: run; whisker: 95% Wilson interval of its games")


@figure
def cost(study: Study) -> Figure:
    """Draw the training time on the left and the self-play games per second on the right."""
    drawn = Figure(figsize=(DOUBLE_COLUMN, row_height(study, len(study.labels))))
    costs = run_costs(study)
    is_long = costs["duration_s"].max() > MAX_SECONDS
    time = f"training time per run ({'min' if is_long else 's'})"
    columns = {"duration_s": time, "self_play_games_per_s": "self-play (games per second)"}
    for axes, (column, label) in zip(
        drawn.subplots(1, 2, sharey=True), columns.items(), strict=True
    ):
        scale = 60 if is_long and column == "duration_s" else 1
        groups = {name: values / scale for name, values in by_condition(costs, column).items()}
        length = max((values.max() for values in groups.values() if len(values)), default=1.0)
        for row in label_groups(axes, study, groups):
            draw_bar(axes, row, 0.6)
            draw_runs(axes, row, axis_length=length)
        axes.set_xlim(left=0)
        axes.set_xlabel(label)
    caption = (
        "Wall-clock time per run and self-play games per second, mean and single runs "
        f"({runs_text(study)}). Clocks depend on the machine and on what else it did."
    )
    return set_caption(drawn, caption, note=f"bar: mean; points: runs; {runs_text(study)}")
