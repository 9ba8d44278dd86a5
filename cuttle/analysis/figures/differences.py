"""Estimation plot: every pairwise difference with its interval, and the margin of equality."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cuttle.analysis.estimators.core import FloatArray
from cuttle.analysis.estimators.multiplicity import Pair
from cuttle.analysis.numbers import MINUS, interval, percent
from cuttle.analysis.pairwise import Comparison, compare_types
from cuttle.analysis.panels import (
    WHISKER,
    draw_runs,
    games_text,
    label_groups,
    percents,
    remark,
    row_height,
    runs_text,
    shown_pairs,
    span,
)
from cuttle.analysis.study import Study
from cuttle.analysis.style import (
    DOUBLE_COLUMN,
    INK,
    MARGIN_COLOUR,
    category_axis,
    empty,
    looks,
    set_caption,
    short,
    styled,
)

MAX_PAIRS = 10  # all pairs of five types; beyond that each type is held against the first


@styled
def draw(study: Study) -> Figure:
    """Draw the runs on the left and the differences of means on the right."""
    groups = study.win_rates(study.first_opponent)
    pairs, selection = shown_pairs(study, MAX_PAIRS)
    if not pairs:
        return empty("one network type only: no difference to draw")
    figure = Figure(figsize=(DOUBLE_COLUMN, row_height(max(len(study.types), len(pairs)))))
    left, right = figure.subplots(1, 2)
    _draw_groups(left, study, groups)
    _draw_differences(right, study, groups, pairs)
    test = "paired t" if study.is_paired else "Welch"
    caption = (
        f"Final win rate against {study.first_opponent} ({games_text(study)}, "
        f"{runs_text(study)}). Left: runs and their mean. Right: differences of means with 95 % "
        f"{test} intervals, not adjusted for the number of comparisons. The shaded band is the "
        f"margin of equivalence, {100 * study.equivalence_margin:g} points.{selection}"
    )
    note = (
        f"against {study.first_opponent}; left: runs, line: mean; right: difference of means, "
        f"95 % {test} interval, unadjusted; band: "
        f"±{100 * study.equivalence_margin:g} points, the margin of equivalence"
    )
    return set_caption(figure, caption, note=note)


def _draw_groups(axes: Axes, study: Study, groups: Mapping[str, FloatArray]) -> None:
    label_groups(axes, groups)
    low, high = span([v for rates in groups.values() for v in percents(rates)])
    for place, (network_type, look) in enumerate(looks(study.types).items()):
        if values := percents(groups[network_type]):
            mean = sum(values) / len(values)
            axes.plot([mean, mean], [place - 0.3, place + 0.3], color=look.colour, linewidth=2.4)
            draw_runs(axes, place, values, look, axis_length=high - low)
    axes.set_xlim(low, high)
    axes.set_xlabel("win rate (%)")


def _draw_differences(
    axes: Axes, study: Study, groups: Mapping[str, FloatArray], pairs: list[Pair]
) -> None:
    margin = 100 * study.equivalence_margin
    category_axis(axes, [f"{short(a)}\n{MINUS} {short(b)}" for a, b in pairs])
    axes.axvspan(-margin, margin, color=MARGIN_COLOUR, zorder=0)
    axes.axvline(0, color=INK, linewidth=0.8)
    ends = [-1.6 * margin, 1.6 * margin]
    found = {(pair.a, pair.b): pair for pair in compare_types(study, study.first_opponent)}
    for place, (a, b) in enumerate(pairs):
        test = found.get((a, b))
        if not isinstance(test, Comparison):
            is_negative = False
            if len(groups[a]) and len(groups[b]):
                diff = 100 * float(groups[a].mean() - groups[b].mean())
                axes.plot(diff, place, marker="o", markersize=4.5, color=INK, fillstyle="none")
                ends.append(diff)
                is_negative = diff < 0
            remark(axes, place, "no interval", at_right=is_negative)
            continue
        diff, low, high = percents([test.diff, test.ci_low, test.ci_high])
        axes.errorbar(diff, place, xerr=[[diff - low], [high - diff]], **WHISKER)
        axes.plot(diff, place, marker="o", markersize=3, color=INK)
        _spell(axes, place, f"{percent(test.diff)} {interval(test.ci_low, test.ci_high)}")
        ends += [low, high]
    pad = 0.06 * (max(ends) - min(ends))
    axes.set_xlim(min(ends) - pad, max(ends) + pad)
    axes.set_xlabel("difference (percentage points)")


def _spell(axes: Axes, place: float, text: str) -> None:
    """Write numbers at the right of a row: where types are far apart, intervals are too short."""
    axes.annotate(
        text, (1.02, place), xycoords=("axes fraction", "data"), va="center", fontsize=7, color=INK
    )
