"""Every run in the order of its number, with the sampling error of its own games."""

from matplotlib.figure import Figure

from cuttle.analysis.captions import games_text
from cuttle.analysis.data import Study
from cuttle.analysis.figures._axes import percents, reach, scale_for_count, span
from cuttle.analysis.figures._panels import draw_legend, opponent_panels
from cuttle.analysis.statistics import run_intervals
from cuttle.analysis.style import set_caption, styled, styles

PANEL_HEIGHT = 1.9


@styled
def draw(study: Study) -> Figure:
    """Draw one panel per opponent: a dot per run, its whisker the sampling error of its games."""
    figure, panels = opponent_panels(study, PANEL_HEIGHT)
    table = run_intervals.compute(study)
    for opponent, axes in panels.items():
        place = 0
        ends: list[float] = []
        rows = table[table["opponent"] == opponent]
        for condition, style in styles(study).items():
            runs = rows[rows["condition"] == condition].sort_values("run")
            for row in runs[["win_rate", "ci_low", "ci_high"]].to_numpy():
                rate, low, high = percents(row)
                axes.errorbar(
                    place,
                    rate,
                    yerr=reach(rate, low, high),
                    color=style.colour,
                    marker=style.marker,
                    markersize=scale_for_count(3, len(runs)),
                    linewidth=scale_for_count(0.8, len(runs)),
                    capsize=0,
                    clip_on=False,
                )
                ends += [low, high]
                place += 1
            place += 1  # a gap between conditions
        axes.set_xticks([])
        axes.set_ylim(*span(ends))
        axes.set_xlabel("runs, in the order of their numbers")
        axes.set_ylabel("win rate (%)")
        axes.grid(axis="y")
    draw_legend(figure, study, marker=len(study.varying) <= 1)
    caption = (
        f"Final win rate of every run with a 95% Wilson interval of its own games "
        f"({games_text(study, panels)}). Spread far beyond the whiskers is due to seeds; spread "
        "far within them would mean that runs are too alike."
    )
    return set_caption(
        figure, caption, note="point: run; whisker: 95% Wilson interval of its games"
    )
