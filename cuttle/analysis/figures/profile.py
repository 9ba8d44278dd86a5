"""Performance profile: the share of runs above each win rate."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cuttle.analysis.captions import games_text, runs_text
from cuttle.analysis.data import Study
from cuttle.analysis.figures._axes import percents, span
from cuttle.analysis.figures._panels import (
    draw_legend,
    facets,
    is_last_row,
    line_panels,
    opponent_panels,
    shown_conditions,
)
from cuttle.analysis.style import clip, set_caption, styled, styles

PANEL_HEIGHT = 2.0


@styled
def draw(study: Study) -> Figure:
    """Draw one panel per opponent, or per setting where more than the colour's factor varies."""
    groups = facets(study)
    if len(groups) == 1:
        (conditions,) = groups.values()
        figure, panels = opponent_panels(study, PANEL_HEIGHT)
        grid = {("", opponent): axes for opponent, axes in panels.items()}
        groups = {"": conditions}
    else:
        figure, grid = line_panels(study, study.opponents[:2], PANEL_HEIGHT)
    opponents = list(dict.fromkeys(opponent for _, opponent in grid))
    for (title, opponent), axes in grid.items():
        _draw_panel(axes, study, opponent, groups[title])
        is_one_of_many = len(groups) > 1 and len(opponents) > 1
        axes.set_ylabel(f"vs {clip(opponent, 13)}" if is_one_of_many else "share of runs above")
        if is_last_row(axes) or len(groups) == 1:
            axes.set_xlabel("win rate (%)")
    if len(groups) == 1 or len(study.varying) > 1:
        draw_legend(figure, study)
    counts = runs_text(study, opponents)
    caption = (
        "Performance profile: the share of runs whose final win rate exceeds a threshold "
        f"({games_text(study, opponents)}, {counts}). A curve to the right of another is better at "
        f"every threshold.{shown_conditions(study)}"
    )
    return set_caption(figure, caption, note=f"steps: single runs; {counts}, no interval")


def _draw_panel(axes: Axes, study: Study, opponent: str, conditions: list[str]) -> None:
    groups = study.rates(opponent)
    low, high = span([rate for rates in groups.values() for rate in percents(rates)])
    for condition in conditions:
        rates = 100 * groups[condition]
        if not len(rates):
            continue
        # the share falls just at each run's own rate: steps, not slopes
        steps = np.unique(np.concatenate([[low], rates, [high]]))
        shares = (rates[:, None] > steps).mean(axis=0)
        style = styles(study)[condition]
        axes.step(steps, shares, where="post", color=style.colour, linestyle=style.dash)
    axes.set_xlim(low, high)
    axes.set_ylim(-0.02, 1.02)
    axes.grid()
