"""Win rate by round: mean, pointwise interval band, and every run as a light line."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cuttle.analysis.data import Study
from cuttle.analysis.figures._axes import draw_curves, draw_mean, round_axis
from cuttle.analysis.figures._panels import (
    draw_legend,
    facets,
    is_last_row,
    line_panels,
    opponent_panels,
    shown_conditions,
)
from cuttle.analysis.statistics import learning_curves
from cuttle.analysis.style import Style, clip, set_caption, styled, styles
from cuttle.runs.formatting import pluralize

PANEL_HEIGHT = 2.1
MAX_BANDS = 5  # conditions of a panel; more bands than this cover each other
FAINT_LINE = Style("#C8C8C8", "", "-")


@styled
def draw(study: Study) -> Figure:
    """Draw one panel per opponent, or per setting where more than the colour's factor varies."""
    groups = facets(study)
    if len(groups) == 1:
        (conditions,) = groups.values()
        figure, panels = opponent_panels(study, PANEL_HEIGHT)
        for opponent, axes in panels.items():
            _draw_panel(axes, study, opponent, conditions)
        opponents = list(panels)
        draw_legend(figure, study)
    else:
        figure, grid = line_panels(study, study.opponents[:2], PANEL_HEIGHT)
        opponents = list(dict.fromkeys(opponent for _, opponent in grid))
        for (title, opponent), axes in grid.items():
            _draw_panel(axes, study, opponent, groups[title], is_facet=True)
            if len(opponents) > 1:
                axes.set_ylabel(f"% vs {clip(opponent, 13)}")
        if len(study.varying) > 1:
            draw_legend(figure, study)
    has_bands = max(map(len, groups.values())) <= MAX_BANDS
    return _captioned(figure, study, opponents, has_bands=has_bands)


def _draw_panel(
    axes: Axes, study: Study, opponent: str, conditions: list[str], *, is_facet: bool = False
) -> None:
    """Draw the means of conditions and, where there is room, their bands and runs."""
    table = learning_curves.compute(study).query("opponent == @opponent")
    runs = study.curves[study.curves["opponent"] == opponent]
    runs = runs.assign(percent=100 * runs["win_rate"])
    means = dict(list(table.groupby("condition", observed=True, sort=False)))
    if len(conditions) == 1:  # alone in its panel: the others stand faint behind it
        for other in means.values():
            draw_mean(axes, other["round"].to_numpy(), 100 * other["mean"].to_numpy(), FAINT_LINE)
    for condition in conditions:
        if condition not in means:
            continue
        rows, style = means[condition].dropna(subset=["mean"]), styles(study)[condition]
        rounds = rows["round"].to_numpy(dtype=float)
        if len(conditions) <= MAX_BANDS:
            draw_curves(axes, runs[runs["condition"] == condition], "percent", style)
            low, high = (100 * rows[end].to_numpy() for end in ("ci_low", "ci_high"))
            axes.fill_between(rounds, low, high, color=style.colour, alpha=0.16, linewidth=0)
        draw_mean(axes, rounds, 100 * rows["mean"].to_numpy(), style)
    axes.set_ylim(0, 100)
    round_axis(axes, table["round"], has_label=is_last_row(axes) or not is_facet)
    axes.set_ylabel("win rate (%)")
    axes.grid()


def _captioned(figure: Figure, study: Study, opponents: list[str], *, has_bands: bool) -> Figure:
    curves = study.curves[study.curves["opponent"].isin(opponents)]
    low, high = (curves["games"].min(), curves["games"].max()) if len(curves) else (0, 0)
    games = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    reached = curves.groupby(["opponent", "condition", "round"], observed=True).size()
    fewest, most = (int(reached.min()), int(reached.max())) if len(reached) else (0, 0)
    counts = f"{fewest} to {pluralize(most, 'run')}" if fewest < most else pluralize(most, "run")
    counts += f" per {study.noun} and round"
    spread = (
        ", bands pointwise 95% t-intervals of the mean, thin lines single runs. A band that holds "
        "at each round alone need not hold for the whole curve."
        if has_bands
        else "; intervals and single runs are left out, as so many would cover each other."
    )
    caption = (
        f"Validation win rate against {' and '.join(opponents)} after each round ({games} games "
        f"per run, round and opponent). Thick lines are means over the runs that reached the round "
        f"({counts}){spread}{shown_conditions(study)}"
    )
    shown = "; band: pointwise 95% t-interval; thin: runs" if has_bands else ", without intervals"
    return set_caption(figure, caption, note=f"line: mean{shown}; {counts}")
