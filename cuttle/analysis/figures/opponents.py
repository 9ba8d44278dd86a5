"""Heat map of final win rates: opponents by network types. Tests nothing."""

from matplotlib import colormaps
from matplotlib.figure import Figure

from cuttle.analysis.estimators.core import FloatArray, NotComputable
from cuttle.analysis.estimators.descriptive import t_interval
from cuttle.analysis.panels import games_text, runs_text
from cuttle.analysis.study import Study
from cuttle.analysis.style import DOUBLE_COLUMN, SINGLE_COLUMN, set_caption, short, styled

COLOUR_MAP = "cividis"  # grows in lightness: readable in grey and under colour deficiencies
CELL_WIDTH = 0.95  # inches
CELL_HEIGHT = 0.42
MAX_UPRIGHT = 5  # names that stand beside each other on a page


@styled
def draw(study: Study) -> Figure:
    """Draw one row a type and one column an opponent, all on the scale from 0 to 100 %."""
    width = min(DOUBLE_COLUMN, max(SINGLE_COLUMN, 1.5 + CELL_WIDTH * len(study.opponents)))
    figure = Figure(figsize=(width, 1.2 + CELL_HEIGHT * len(study.types)))
    axes = figure.subplots()
    means = [[_mean(study.win_rates(o)[t]) for o in study.opponents] for t in study.types]
    picture = axes.imshow(means, cmap=COLOUR_MAP, vmin=0, vmax=100, aspect="auto")
    for row, network_type in enumerate(study.types):
        for column, opponent in enumerate(study.opponents):
            mean = means[row][column]
            red, green, blue, _ = colormaps[COLOUR_MAP](mean / 100 if mean == mean else 0.0)
            is_light = 0.299 * red + 0.587 * green + 0.114 * blue > 0.5
            axes.text(
                column, row, _cell(study.win_rates(opponent)[network_type]),
                ha="center", va="center", fontsize=7,
                color="black" if is_light or mean != mean else "white",
            )  # fmt: skip
    axes.set_yticks(range(len(study.types)), [short(name) for name in study.types])
    names = [f"{short(name)}\n({study.roles[name]})" for name in study.opponents]
    is_tight = len(names) > MAX_UPRIGHT
    axes.set_xticks(range(len(names)), names, rotation=30 if is_tight else 0)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(picture, ax=axes, shrink=0.9, pad=0.02)
    bar.set_label("mean win rate (%)")
    bar.outline.set_visible(False)
    caption = (
        f"Mean final win rate in percent by network type and opponent, ± half the width of the "
        f"95 % t-interval ({games_text(study)}, {runs_text(study)})."
    )
    note = f"mean over runs ± half a 95 % t-interval; {runs_text(study)}"
    return set_caption(figure, caption, note=note)


def _mean(rates: FloatArray) -> float:
    """Return the mean in percent, NaN (an empty cell) without runs."""
    return 100 * float(rates.mean()) if len(rates) else float("nan")


def _cell(rates: FloatArray) -> str:
    if not len(rates):
        return "no run"
    interval = t_interval(rates)
    if isinstance(interval, NotComputable):
        return f"{_mean(rates):.1f}"
    return f"{_mean(rates):.1f}\n± {50 * (interval.high - interval.low):.1f}"
