"""Loss, exploration and game length by round, of every run. Shows no results of play."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cuttle.analysis.panels import draw_legend, fine, round_axis, runs_text
from cuttle.analysis.study import Study, StudyRun
from cuttle.analysis.style import DOUBLE_COLUMN, Look, looks, set_caption, styled

HEIGHT = 2.1
COLUMNS = {
    "loss": "mean loss",
    "epsilon": "epsilon at the end",
    "game_length": "decisions a game",
}


@styled
def draw(study: Study) -> Figure:
    """Draw one panel a column of the metrics."""
    figure = Figure(figsize=(DOUBLE_COLUMN, HEIGHT))
    for axes, (column, label) in zip(figure.subplots(1, 3), COLUMNS.items(), strict=True):
        for network_type, look in looks(study.types).items():
            _lines(axes, study.runs_of(network_type), column, look)
        axes.set_ylim(bottom=0)
        has = (r for run in study.runs for r in run.metrics if r.get(column) is not None)
        round_axis(axes, (int(row["round"]) for row in has))
        axes.set_ylabel(label)
        axes.grid()
    draw_legend(figure, study)
    caption = (
        "Training by round: mean loss of the round's updates, epsilon at its end, and mean number "
        f"of decisions in a self-play game. Thick lines are means over runs ({runs_text(study)}), "
        "thin lines single runs. Losses of different networks are not on one scale of skill."
    )
    return set_caption(figure, caption, note=f"thick: mean; thin: runs; {runs_text(study)}")


def _lines(axes: Axes, runs: Sequence[StudyRun], column: str, look: Look) -> None:
    """Draw each run of a type and their mean over the runs that have the round."""
    by_round: dict[int, list[float]] = {}
    for run in runs:
        rows = [
            (int(r["round"]), float(r[column])) for r in run.metrics if r.get(column) is not None
        ]
        axes.plot(*zip(*rows, strict=True) if rows else ([], []), color=look.colour,
                  linewidth=0.5, alpha=fine(0.35, len(runs)))  # fmt: skip
        for number, value in rows:
            by_round.setdefault(number, []).append(value)
    rounds = sorted(by_round)
    means = [sum(by_round[r]) / len(by_round[r]) for r in rounds]
    marker = look.marker if len(rounds) == 1 else None
    axes.plot(rounds, means, color=look.colour, linestyle=look.dash, marker=marker, zorder=3)
