"""Final win rates as boxes, with every run as a point. Tests nothing."""

from matplotlib.figure import Figure

from cuttle.analysis.panels import (
    category_panels,
    draw_runs,
    games_text,
    label_groups,
    percents,
    runs_text,
    span,
)
from cuttle.analysis.study import Study
from cuttle.analysis.style import INK, looks, set_caption, styled

BOX_HEIGHT = 0.32
DROP, LIFT = 0.14, 0.24  # box below the middle, runs above it


@styled
def draw(study: Study) -> Figure:
    """Draw one panel an opponent, the primary one first."""
    figure, panels = category_panels(study, len(study.types))
    for opponent, axes in panels.items():
        groups = study.win_rates(opponent)
        label_groups(axes, groups)
        low, high = span([v for rates in groups.values() for v in percents(rates)])
        for place, (network_type, look) in enumerate(looks(study.types).items()):
            if not (values := percents(groups[network_type])):
                continue
            axes.boxplot(
                values,
                positions=[place + DROP],
                widths=BOX_HEIGHT,
                orientation="horizontal",
                manage_ticks=False,
                showfliers=False,  # every run is drawn as a point
                patch_artist=True,
                boxprops={"facecolor": look.colour, "alpha": 0.45, "edgecolor": look.colour},
                medianprops={"color": INK, "linewidth": 1.4},
                whiskerprops={"color": look.colour, "linewidth": 1.0},
                capprops={"color": look.colour, "linewidth": 1.0},
            )
            draw_runs(axes, place - LIFT, values, look, axis_length=high - low)
        axes.set_xlim(low, high)
        axes.set_xlabel("win rate (%)")
    caption = (
        f"Distribution of the final win rate over runs, {games_text(study)}. Boxes span the "
        "quartiles (type 7) with the median as a line, whiskers reach the furthest run within "
        f"1.5 interquartile ranges, points are single runs ({runs_text(study)})."
    )
    note = "box: quartiles and median; whiskers: 1.5 interquartile ranges; points: runs"
    return set_caption(figure, caption, note=note)
