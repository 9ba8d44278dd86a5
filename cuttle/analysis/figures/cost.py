"""Time and throughput of every run. Reads clocks: it differs from machine to machine."""

from collections.abc import Mapping

from matplotlib.figure import Figure

from cuttle.analysis.panels import draw_runs, label_groups, row_height, runs_text
from cuttle.analysis.statistics.cost import run_costs
from cuttle.analysis.study import Study
from cuttle.analysis.style import DOUBLE_COLUMN, looks, set_caption, styled


@styled
def draw(study: Study) -> Figure:
    """Draw the training time on the left and the games a second of self-play on the right."""
    figure = Figure(figsize=(DOUBLE_COLUMN, row_height(len(study.types))))
    left, right = figure.subplots(1, 2, sharey=True)
    costs = {run.run_id: run_costs(run) for run in study.runs}
    seconds = {run: cost["duration_s"] for run, cost in costs.items()}
    rates = {run: cost["self_play_games_per_s"] for run, cost in costs.items()}
    scale, unit = (
        (60.0, "min") if max(filter(None, seconds.values()), default=0) > 300 else (1, "s")
    )
    for axes, values, size in ((left, seconds, scale), (right, rates, 1.0)):
        groups = _by_type(study, values, size)
        length = max((n for numbers in groups.values() for n in numbers), default=1.0)
        label_groups(axes, groups)
        for place, (network_type, look) in enumerate(looks(study.types).items()):
            if numbers := groups[network_type]:
                mean = sum(numbers) / len(numbers)
                axes.barh(place, mean, 0.6, color=look.colour, alpha=0.6, edgecolor=look.colour)
                draw_runs(axes, place, numbers, look, axis_length=length)
        axes.set_xlim(left=0)
    left.set_xlabel(f"time of a run ({unit})")
    right.set_xlabel("self-play (games a second)")
    caption = (
        f"Wall-clock time of a run and games a second of self-play, mean and single runs "
        f"({runs_text(study)}). Clocks depend on the machine and on what else it did."
    )
    return set_caption(figure, caption, note=f"bar: mean; points: runs; {runs_text(study)}")


def _by_type(
    study: Study, values: Mapping[str, float | None], size: float
) -> dict[str, list[float]]:
    """Group the values that exist by network type, in units of `size`."""
    return {
        network_type: [
            value / size
            for run in study.runs_of(network_type)
            if (value := values[run.run_id]) is not None
        ]
        for network_type in study.types
    }
