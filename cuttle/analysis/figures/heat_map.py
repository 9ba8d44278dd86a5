"""Heat map of final win rates over two factors: levels of the first by settings of the others."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from cuttle.analysis.captions import games_text, runs_text
from cuttle.analysis.data import Study, level_text
from cuttle.analysis.figures._axes import heat_map
from cuttle.analysis.statistics import descriptives
from cuttle.analysis.style import (
    DOUBLE_COLUMN,
    SINGLE_COLUMN,
    clip,
    colour_factor,
    set_caption,
    setting_texts,
    styled,
)

CELL_WIDTH, CELL_HEIGHT = 0.8, 0.42  # inches
MAX_COLUMNS = 7  # beyond them settings stand on the vertical axis


@styled
def draw(study: Study) -> Figure | None:
    """Draw one cell per condition, for the first opponent; None for a single factor."""
    if len(study.varying) < 2:
        return None
    opponent = study.first_opponent
    first_factor = colour_factor(study)
    others = [factor for factor in study.varying if factor != first_factor]
    levels = [level_text(level) for level in study.conditions[first_factor]]
    settings = list(setting_texts(study).values())
    if len(others) == 1:
        settings = [level_text(level) for level in study.conditions[others[0]]]
    table = descriptives.compute(study).query("opponent == @opponent").set_index("condition")
    table = table.loc[study.labels].assign(level=levels, setting=settings)
    rows, columns = list(dict.fromkeys(levels)), list(dict.fromkeys(settings))
    index, across = "level", "setting"
    if len(columns) > MAX_COLUMNS:
        rows, columns, index, across = columns, rows, across, index
    cells = {}
    for part in ("mean", "ci_low", "ci_high"):
        grid = table.pivot(index=index, columns=across, values=part)
        cells[part] = grid.reindex(index=rows, columns=columns).to_numpy(dtype=float)
    width = min(DOUBLE_COLUMN, max(SINGLE_COLUMN, 2.2 + CELL_WIDTH * len(columns)))
    figure = Figure(figsize=(width, 1.3 + CELL_HEIGHT * len(rows)))
    heat_map(figure, _broken(rows), _broken(columns), **cells)
    if len(study.varying) == 2:
        names = [study.factor_text(factor) for factor in (first_factor, *others)]
        vertical, horizontal = names if index == "level" else names[::-1]
        figure.axes[0].set(xlabel=horizontal, ylabel=vertical)
    counts, first = runs_text(study, [opponent]), study.factor_text(first_factor)
    caption = (
        f"Mean final win rate against {opponent} in percent by {first} "
        f"and setting, ± half the width of the 95% t-interval ({games_text(study, [opponent])}, "
        f"{counts}). A setting that was not planned is empty."
    )
    note = f"against {opponent}; mean over runs ± half a 95% t-interval; {counts}"
    return set_caption(figure, caption, note=note)


def _broken(settings: Sequence[str]) -> list[str]:
    """Return settings with a line per factor."""
    return ["\n".join(clip(part, 24) for part in setting.split(", ")) for setting in settings]
