"""Time and throughput of every run. Reads clocks: it differs from machine to machine."""

from matplotlib.figure import Figure

from cuttle.analysis.captions import runs_text
from cuttle.analysis.data import Study, by_condition
from cuttle.analysis.figures._axes import draw_runs, label_groups
from cuttle.analysis.figures._panels import row_height
from cuttle.analysis.statistics import cost
from cuttle.analysis.style import DOUBLE_COLUMN, set_caption, styled, styles

MAX_SECONDS = 300  # longer times are shown in minutes


@styled
def draw(study: Study) -> Figure:
    """Draw the training time on the left and the self-play games per second on the right."""
    figure = Figure(figsize=(DOUBLE_COLUMN, row_height(study, len(study.labels))))
    left, right = figure.subplots(1, 2, sharey=True)
    runs = cost.run_costs(study)
    is_long = runs["duration_s"].max() > MAX_SECONDS
    for axes, column, scale in (
        (left, "duration_s", 60 if is_long else 1),
        (right, "self_play_games_per_s", 1),
    ):
        groups = {name: values / scale for name, values in by_condition(runs, column).items()}
        label_groups(axes, study, groups)
        length = max((float(v) for values in groups.values() for v in values), default=1.0)
        for place, (condition, style) in enumerate(styles(study).items()):
            if len(values := groups[condition]):
                mean = values.mean()
                axes.barh(place, mean, 0.6, color=style.colour, alpha=0.6, edgecolor=style.colour)
                draw_runs(axes, place, list(values), style, axis_length=length)
        axes.set_xlim(left=0)
    left.set_xlabel(f"time of a run ({'min' if is_long else 's'})")
    right.set_xlabel("self-play (games per second)")
    caption = (
        "Wall-clock time of a run and self-play games per second, mean and single runs "
        f"({runs_text(study)}). Clocks depend on the machine and on what else it did."
    )
    return set_caption(figure, caption, note=f"bar: mean; points: runs; {runs_text(study)}")
