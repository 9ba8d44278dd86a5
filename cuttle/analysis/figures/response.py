"""Response curves: final win rate against a numeric factor, with intervals and every run."""

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from cuttle.analysis.captions import games_text, runs_text
from cuttle.analysis.data import NETWORK_TYPE, Study, level_text
from cuttle.analysis.figures._axes import percents, reach, scale_for_count, span
from cuttle.analysis.figures._panels import draw_legend
from cuttle.analysis.statistics import descriptives
from cuttle.analysis.style import DOUBLE_COLUMN, Style, clip, set_caption, styled, styles

MIN_LEVELS = 3  # fewer make no curve
DECADE = 10  # the axis is logarithmic from this ratio of the largest to the smallest level on
PANEL_HEIGHT = 2.2
MAX_ROWS = 6
MAX_UPRIGHT = 5  # tick labels that stand beside each other
DODGE = 0.012  # of the axis, so that the intervals of types stand beside each other


@styled
def draw(study: Study) -> Figure | None:
    """Draw a row per numeric factor and setting of the others, a column per opponent.

    None where no factor has three numeric levels.
    """
    rows = [(f, s) for f in study.varying if is_numeric(study, f) for s in _others(study, f)]
    if not rows:
        return None
    shown, opponents = rows[:MAX_ROWS], study.opponents[:2]
    figure = Figure(figsize=(DOUBLE_COLUMN, PANEL_HEIGHT * len(shown) + 0.4))
    grid = figure.subplots(len(shown), len(opponents), squeeze=False)
    for (factor, (title, labels)), line in zip(shown, grid, strict=True):
        for opponent, axes in zip(opponents, line, strict=True):
            _draw_panel(axes, study, factor, labels, opponent)
            against = f"against {opponent} ({study.roles[opponent]})"
            axes.set_title(clip(f"{title}; {against}" if title else against, 48), loc="left")
    if NETWORK_TYPE in study.varying:
        draw_legend(figure, study)
    counts = runs_text(study, opponents)
    rest = f" Only {MAX_ROWS} of {len(rows)} settings are shown." if len(rows) > MAX_ROWS else ""
    caption = (
        "Final win rate by level of each numeric factor with three or more levels. Lines join the "
        f"means, whiskers are 95% t-intervals of the mean, points single runs ({counts}; "
        f"{games_text(study, opponents)}). The axis is logarithmic where levels span a decade."
        f"{rest}"
    )
    note = f"line: mean; whisker: 95% t-interval; points: runs; {counts}"
    return set_caption(figure, caption, note=note)


def is_numeric(study: Study, factor: str) -> bool:
    """Tell whether a factor has enough numeric levels for an axis of its own."""
    levels = study.levels(factor)
    return len(levels) >= MIN_LEVELS and all(type(level) in (int, float) for level in levels)


def _others(study: Study, factor: str) -> list[tuple[str, list[str]]]:
    """Group the conditions by the levels of all other factors but the network type."""
    others = [f for f in study.varying if f not in (factor, NETWORK_TYPE)]
    groups: dict[str, list[str]] = {}
    for label, levels in study.conditions.iterrows():
        parts = [f"{study.factor_text(f)} = {level_text(levels[f])}" for f in others]
        groups.setdefault(", ".join(parts), []).append(str(label))
    return list(groups.items())


def _draw_panel(axes: Axes, study: Study, factor: str, labels: list[str], opponent: str) -> None:
    table = descriptives.compute(study).query("opponent == @opponent").set_index("condition")
    places = study.conditions.loc[labels]
    levels = study.levels(factor)
    is_log = levels[0] > 0 and levels[-1] / levels[0] >= DECADE
    types = dict.fromkeys(places[NETWORK_TYPE])
    ends: list[float] = []
    for number, network_type in enumerate(types):
        mine = places[places[NETWORK_TYPE] == network_type].sort_values(factor)
        shift = (number - (len(types) - 1) / 2) * DODGE
        x = [_shifted(float(level), levels, shift, is_log=is_log) for level in mine[factor]]
        rates = study.rates(opponent)
        style = styles(study)[str(mine.index[0])]
        _draw_line(axes, x, table.loc[list(mine.index)], style)
        for place, label in zip(x, mine.index, strict=True):
            values = percents(rates[str(label)])
            size = scale_for_count(2.6, len(values))
            axes.plot([place] * len(values), values, linestyle="none", marker=".",
                      markersize=size, color=style.colour, alpha=0.5)  # fmt: skip
            ends += values
        ends += percents(table.loc[list(mine.index), ["ci_low", "ci_high"]].to_numpy().ravel())
    if is_log:
        axes.set_xscale("log")
    is_crowded = len(levels) > MAX_UPRIGHT
    axes.set_xticks(levels, [f"{level:g}" for level in levels], rotation=60 if is_crowded else 0)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(study.factor_text(factor))
    axes.set_ylabel("win rate (%)")
    axes.set_ylim(*span(ends))
    axes.grid(axis="y")


def _shifted(level: float, levels: list[float], shift: float, *, is_log: bool) -> float:
    if is_log:
        return float(level * (levels[-1] / levels[0]) ** shift)
    return float(level + (levels[-1] - levels[0]) * shift)


def _draw_line(axes: Axes, x: list[float], rows: pd.DataFrame, style: Style) -> None:
    means = percents(rows["mean"])
    axes.plot(x, means, color=style.colour, linewidth=1.2)
    for place, mean, row in zip(x, means, rows[["ci_low", "ci_high"]].to_numpy(), strict=True):
        low, high = percents(row)
        if not math.isnan(low):
            axes.errorbar(place, mean, yerr=reach(mean, low, high), color=style.colour,
                          capsize=2, elinewidth=0.9, marker="o", markersize=3)  # fmt: skip
