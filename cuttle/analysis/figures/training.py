"""Loss, exploration and game length by round, of every run. Shows no results of play."""

from matplotlib.figure import Figure

from cuttle.analysis.captions import runs_text
from cuttle.analysis.data import Study
from cuttle.analysis.figures._axes import draw_curves, draw_mean, round_axis
from cuttle.analysis.figures._panels import MAX_FACETS, draw_legend
from cuttle.analysis.style import DOUBLE_COLUMN, set_caption, styled, styles

HEIGHT = 2.1
COLUMNS = {
    "loss": "mean loss",
    "epsilon": "epsilon at the end",
    "game_length": "decisions per game",
}


@styled
def draw(study: Study) -> Figure:
    """Draw one panel per column of the metrics."""
    figure = Figure(figsize=(DOUBLE_COLUMN, HEIGHT))
    for axes, (column, label) in zip(figure.subplots(1, 3), COLUMNS.items(), strict=True):
        rounds = study.rounds.dropna(subset=[column])
        for condition, style in styles(study).items():
            curves = rounds[rounds["condition"] == condition]
            if len(study.labels) <= MAX_FACETS:
                draw_curves(axes, curves, column, style)
            means = curves.groupby("round")[column].mean()
            draw_mean(axes, means.index.to_numpy(dtype=float), means.to_numpy(), style)
        axes.set_ylim(bottom=0)
        round_axis(axes, rounds["round"])
        axes.set_ylabel(label)
        axes.grid()
    draw_legend(figure, study)
    caption = (
        "Training by round: mean loss of the round's updates, epsilon at its end, and mean number "
        f"of decisions in a self-play game. Thick lines are means over runs ({runs_text(study)}), "
        "thin lines single runs. Losses are no measure of skill: they rise as values spread out."
    )
    return set_caption(figure, caption, note=f"thick: mean; thin: runs; {runs_text(study)}")
