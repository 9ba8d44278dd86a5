"""Heat map of final win rates: opponents by conditions."""

from matplotlib.figure import Figure

from cuttle.analysis.captions import games_text, runs_text
from cuttle.analysis.data import Study
from cuttle.analysis.figures._axes import heat_map
from cuttle.analysis.figures._panels import is_dense
from cuttle.analysis.statistics import descriptives
from cuttle.analysis.style import DOUBLE_COLUMN, SINGLE_COLUMN, clip, set_caption, short, styled

CELL_WIDTH = 0.95  # inches
CELL_HEIGHT, DENSE_CELL_HEIGHT = 0.42, 0.24


@styled
def draw(study: Study) -> Figure:
    """Draw one row per condition and one column per opponent, on the scale from 0 to 100%."""
    is_small = is_dense(study, len(study.labels))
    margin = 3.2 if is_small else 1.5  # inches for labels and the colour bar
    width = min(DOUBLE_COLUMN, max(SINGLE_COLUMN, margin + CELL_WIDTH * len(study.opponents)))
    cell_height = DENSE_CELL_HEIGHT if is_small else CELL_HEIGHT
    figure = Figure(figsize=(width, 1.2 + cell_height * len(study.labels)))
    table = descriptives.compute(study).pivot(index="condition", columns="opponent")
    table = table.reindex(study.labels)
    columns = [f"{short(name)}\n({role})" for name, role in study.roles.items()]
    rows = [clip(name, 36) if is_small else short(name) for name in study.labels]
    cells = {part: table[part][list(study.opponents)].to_numpy(dtype=float)
             for part in ("mean", "ci_low", "ci_high")}  # fmt: skip
    heat_map(figure, rows, columns, **cells)
    caption = (
        f"Mean final win rate in percent by {study.noun} and opponent, ± half the width of the "
        f"95% t-interval ({games_text(study)}, {runs_text(study, study.opponents)})."
    )
    note = f"mean over runs ± half a 95% t-interval; {runs_text(study, study.opponents)}"
    return set_caption(figure, caption, note=note)
