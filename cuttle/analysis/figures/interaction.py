"""Interaction plot: marginal means by level of a factor, a line per level of the first factor."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cuttle.analysis.captions import games_text
from cuttle.analysis.data import Study, level_text
from cuttle.analysis.figures._axes import WHISKER, percents, reach, span
from cuttle.analysis.figures._panels import draw_legend
from cuttle.analysis.numerics import mean_interval
from cuttle.analysis.statistics import factorial
from cuttle.analysis.style import (
    DOUBLE_COLUMN,
    colour_factor,
    level_colours,
    set_caption,
    short,
    styled,
)
from cuttle.runs.formatting import pluralize

PANEL_HEIGHT = 2.3
MAX_COLUMNS = 2
DODGE = 0.04  # of the distance between levels, so that intervals stand beside each other


@styled
def draw(study: Study) -> Figure | None:
    """Draw one panel per factor beside the first, for the first opponent; None for one factor."""
    first = colour_factor(study)
    others = [factor for factor in study.varying if factor != first]
    if not others:
        return None
    opponent = study.first_opponent
    final = study.final[study.final["opponent"] == opponent]
    runs = final.join(study.conditions[list(study.varying)].map(level_text), on="condition")
    columns = min(MAX_COLUMNS, len(others))
    rows = math.ceil(len(others) / columns)
    figure = Figure(figsize=(DOUBLE_COLUMN, PANEL_HEIGHT * rows + 0.4))
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for spare in axes[len(others) :]:
        spare.remove()
    for panel, factor in zip(axes, others, strict=False):
        _draw_panel(panel, study, runs, factor)
    draw_legend(figure, study)
    terms = factorial.compute(study).query("opponent == @opponent")
    sentences = [text for text in terms["sentence"] if "depends" in text]
    caption = (
        f"Mean final win rate against {opponent} by the levels of two factors at a time, over the "
        f"runs at all levels of the others; whiskers are 95% t-intervals of the mean "
        f"({pluralize(len(final), 'run')} in all, {games_text(study, [opponent])}). Parallel lines "
        f"show no interaction. {' '.join(sentences)}"
    )
    note = f"against {opponent}; point: mean over runs; whisker: 95% t-interval"
    return set_caption(figure, caption.strip(), note=note)


def _draw_panel(axes: Axes, study: Study, runs: pd.DataFrame, factor: str) -> None:
    first = colour_factor(study)
    names = [level_text(level) for level in study.levels(first)]
    levels = [level_text(level) for level in study.levels(factor)]
    colours = level_colours(names)
    ends: list[float] = []
    for number, name in enumerate(names):
        shift = (number - (len(names) - 1) / 2) * DODGE
        points = []
        for place, level in enumerate(levels):
            here = runs[(runs[first] == name) & (runs[factor] == level)]
            rates = here["win_rate"].to_numpy(dtype=np.float64)
            if not len(rates):
                continue
            mean, low, high = percents([rates.mean(), *mean_interval(rates)[1:]])
            points.append((place + shift, mean))
            ends.append(mean)
            if not math.isnan(low):
                whisker = {**WHISKER, "color": colours[name], "capsize": 2}
                axes.errorbar(place + shift, mean, yerr=reach(mean, low, high), **whisker)
                ends += [low, high]
        if points:
            axes.plot(*zip(*points, strict=True), color=colours[name], marker="o", markersize=3.5)
    axes.set_xticks(range(len(levels)), list(map(short, levels)))
    axes.set_xlim(-0.4, len(levels) - 0.6)
    axes.set_ylim(*span(ends))
    axes.set_xlabel(study.factor_text(factor))
    axes.set_ylabel("win rate (%)")
    axes.grid(axis="y")
