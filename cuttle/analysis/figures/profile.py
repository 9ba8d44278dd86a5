"""Performance profile: the share of runs above each win rate. Tests nothing."""

import numpy as np
from matplotlib.figure import Figure

from cuttle.analysis.estimators.descriptive import performance_profile
from cuttle.analysis.panels import draw_legend, games_text, opponent_panels, runs_text, span
from cuttle.analysis.study import Study
from cuttle.analysis.style import looks, set_caption, styled

PANEL_HEIGHT = 2.0


@styled
def draw(study: Study) -> Figure:
    """Draw one panel an opponent, the primary one first."""
    figure, panels = opponent_panels(study, PANEL_HEIGHT)
    for opponent, axes in panels.items():
        groups = study.win_rates(opponent)
        rates = np.concatenate([np.zeros(0), *groups.values()])
        low, high = span([100 * float(rate) for rate in rates])
        for network_type, look in looks(study.types).items():
            if not len(groups[network_type]):
                continue
            # the share falls just at each run's own rate: steps, not slopes
            steps = np.unique(np.concatenate([[low / 100], groups[network_type], [high / 100]]))
            shares = performance_profile(groups[network_type], steps)
            axes.step(
                100 * steps, shares, where="post", color=look.colour, linestyle=look.dash,
                label=network_type,
            )  # fmt: skip
        axes.set_xlim(low, high)
        axes.set_ylim(-0.02, 1.02)
        axes.set_xlabel("win rate (%)")
        axes.set_ylabel("share of runs above")
        axes.grid()
    draw_legend(figure, study)
    caption = (
        f"Performance profile: the share of runs whose final win rate exceeds a threshold "
        f"({games_text(study)}, {runs_text(study)}). A curve to the right of another is better at "
        "every threshold."
    )
    return set_caption(figure, caption, note=f"steps: single runs; {runs_text(study)}, no interval")
