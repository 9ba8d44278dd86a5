"""Final win rates: a bar from zero, its interval, and every run as a point. Tests nothing."""

from matplotlib.figure import Figure

from cuttle.analysis.estimators.descriptive import t_interval
from cuttle.analysis.panels import (
    category_panels,
    draw_runs,
    draw_whisker,
    games_text,
    label_groups,
    percents,
    runs_text,
)
from cuttle.analysis.study import Study
from cuttle.analysis.style import looks, set_caption, styled

BAR_HEIGHT = 0.7
LIFT = 0.17  # runs above the middle of the bar, the whisker below it


@styled
def draw(study: Study) -> Figure:
    """Draw one panel an opponent, the primary one first."""
    figure, panels = category_panels(study)
    for opponent, axes in panels.items():
        groups = study.win_rates(opponent)
        label_groups(axes, groups)
        for place, (network_type, look) in enumerate(looks(study.types).items()):
            if not (values := percents(groups[network_type])):
                continue
            mean = sum(values) / len(values)
            axes.barh(place, mean, BAR_HEIGHT, color=look.colour, alpha=0.6, edgecolor=look.colour)
            draw_whisker(axes, place + LIFT, mean, t_interval(groups[network_type]))
            draw_runs(axes, place - LIFT, values, look)
        axes.set_xlim(0, 100)
        axes.set_xlabel("win rate (%)")
    caption = (
        f"Final win rate by network type, {games_text(study)}. Bars are means over runs, whiskers "
        f"95 % t-intervals of the mean, points single runs ({runs_text(study)}). "
        "A draw counts as not won."
    )
    note = f"bars: mean; whiskers: 95 % t-interval; points: runs; {games_text(study)}"
    return set_caption(figure, caption, note=note)
