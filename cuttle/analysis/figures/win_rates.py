"""Final win rates: a bar from zero, its interval, and every run as a point."""

from matplotlib.figure import Figure

from cuttle.analysis.captions import games_text, runs_text
from cuttle.analysis.data import Study
from cuttle.analysis.figures._axes import draw_runs, draw_whisker, label_groups, percents
from cuttle.analysis.figures._panels import category_panels
from cuttle.analysis.numerics import rows_of
from cuttle.analysis.statistics import descriptives
from cuttle.analysis.style import set_caption, styled, styles

BAR_HEIGHT = 0.7
LIFT = 0.17  # runs above the middle of the bar, the whisker below it


@styled
def draw(study: Study) -> Figure:
    """Draw one panel per opponent, the primary one first."""
    figure, panels = category_panels(study)
    found = rows_of(descriptives.compute(study))
    table = {(row["opponent"], row["condition"]): row for row in found}
    for opponent, axes in panels.items():
        groups = study.rates(opponent)
        label_groups(axes, study, groups)
        for place, (condition, style) in enumerate(styles(study).items()):
            if not (values := percents(groups[condition])):
                continue
            row = table[opponent, condition]
            mean, low, high = percents([row["mean"], row["ci_low"], row["ci_high"]])
            axes.barh(
                place, mean, BAR_HEIGHT, color=style.colour, alpha=0.6, edgecolor=style.colour
            )
            draw_whisker(axes, place + LIFT, mean, low, high)
            draw_runs(axes, place - LIFT, values, style)
        axes.set_xlim(0, 100)
        axes.set_xlabel("win rate (%)")
    caption = (
        f"Final win rate by {study.noun}, {games_text(study, panels)}. Bars are means over runs, "
        f"whiskers 95% t-intervals of the mean, points single runs ({runs_text(study, panels)}). "
        "A draw counts as not won."
    )
    note = f"bars: mean; whiskers: 95% t-interval; points: runs; {games_text(study, panels)}"
    return set_caption(figure, caption, note=note)
