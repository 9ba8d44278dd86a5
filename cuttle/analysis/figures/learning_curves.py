"""Win rate by round: mean, pointwise interval band, and every run as a light line. No tests."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cuttle.analysis.estimators.core import NotComputable
from cuttle.analysis.estimators.descriptive import t_interval
from cuttle.analysis.matches import Curve
from cuttle.analysis.panels import draw_curves, draw_legend, opponent_panels, round_axis, runs_text
from cuttle.analysis.study import Study
from cuttle.analysis.style import Look, looks, set_caption, styled

PANEL_HEIGHT = 2.1
MAX_BANDS = 5  # network types; more bands than this cover each other


@styled
def draw(study: Study) -> Figure:
    """Draw one panel an opponent, the primary one first."""
    figure, panels = opponent_panels(study, PANEL_HEIGHT)
    has_bands = len(study.types) <= MAX_BANDS
    for opponent, axes in panels.items():
        groups = study.curves(opponent)
        for network_type, look in looks(study.types).items():
            if groups[network_type]:
                _curves(axes, groups[network_type], look, has_bands=has_bands)
        axes.set_ylim(0, 100)
        round_axis(axes, (int(r) for curves in groups.values() for c in curves for r in c.rounds))
        axes.set_ylabel("win rate (%)")
        axes.grid()
    draw_legend(figure, study)
    spread = (
        ", bands pointwise 95 % t-intervals of the mean, thin lines single runs. A band that holds "
        "at each round alone need not hold for the whole curve."
        if has_bands
        else "; intervals and single runs are left out, as so many would cover each other."
    )
    caption = (
        f"Validation win rate after each round ({_games(study)} games a run, round and opponent). "
        f"Thick lines are means over the runs that reached the round ({runs_text(study)}){spread}"
    )
    shown = "; band: pointwise 95 % t-interval; thin: runs" if has_bands else ", without intervals"
    return set_caption(figure, caption, note=f"line: mean{shown}; {runs_text(study)}")


def _games(study: Study) -> str:
    """Say how many validation games a point of a run rests on."""
    games = {int(n) for o in study.opponents for run in study.runs for n in run.curve(o).games}
    if not games:
        return "no"
    return f"{min(games):,}" if len(games) == 1 else f"{min(games):,} to {max(games):,}"


def _curves(axes: Axes, curves: Sequence[Curve], look: Look, *, has_bands: bool) -> None:
    """Draw the mean of one type and, where there is room, its band and its runs."""
    rates = [
        dict(zip(curve.rounds.tolist(), (100 * curve.win_rate).tolist(), strict=True))
        for curve in curves
    ]
    by_round = draw_curves(axes, rates, look, has_runs=has_bands)
    if not has_bands:
        return
    ends = [t_interval(values) for values in by_round.values()]
    low = [np.nan if isinstance(e, NotComputable) else e.low for e in ends]
    high = [np.nan if isinstance(e, NotComputable) else e.high for e in ends]
    axes.fill_between(list(by_round), low, high, color=look.colour, alpha=0.16, linewidth=0)
