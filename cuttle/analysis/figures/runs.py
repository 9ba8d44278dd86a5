"""Every run in the order of its number, with the noise of its own games. Compares no types."""

from matplotlib.figure import Figure

from cuttle.analysis.estimators.binomial import wilson_interval
from cuttle.analysis.panels import draw_legend, fine, games_text, opponent_panels, percents, span
from cuttle.analysis.study import Study
from cuttle.analysis.style import looks, set_caption, styled

PANEL_HEIGHT = 1.9


@styled
def draw(study: Study) -> Figure:
    """Draw one panel an opponent: a dot a run, its whisker the luck of its own games."""
    figure, panels = opponent_panels(study, PANEL_HEIGHT)
    for opponent, axes in panels.items():
        place = 0
        ends: list[float] = []
        for network_type, look in looks(study.types).items():
            runs = study.runs_of(network_type)
            for run in runs:
                tally = run.tally(opponent)
                if not tally.games:
                    continue
                interval = wilson_interval(tally.wins, tally.games)
                rate, low, high = percents([tally.win_rate, interval.low, interval.high])
                reach = [[max(0.0, rate - low)], [max(0.0, high - rate)]]
                axes.errorbar(
                    place,
                    rate,
                    yerr=reach,
                    color=look.colour,
                    marker=look.marker,
                    markersize=fine(3, len(runs)),
                    linewidth=fine(0.8, len(runs)),
                    capsize=0,
                    clip_on=False,
                )
                ends += [low, high]
                place += 1
            place += 1  # a gap between types
        axes.set_xticks([])
        axes.set_ylim(*span(ends))
        axes.set_xlabel("runs, in the order of their numbers")
        axes.set_ylabel("win rate (%)")
        axes.grid(axis="y")
    draw_legend(figure, study, marker=True)
    caption = (
        f"Final win rate of every run with a 95 % Wilson interval of its own games "
        f"({games_text(study)}). Spread far beyond the whiskers is due to seeds; spread far within "
        "them would mean that runs are too alike."
    )
    return set_caption(
        figure, caption, note="point: run; whisker: 95 % Wilson interval of its games"
    )
