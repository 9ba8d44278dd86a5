"""Mean, interquartile mean and median of the final win rate with bootstrap intervals."""

import math

from matplotlib.figure import Figure

from cuttle.analysis.captions import games_text, runs_text
from cuttle.analysis.data import Study
from cuttle.analysis.figures._axes import label_groups, percents, span
from cuttle.analysis.figures._panels import row_height
from cuttle.analysis.statistics import aggregates
from cuttle.analysis.style import DOUBLE_COLUMN, set_caption, styled, styles

NAMES = {"mean": "mean", "iqm": "interquartile mean", "median": "median"}


@styled
def draw(study: Study) -> Figure:
    """Draw one panel per statistic, for the first opponent."""
    opponent = study.first_opponent
    table = aggregates.compute(study).query("opponent == @opponent")
    figure = Figure(figsize=(DOUBLE_COLUMN, row_height(study, len(study.labels))))
    panels = figure.subplots(1, len(NAMES), sharey=True)
    ends: list[float] = []
    for axes, statistic in zip(panels, NAMES, strict=True):
        label_groups(axes, study, study.rates(opponent))
        rows = table[table["statistic"] == statistic].set_index("condition")
        for place, (condition, style) in enumerate(styles(study).items()):
            row = rows.loc[condition, ["estimate", "ci_low", "ci_high"]]
            estimate, low, high = percents(row)
            if math.isnan(estimate):
                continue
            if not math.isnan(low):
                axes.barh(place, high - low, 0.5, left=low, color=style.colour, alpha=0.6)
            axes.plot([estimate] * 2, [place - 0.25, place + 0.25], color="black", linewidth=1.4)
            ends += [estimate, low, high]
        axes.set_title(NAMES[statistic], loc="left")
        axes.set_xlabel("win rate (%)")
    for axes in panels:
        axes.set_xlim(*span(ends))
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
    return set_caption(figure, caption, note=note)
