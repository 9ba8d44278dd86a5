"""Figures of several factors: heat maps, interactions, response curves."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from cuttle.analysis.captions import games_text, runs_text
from cuttle.analysis.data import Study, level_text
from cuttle.analysis.figure import figure
from cuttle.analysis.figures._axes import (
    WHISKER,
    heat_map_of,
    reach,
    scale_for_count,
    slant,
    span,
)
from cuttle.analysis.figures._panels import draw_legend, grid_of, is_dense
from cuttle.analysis.interpretation import capitalize
from cuttle.analysis.numerics import mean_interval, rows_of
from cuttle.analysis.statistics.factors import factorial
from cuttle.analysis.statistics.final import descriptives
from cuttle.analysis.style import (
    DOUBLE_COLUMN,
    SINGLE_COLUMN,
    clip,
    clip_lines,
    colour_factor,
    level_colours,
    row_labels,
    set_caption,
    setting_texts,
    short,
    styles,
)
from cuttle.runs.formatting import pluralize
from cuttle.runs.run_record import NETWORK_TYPE

PARTS = ["mean", "ci_low", "ci_high"]
MAX_COLUMNS = 7  # of a heat map; beyond them settings stand on the vertical axis
CELL_HEIGHT, DENSE_CELL_HEIGHT = 0.42, 0.24  # inches
MIN_LEVELS = 3  # fewer make no response curve
DECADE = 10  # the axis is logarithmic from this ratio of the largest to the smallest level on
MAX_ROWS = 6
MAX_TICKS = 12  # of the axis of a response curve
DODGE = 0.04  # of the distance between levels, so that intervals stand beside each other
RESPONSE_DODGE = 0.012  # of the axis


@figure
def opponents(study: Study) -> Figure:
    """Draw final win rates as a heat map: a row per condition and a column per opponent."""
    is_small, names = is_dense(study, len(study.labels)), list(study.opponents)
    margin = 3.2 if is_small else 1.5  # inches for labels and the colour bar
    width = min(DOUBLE_COLUMN, max(SINGLE_COLUMN, margin + 0.95 * len(names)))
    cell_height = DENSE_CELL_HEIGHT if is_small else CELL_HEIGHT
    drawn = Figure(figsize=(width, 1.2 + cell_height * len(study.labels)))
    cells = descriptives(study).pivot(index="condition", columns="opponent", values=PARTS)
    cells = cells.reindex(index=study.labels, columns=pd.MultiIndex.from_product([PARTS, names]))
    columns = [f"{short(name)}\n({role})" for name, role in study.roles.items()]
    labels, title = row_labels(study)
    rows = list(labels.values()) if is_small else list(map(short, study.labels))
    heat_map_of(drawn, cells, rows, columns)
    drawn.axes[0].set_ylabel(title)
    caption = (
        f"Mean final win rate in percent by {study.noun} and opponent, ± half the width of the "
        f"95% t-interval ({games_text(study)}, {runs_text(study, study.opponents)})."
    )
    note = f"mean over runs ± half a 95% t-interval; {runs_text(study, study.opponents)}"
    return set_caption(drawn, caption, note=note)


@figure
def heat_map(study: Study) -> Figure | None:
    """Draw a cell per condition: levels of the first factor by settings of the others.

    For the first opponent; None for a single factor.
    """
    if len(study.varying) < 2:
        return None
    opponent, first = study.first_opponent, colour_factor(study)
    others = [factor for factor in study.varying if factor != first]
    settings = list(setting_texts(study, between="\n").values())
    if len(others) == 1:
        settings = list(map(level_text, study.conditions[others[0]]))
    levels = list(map(level_text, study.conditions[first]))
    table = descriptives(study, opponent).set_index("condition").loc[study.labels]
    rows, columns = list(dict.fromkeys(levels)), list(dict.fromkeys(settings))
    index, across, names = levels, settings, [first, *others]
    if len(columns) > MAX_COLUMNS:
        rows, columns, index, across, names = columns, rows, across, index, names[::-1]
    table = table.assign(row=index, column=across)
    cells = table.pivot(index="row", columns="column", values=PARTS)
    cells = cells.reindex(index=rows, columns=pd.MultiIndex.from_product([PARTS, columns]))
    width = min(DOUBLE_COLUMN, max(SINGLE_COLUMN, 2.2 + 0.8 * len(columns)))
    drawn = Figure(figsize=(width, 1.3 + CELL_HEIGHT * len(rows)))
    low, high = cells["mean"].min(axis=None), cells["mean"].max(axis=None)
    rows, columns = list(map(clip_lines, rows)), list(map(clip_lines, columns))
    heat_map_of(drawn, cells, rows, columns, limits=(low, high))
    if len(names) == 2:
        vertical, horizontal = map(study.factor_text, names)
        drawn.axes[0].set(xlabel=horizontal, ylabel=vertical)
    counts = runs_text(study, [opponent])
    caption = (
        f"Mean final win rate against {opponent} in percent by {study.factor_text(first)} "
        f"and setting, ± half the width of the 95% t-interval ({games_text(study, [opponent])}, "
        f"{counts}). A setting that was not planned is empty."
    )
    note = f"against {opponent}; mean over runs ± half a 95% t-interval; {counts}"
    return set_caption(drawn, caption, note=note)


@figure
def interaction(study: Study) -> Figure | None:
    """Draw means by level of each further factor, a line per level of the first.

    For the first opponent; None for a single factor.
    """
    first, opponent = colour_factor(study), study.first_opponent
    others = [factor for factor in study.varying if factor != first]
    if not others:
        return None
    final = study.finals(opponent)
    runs = final.join(study.conditions[list(study.varying)].map(level_text), on="condition")
    rows, columns = math.ceil(len(others) / 2), min(2, len(others))
    drawn = Figure(figsize=(DOUBLE_COLUMN, 2.3 * rows + 0.4))
    axes = grid_of(drawn, rows, columns, len(others))
    for panel, factor in zip(axes, others, strict=True):
        _draw_means(panel, study, runs, factor)
    draw_legend(drawn, study)
    terms = rows_of(factorial(study, opponent))
    shown = [row for row in terms if first in row["factors"] and len(row["factors"]) == 2]
    texts = [row["sentence"] for row in shown if "depends" in row["sentence"]]
    caption = (
        f"Mean final win rate against {opponent} by the levels of two factors at a time, over the "
        f"runs at all levels of the others; whiskers are 95% t-intervals of the mean "
        f"({pluralize(len(final), 'run')} in all, {games_text(study, [opponent])}). Parallel lines "
        f"show no interaction. {' '.join(f'{capitalize(text)}.' for text in texts)}"
    )
    note = f"against {opponent}; point: mean over runs; whisker: 95% t-interval"
    return set_caption(drawn, caption.strip(), note=note)


def _draw_means(axes: Axes, study: Study, runs: pd.DataFrame, factor: str) -> None:
    first = colour_factor(study)
    names = [level_text(level) for level in study.levels(first)]
    levels = [level_text(level) for level in study.levels(factor)]
    of_cell = runs.groupby([first, factor])["win_rate"]
    rates = {key: 100 * x.to_numpy(dtype=np.float64) for key, x in of_cell}
    rows = {key: [x.mean(), *mean_interval(x)[1:]] for key, x in rates.items()}
    for number, name in enumerate(names):
        shift = (number - (len(names) - 1) / 2) * DODGE
        known = [place for place, level in enumerate(levels) if (name, level) in rows]
        if known:
            mean, low, high = np.array([rows[name, levels[place]] for place in known]).T
            look = {**WHISKER, "color": level_colours(names)[name], "capsize": 2}
            look |= {"linestyle": "-", "marker": "o", "markersize": 3.5}
            axes.errorbar(np.array(known) + shift, mean, yerr=reach(mean, low, high), **look)
    texts = list(map(short, levels))
    axes.set_xticks(range(len(levels)), texts, **slant(texts, axes))
    axes.set_xlim(-0.4, len(levels) - 0.6)
    axes.set_ylim(*span(list(rows.values())))
    axes.set_xlabel(study.factor_text(factor))
    axes.set_ylabel("win rate (%)")
    axes.grid(axis="y")


@figure
def response(study: Study) -> Figure | None:
    """Draw win rates against numeric factors: a row per factor and setting of the others.

    A column per opponent; None where no factor has three numeric levels.
    """
    rows = [(f, s) for f in study.varying if _is_numeric(study, f) for s in _others(study, f)]
    if not rows:
        return None
    shown, names = rows[:MAX_ROWS], study.opponents[:2]
    drawn = Figure(figsize=(DOUBLE_COLUMN, 2.2 * len(shown) + 0.4))
    grid = drawn.subplots(len(shown), len(names), squeeze=False)
    for (factor, (title, labels)), line in zip(shown, grid, strict=True):
        for opponent, axes in zip(names, line, strict=True):
            _draw_response(axes, study, factor, labels, opponent)
            axes.set_title(clip(title, 48), loc="left")
    if NETWORK_TYPE in study.varying:
        draw_legend(drawn, study)
    counts = runs_text(study, names)
    rest = f" Only {MAX_ROWS} of {len(rows)} settings are shown." if len(rows) > MAX_ROWS else ""
    caption = (
        "Final win rate by level of each numeric factor with three or more levels. Lines join the "
        f"means, whiskers are 95% t-intervals of the mean, points single runs ({counts}; "
        f"{games_text(study, names)}). The axis is logarithmic where levels span a decade."
        f"{rest}"
    )
    note = f"line: mean; whisker: 95% t-interval; points: runs; {counts}"
    return set_caption(drawn, caption, note=note)


def _is_numeric(study: Study, factor: str) -> bool:
    """Return whether a factor has enough numeric levels for an axis of its own."""
    levels = study.levels(factor)
    return len(levels) >= MIN_LEVELS and all(type(level) in (int, float) for level in levels)


def _others(study: Study, factor: str) -> list[tuple[str, list[str]]]:
    """Group the conditions by the levels of all other factors but the network type.

    Only groups with two levels of this factor or more, which a line can join.
    """
    groups: dict[str, list[str]] = {}
    for label, setting in setting_texts(study, factor, NETWORK_TYPE).items():
        groups.setdefault(setting, []).append(label)
    levels = study.conditions[factor]
    return [(title, labels) for title, labels in groups.items() if levels[labels].nunique() > 1]


def _apart(levels: Sequence[float], *, is_log: bool) -> list[float]:
    """Return the levels whose labels have room, the ends first of all."""
    places = np.log(levels) if is_log else np.array(levels, dtype=np.float64)
    least, kept = (places[-1] - places[0]) / MAX_TICKS, [0]
    for place in range(1, len(levels) - 1):
        if places[place] - places[kept[-1]] >= least and places[-1] - places[place] >= least:
            kept.append(place)
    return [levels[place] for place in [*kept, len(levels) - 1]]


def _draw_response(axes: Axes, study: Study, factor: str, labels: list[str], opponent: str) -> None:
    table = 100 * descriptives(study, opponent).set_index("condition").loc[labels, PARTS]
    places, rates = study.conditions.loc[labels], study.rates(opponent)
    levels = study.levels(factor)
    width = levels[-1] - levels[0]
    is_log = levels[0] > 0 and round(levels[-1] / levels[0], 9) >= DECADE
    types = dict.fromkeys(places[NETWORK_TYPE])
    for number, network_type in enumerate(types):
        mine = places[places[NETWORK_TYPE] == network_type].sort_values(factor)
        shift = (number - (len(types) - 1) / 2) * RESPONSE_DODGE
        x = mine[factor].to_numpy(dtype=np.float64)
        x = x * (levels[-1] / levels[0]) ** shift if is_log else x + width * shift
        mean, low, high = table.loc[mine.index].to_numpy().T
        colour = styles(study)[str(mine.index[0])].colour
        axes.errorbar(x, mean, yerr=reach(mean, low, high), color=colour, capsize=2,
                      linewidth=1.2, elinewidth=0.9, marker="o", markersize=3)  # fmt: skip
        for place, label in zip(x, mine.index, strict=True):
            values = 100 * rates[str(label)]
            size = scale_for_count(2.6, len(values))
            axes.plot([place] * len(values), values, linestyle="none", marker=".",
                      markersize=size, color=colour, alpha=0.5)  # fmt: skip
    if is_log:
        axes.set_xscale("log")
    ticks = _apart(levels, is_log=is_log)
    texts = [f"{level:g}" for level in ticks]
    if len(set(texts)) < len(ticks):
        texts = list(map(level_text, ticks))
    axes.set_xticks(ticks, texts, **slant(texts, axes))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(study.factor_text(factor))
    axes.set_ylabel(f"% vs {short(opponent)}")
    runs = np.concatenate([100 * rates[label] for label in labels])
    axes.set_ylim(*span([*runs, *table[["ci_low", "ci_high"]].to_numpy().ravel()]))
    axes.grid(axis="y")
