"""Loss, exploration and game length by round, of every run. Shows no results of play."""

from matplotlib.figure import Figure

from cuttle.analysis.panels import draw_curves, draw_legend, round_axis, runs_text
from cuttle.analysis.study import Study, StudyRun
from cuttle.analysis.style import DOUBLE_COLUMN, looks, set_caption, styled

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
        rounds: set[int] = set()
        for network_type, look in looks(study.types).items():
            curves = [_values(run, column) for run in study.runs_of(network_type)]
            rounds.update(draw_curves(axes, curves, look))
        axes.set_ylim(bottom=0)
        round_axis(axes, rounds)
        axes.set_ylabel(label)
        axes.grid()
    draw_legend(figure, study)
    caption = (
        "Training by round: mean loss of the round's updates, epsilon at its end, and mean number "
        f"of decisions in a self-play game. Thick lines are means over runs ({runs_text(study)}), "
        "thin lines single runs. Losses are no measure of skill: they rise as values spread out."
    )
    return set_caption(figure, caption, note=f"thick: mean; thin: runs; {runs_text(study)}")


def _values(run: StudyRun, column: str) -> dict[int, float]:
    """Return a column of a run's metrics by round, without the rounds that have no value."""
    return {row["round"]: row[column] for row in run.metrics if row.get(column) is not None}
