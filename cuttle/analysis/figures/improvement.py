"""Probability that a run of one condition beats a run of another, with intervals."""

import math

from matplotlib.figure import Figure

from cuttle.analysis.captions import games_text, runs_text
from cuttle.analysis.data import Study
from cuttle.analysis.figures._axes import annotate, label_pairs, shown_pairs
from cuttle.analysis.figures._panels import row_height
from cuttle.analysis.statistics import comparisons
from cuttle.analysis.style import INK, SINGLE_COLUMN, empty, set_caption, styled, styles

MAX_PAIRS = 21  # all pairs of seven types; beyond that each type is held against the first


@styled
def draw(study: Study) -> Figure:
    """Draw one row per pair, for the first opponent."""
    opponent = study.first_opponent
    pairs, selection = shown_pairs(study, comparisons.compute(study), MAX_PAIRS)
    if pairs.empty:
        return empty(f"a single {study.noun}: no pair to compare")
    figure = Figure(figsize=(SINGLE_COLUMN, row_height(study, len(pairs))))
    axes = figure.subplots()
    label_pairs(axes, study, pairs, ">")
    style = styles(study)
    axes.axvline(0.5, color=INK, linewidth=0.8)
    for place, row in enumerate(pairs.to_dict("records")):
        share = row["prob_improvement"]
        if math.isnan(share):
            annotate(axes, place, "no completed run")
            continue
        ends = [row["prob_improvement_low"], row["prob_improvement_high"]]
        if not math.isnan(ends[0]):
            colour = style[row["a"]].colour
            axes.plot(ends, [place, place], color=colour, linewidth=5, solid_capstyle="butt")
        axes.plot(
            share, place, marker="|", markersize=11, markeredgewidth=1.6, color=INK, clip_on=False
        )
    axes.set_xlim(0, 1)
    axes.set_xlabel("probability of a higher win rate")
    bars = (
        "paired runs have no score interval"
        if study.is_paired
        else "bar: 95% score interval (Newcombe 2006)"
    )
    counts = runs_text(study, [opponent])
    caption = (
        f"Probability that a run of the upper {study.noun} has a higher final win rate against "
        f"{opponent} than a run of the lower one, ties counted half "
        f"({games_text(study, [opponent])}, {counts}); {bars}.{selection}"
    )
    return set_caption(figure, caption, note=f"against {opponent}; {bars}; {counts}")
