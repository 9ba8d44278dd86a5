"""Figures over rounds: win rates, losses, shares of runs above a win rate."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cuttle.analysis.captions import games_text, range_text, runs_text
from cuttle.analysis.data import Study
from cuttle.analysis.figure import figure
from cuttle.analysis.figures._axes import draw_curves, draw_mean, percents, round_axis, span_of
from cuttle.analysis.figures._panels import (
    MAX_FACETS,
    Facet,
    draw_legend,
    facet_grid,
    shown_conditions,
)
from cuttle.analysis.statistic import of_opponent
from cuttle.analysis.statistics import learning
from cuttle.analysis.style import DOUBLE_COLUMN, Style, set_caption, styles

MAX_BANDS = 5  # conditions of a panel; more bands than this cover each other
FAINT_LINE = Style("#C8C8C8", "", "-")
METRICS = {
    "loss": "mean loss",
    "epsilon": "epsilon at the end",
    "game_length": "decisions per game",
}


@figure
def learning_curves(study: Study) -> Figure:
    """Draw win rates by round: mean, interval band and runs; a panel per opponent or setting."""
    drawn, grid = facet_grid(study, 2.1)
    table, style = learning.learning_curves(study), styles(study)
    for facet in grid:
        means = of_opponent(table, facet.opponent)
        _draw_curves(facet.axes, study, means, facet, style)
        facet.axes.set_ylim(0, 100)
        round_axis(facet.axes, means["round"], has_label=facet.is_last)
        facet.axes.set_ylabel(f"% {facet.versus}" if facet.versus else "win rate (%)")
        facet.axes.grid()
    has_bands = all(len(facet.conditions) <= MAX_BANDS for facet in grid)
    opponents = list(dict.fromkeys(facet.opponent for facet in grid))
    curves = study.curves[study.curves["opponent"].isin(opponents)]
    reached = curves.groupby(["opponent", "condition", "round"], observed=True).size()
    counts = f"{range_text(reached, 'run')} per {study.noun} and round"
    spread = (
        ", bands pointwise 95% t-intervals of the mean, thin lines single runs. A band that holds "
        "at each round alone need not hold for the whole curve."
        if has_bands
        else "; intervals and single runs are left out, as so many would cover each other."
    )
    caption = (
        f"Validation win rate against {' and '.join(opponents)} after each round "
        f"({range_text(curves['games'], 'game')} per run, round and opponent). Thick lines are "
        f"means over the runs that reached the round ({counts}){spread}{shown_conditions(study)}"
    )
    shown = "; band: pointwise 95% t-interval; thin: runs" if has_bands else ", without intervals"
    return set_caption(drawn, caption, note=f"{_about(grid)}line: mean{shown}; {counts}")


def _about(grid: Sequence[Facet]) -> str:
    """Name the opponent that all of several panels have; others are named panel by panel."""
    first, *others = dict.fromkeys(facet.opponent for facet in grid)
    return f"against {first}; " * (len(grid) > 1 and not others)


def _draw_curves(
    axes: Axes, study: Study, table: pd.DataFrame, facet: Facet, style: Mapping[str, Style]
) -> None:
    """Draw the means of conditions and, where there is room, their bands and runs."""
    runs = of_opponent(study.curves, facet.opponent)
    runs = runs.assign(percent=100 * runs["win_rate"])
    percent = table.set_index("round")[["mean", "ci_low", "ci_high"]] * 100
    means = {
        str(name): rows for name, rows in percent.groupby(table["condition"].to_numpy(), sort=False)
    }
    if len(facet.conditions) == 1:  # alone in its panel: the others stand faint behind it
        for other in means.values():
            draw_mean(axes, other["mean"], FAINT_LINE)
    for condition in facet.conditions:
        if condition not in means:
            continue
        rows, colour = means[condition], style[condition].colour
        if len(facet.conditions) <= MAX_BANDS:
            mine = runs[runs["condition"] == condition]
            draw_curves(axes, mine, "percent", style[condition])
            low, high = rows["ci_low"], rows["ci_high"]
            axes.fill_between(rows.index, low, high, color=colour, alpha=0.16, linewidth=0)
        draw_mean(axes, rows["mean"], style[condition])


@figure
def profile(study: Study) -> Figure:
    """Draw the share of runs above each win rate; a panel per opponent or setting."""
    drawn, grid = facet_grid(study, 2.0)
    style = styles(study)
    for axes, opponent, conditions, is_last, versus in grid:
        groups = percents(study, opponent)
        low, high = span_of(groups)
        for condition in (name for name in conditions if len(groups[name])):
            # the share falls just at each run's own rate: steps, not slopes
            steps = np.unique([low, *groups[condition], high])
            shares = (groups[condition][:, None] > steps).mean(axis=0)
            colour, dash = style[condition].colour, style[condition].dash
            axes.step(steps, shares, where="post", color=colour, linestyle=dash)
        axes.set_xlim(low, high)
        axes.set_ylim(-0.02, 1.02)
        axes.grid()
        axes.set_ylabel(versus or "share of runs above")
        axes.set_xlabel("win rate (%)" if is_last else "")
    opponents = list(dict.fromkeys(facet.opponent for facet in grid))
    counts = runs_text(study, opponents)
    caption = (
        "Performance profile: the share of runs whose final win rate exceeds a threshold "
        f"({games_text(study, opponents)}, {counts}). A curve to the right of another is better at "
        f"every threshold.{shown_conditions(study)}"
    )
    return set_caption(
        drawn, caption, note=f"{_about(grid)}steps: single runs; {counts}, no interval"
    )


@figure
def training(study: Study) -> Figure:
    """Draw loss, exploration and game length by round, of every run."""
    drawn = Figure(figsize=(DOUBLE_COLUMN, 2.1))
    for axes, (column, label) in zip(drawn.subplots(1, 3), METRICS.items(), strict=True):
        rounds = study.rounds.dropna(subset=[column])
        for condition, style in styles(study).items():
            curves = rounds[rounds["condition"] == condition]
            if len(study.labels) <= MAX_FACETS:
                draw_curves(axes, curves, column, style)
            draw_mean(axes, curves.groupby("round")[column].mean(), style)
        axes.set_ylim(bottom=0)
        round_axis(axes, rounds["round"])
        axes.set_ylabel(label)
        axes.grid()
    draw_legend(drawn, study)
    caption = (
        "Training by round: mean loss of the round's updates, epsilon at its end, and mean number "
        f"of decisions in a self-play game. Thick lines are means over runs ({runs_text(study)}), "
        "thin lines single runs. Losses are no measure of skill: they rise as values spread out."
    )
    return set_caption(drawn, caption, note=f"thick: mean; thin: runs; {runs_text(study)}")
