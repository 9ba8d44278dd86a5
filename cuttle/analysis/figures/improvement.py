"""Probability that a run of one type beats a run of another, for every pair, with intervals."""

from matplotlib.figure import Figure

from cuttle.analysis.estimators.core import FloatArray
from cuttle.analysis.estimators.descriptive import Interval
from cuttle.analysis.estimators.ranks import (
    MannWhitney,
    mann_whitney,
    prob_improvement_interval,
)
from cuttle.analysis.panels import games_text, remark, row_height, runs_text, shown_pairs
from cuttle.analysis.study import Study
from cuttle.analysis.style import (
    INK,
    SINGLE_COLUMN,
    category_axis,
    empty,
    looks,
    set_caption,
    short,
    styled,
)

MAX_PAIRS = 21  # all pairs of seven types; beyond that each type is held against the first


@styled
def draw(study: Study) -> Figure:
    """Draw one row a pair, for the first opponent."""
    groups = study.win_rates(study.first_opponent)
    pairs, selection = shown_pairs(study, MAX_PAIRS)
    if not pairs:
        return empty("one network type only: no pair to compare")
    figure = Figure(figsize=(SINGLE_COLUMN, row_height(len(pairs))))
    axes = figure.subplots()
    category_axis(axes, [f"{short(a)}\n> {short(b)}" for a, b in pairs])
    style = looks(study.types)
    axes.axvline(0.5, color=INK, linewidth=0.8)
    for place, (a, b) in enumerate(pairs):
        if not (len(groups[a]) and len(groups[b])):
            remark(axes, place, "no completed run")
            continue
        share, interval = _estimate(groups[a], groups[b])
        if not study.is_paired:
            bar, colour = [interval.low, interval.high], style[a].colour
            axes.plot(bar, [place, place], color=colour, linewidth=5, solid_capstyle="butt")
        axes.plot(
            share, place, marker="|", markersize=11, markeredgewidth=1.6, color=INK, clip_on=False
        )
    axes.set_xlim(0, 1)
    axes.set_xlabel("probability of a higher win rate")
    bars = (
        "paired runs have no score interval"
        if study.is_paired
        else "bar: 95 % score interval (Newcombe 2006)"
    )
    caption = (
        f"Probability that a run of the upper type has a higher final win rate against "
        f"{study.first_opponent} than a run of the lower one, ties counted half "
        f"({games_text(study)}, {runs_text(study)}); {bars}.{selection}"
    )
    note = f"against {study.first_opponent}; {bars}; {runs_text(study)}"
    return set_caption(figure, caption, note=note)


def _estimate(x: FloatArray, y: FloatArray) -> tuple[float, Interval]:
    ranks = mann_whitney(x, y)
    assert isinstance(ranks, MannWhitney)  # both types have runs
    return ranks.prob_improvement, prob_improvement_interval(ranks.U1, len(x), len(y))
