"""Mean, interquartile mean and median of the final win rate with bootstrap intervals. No tests."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cuttle.analysis.estimators.bootstrap import Bootstrap, bootstrap_interval, point_estimate
from cuttle.analysis.estimators.core import FloatArray
from cuttle.analysis.panels import (
    games_text,
    label_groups,
    percents,
    row_height,
    runs_text,
    span,
)
from cuttle.analysis.study import Study
from cuttle.analysis.style import DOUBLE_COLUMN, Look, looks, set_caption, styled

NAMES = {"mean": "mean", "iqm": "interquartile mean", "median": "median"}


@styled
def draw(study: Study) -> Figure:
    """Draw one panel a statistic, for the first opponent."""
    groups = study.win_rates(study.first_opponent)
    figure = Figure(figsize=(DOUBLE_COLUMN, row_height(len(study.types))))
    panels = figure.subplots(1, len(NAMES), sharey=True)
    ends: list[float] = []
    for axes, statistic in zip(panels, NAMES, strict=True):
        label_groups(axes, groups)
        for place, (network_type, look) in enumerate(looks(study.types).items()):
            ends += _row(axes, place, statistic, groups[network_type], look)
        axes.set_title(NAMES[statistic], loc="left")
        axes.set_xlabel("win rate (%)")
    for axes in panels:
        axes.set_xlim(*span(ends))
    caption = (
        f"Final win rate against {study.first_opponent} in three summaries, {games_text(study)}. "
        "Lines are the estimates, bars 95 % percentile bootstrap intervals over runs "
        f"({runs_text(study)}), which at 7 runs cover about 87 to 91 %. The interquartile mean "
        "cuts a quarter of the runs at each end, rounded down."
    )
    note = (
        f"against {study.first_opponent}; line: estimate; bar: 95 % percentile bootstrap interval"
        " over runs (covers about 87 to 91 % at n = 7)"
    )
    return set_caption(figure, caption, note=note)


def _row(axes: Axes, place: int, statistic: str, rates: FloatArray, look: Look) -> list[float]:
    """Draw the estimate and interval of one type and return what the axis must hold."""
    if not len(rates):
        return []
    estimate = 100 * point_estimate(rates, statistic)
    ends = [estimate]
    result = bootstrap_interval(rates, statistic)
    if isinstance(result, Bootstrap):
        low, high = percents([result.low, result.high])
        axes.barh(place, high - low, 0.5, left=low, color=look.colour, alpha=0.6)
        ends += [low, high]
    axes.plot([estimate, estimate], [place - 0.25, place + 0.25], color="black", linewidth=1.4)
    return ends
