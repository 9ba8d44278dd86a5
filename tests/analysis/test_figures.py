"""Every figure of the folder, at ordinary, factorial and awkward studies."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from cuttle.analysis import load
from cuttle.analysis.data import Study
from cuttle.analysis.figure import all_figures
from cuttle.analysis.figures._panels import facets
from cuttle.analysis.gallery import draw_figures
from cuttle.analysis.statistics.final import aggregates
from cuttle.analysis.statistics.resources import cost
from cuttle.analysis.statistics.verdict import headline
from cuttle.analysis.style import (
    DOUBLE_COLUMN,
    TYPE_COLOURS,
    clip,
    image,
    level_colours,
    offsets,
    short,
    styles,
)
from cuttle.runs.layout import METRICS_FILE

from .conftest import Make, Report
from .experiments import PRIMARY, RATE, TYPES, cells, match_rows, write_experiment, write_run
from .studies import AWKWARD, LONG_NAMES, ODD_NAMES, OF_FACTORS, WITH_FIGURES

NAMES = list(all_figures())

LONG_TYPES = ["transformer_with_relative_positions_v1", "transformer_with_relative_positions_v2"]
WIDE_LETTERS = [
    "momentum_sq", "warm_cosine", "damped_ramp", "common_mode", "down_memory", "sum_maximum",
    "cosine_warm",
]  # fmt: skip
SCHEDULES = ["constant", "cosine", "exponential", "linear", "polynomial", "triangular", "restarts"]


@pytest.fixture(scope="module")
def wide(factorial: Make) -> Study:
    """Three types at ten learning rates that span nine decades."""
    levels, types = [10.0**-number for number in range(10)], ("boolean", "new", "blind")
    return factorial(cells(lambda i, j: 0.4 + (i + j) / 50, levels=levels, types=types, runs=2))


@pytest.fixture(scope="module")
def narrow(factorial: Make) -> Study:
    """Two types at three levels of less than a decade."""
    return factorial(cells(lambda i, j: 0.5 + 0.1 * i, levels=[1.0, 2.0, 4.0], runs=2))


def draw(name: str, study: Study) -> Figure:
    figure = all_figures()[name](study)
    assert isinstance(figure, Figure)
    return figure


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_figure_of_thirty_conditions_fits_a_page(name: str, wide: Study) -> None:
    figure = draw(name, wide)

    assert image(figure, "png").startswith(b"\x89PNG")
    assert figure.get_label()
    assert figure.get_figwidth() <= DOUBLE_COLUMN and figure.get_figheight() <= 12


@pytest.mark.slow
def test_figures_are_equal_bytes_whatever_the_caller_set(reported: Callable[[str], Report]) -> None:
    study, graphs = load(reported("ordinary").experiment), reported("ordinary").directory / "graphs"

    own = {"font.size": 3, "lines.linewidth": 9, "savefig.transparent": True}
    with mpl.rc_context({**own, "savefig.bbox": "tight"}):
        before = dict(mpl.rcParams)
        drawn = {name: draw(name, study) for name in ("learning_curves", "opponents", "win_rates")}
        found = {f"{n}.{kind}": image(f, kind) for n, f in drawn.items() for kind in ("png", "pdf")}
        assert dict(mpl.rcParams) == before

    names = {f"{name}.{kind}" for name in {*NAMES} - {*OF_FACTORS} for kind in ("pdf", "png")}
    assert {path.name for path in graphs.iterdir()} == names
    assert all((graphs / name).read_bytes() == content for name, content in found.items())


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in AWKWARD if kind not in WITH_FIGURES])
def test_figures_of_awkward_studies_are_drawn(kind: str, reported: Callable[[str], Report]) -> None:
    study = load(reported(kind).experiment)

    for name in {*NAMES} - {*OF_FACTORS}:
        figure = draw(name, study)
        assert image(figure, "png").startswith(b"\x89PNG"), name
        assert figure.get_figwidth() <= DOUBLE_COLUMN and figure.get_figheight() <= 12, name


def test_colour_is_the_network_type_and_each_setting_has_a_panel(wide: Study) -> None:
    colours = {label: style.colour for label, style in styles(wide).items()}

    by_type = wide.conditions.assign(colour=colours).groupby("network_type")["colour"].unique()
    assert by_type.map(len).tolist() == [1, 1, 1] and len(set(colours.values())) == 3
    assert by_type["boolean"] == [TYPE_COLOURS["boolean"]]
    panels = list(facets(wide).values())
    lowest = wide.conditions[RATE] == wide.levels(RATE)[0]
    assert len(panels) == 10 and panels[0] == list(wide.conditions.index[lowest])


def test_panels_of_factors_have_a_line_per_factor_and_name_their_opponent(factorial: Make) -> None:
    steps, design = "training.replay.n_step", cells(lambda i, j: 0.5, levels=[1e-4, 1e-3, 1e-2])
    study = factorial([({**x, steps: n}, y[:2]) for x, y in design for n in (1, 3, 5)])

    figure = draw("learning_curves", study)

    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles[:2] == [f"learning rate = 0.0001\nn step = {n}" for n in (1, 3)]
    assert len(set(titles)) == 9
    assert figure.get_supxlabel().startswith(f"against {PRIMARY}; line: mean")


def test_figures_of_factors_need_factors_and_three_levels(
    wide: Study, narrow: Study, factorial: Make, main: Study
) -> None:
    few = factorial(cells(lambda i, j: 0.5, levels=[1.0, 2.0], runs=2))

    assert not any(all_figures()[name](main) for name in OF_FACTORS)
    assert all_figures()["response"](few) is None
    assert len(draw("interaction", few).axes) == 1
    assert {axes.get_xscale() for axes in draw("response", narrow).axes} == {"linear"}
    assert {axes.get_xscale() for axes in draw("response", wide).axes} == {"log"}  # nine decades


def test_heat_map_has_a_cell_per_condition(narrow: Study) -> None:
    figure = draw("heat_map", narrow)

    (drawn,) = (picture.get_array() for picture in figure.axes[0].get_images())
    means = [rates.mean() for rates in narrow.rates(PRIMARY).values()]
    np.testing.assert_allclose(drawn, 100 * np.reshape(means, (2, 3)))


def test_a_level_that_is_a_list_stays_on_one_line(factorial: Make) -> None:
    levels = [(goals, scalars) for goals in ([21, 14], [15, 10]) for scalars in (True, False)]
    design = [
        ({"network_type": name, "rules.king_goals": goals, "trunk.scalars": scalars}, [0.5])
        for name in TYPES[:2]
        for goals, scalars in levels
    ]

    axes = draw("heat_map", factorial(design)).axes[0]

    first, *_ = [label.get_text() for label in axes.get_xticklabels()]
    assert first == "king goals = [21, 14]\nscalars = true"


def test_captions_name_runs_and_intervals(main: Study, tmp_path: Path) -> None:
    told = {"win_rates": "95% t-intervals", "intervals": "95% percentile bootstrap",
            "differences": "95% Welch", "learning_curves": "7 runs per type and round"}  # fmt: skip
    paired = load(AWKWARD["paired"](tmp_path))

    captions = {name: str(figure.get_label()) for name, figure in draw_figures(main)}
    assert captions.keys() == {*NAMES} - {*OF_FACTORS}
    assert [name for name, text in told.items() if text not in captions[name]] == []
    assert "95% paired t" in str(draw("differences", paired).get_label())


def test_runs_that_have_not_met_an_opponent_are_not_counted_nor_untrained(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6, 0.7], "embedding": []})
    for run in (1, 2):
        write_run(path, "embedding", run, matches=match_rows(0.5, opponent="randomized"))

    study = load(path)

    panel = draw("win_rates", study).axes[0]
    assert [text.get_text() for text in panel.texts] == ["no games", "no completed run"]
    caption = draw("improvement", study).get_label()
    assert f"against {PRIMARY}" in caption and "0 to 2 runs per type" in caption
    assert f"no usable runs; embedding has no games against {PRIMARY}; " in headline(study)


@pytest.mark.parametrize(
    ("name", "num_types", "is_whole"),
    [("differences", 5, True), ("differences", 6, False),
     ("improvement", 7, True), ("improvement", 8, False)],
)  # fmt: skip
def test_caption_tells_of_omitted_pairs(
    name: str, num_types: int, is_whole: bool, study: Make
) -> None:
    types = [f"type_{number}" for number in range(num_types)]
    groups = {network_type: [0.5, 0.6] for network_type in types}

    figure = draw(name, study(groups, planned=types, runs=2))

    num_pairs = num_types * (num_types - 1) // 2 if is_whole else num_types - 1
    assert len(figure.axes[-1].get_yticks()) == num_pairs
    assert ("Only pairs with type_0 are shown" in str(figure.get_label())) == (not is_whole)


def test_figure_of_one_opponent_is_about_one_that_was_asked_for(main: Study) -> None:
    asked = main.against(["randomized"])

    for name in ("differences", "improvement", "intervals"):
        assert "against randomized" in str(draw(name, asked).get_label())
        assert f"against {PRIMARY}" in str(draw(name, main).get_label())


def test_intervals_and_times_are_those_of_the_tables(main: Study) -> None:
    table = aggregates(main, PRIMARY).query("statistic == 'mean'")[["ci_low", "ci_high"]].dropna()

    panel = draw("intervals", main).axes[0]

    bars = sorted((patch.get_x(), patch.get_x() + patch.get_width()) for patch in panel.patches)
    np.testing.assert_allclose(bars, 100 * np.sort(table.to_numpy(), axis=0), rtol=1e-12)
    times = [bar.get_width() for bar in draw("cost", main).axes[0].patches]
    assert times == pytest.approx(list(cost(main).query("quantity == 'duration_s'")["mean"]))


def test_rows_without_a_round_are_not_drawn(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.5, 0.6]})
    (path / "boolean_run_01" / METRICS_FILE).write_text('{"loss": 0.1}\n')

    figure = draw("training", load(path))

    assert len(figure.axes[0].get_lines()) == 1 + 3  # one run, and a mean per planned type


def test_known_types_keep_their_colours_and_no_two_types_share_one() -> None:
    names = ["embedding", *(f"type_{number}" for number in range(30)), "boolean"]
    colours = level_colours(names)

    assert colours["boolean"] == TYPE_COLOURS["boolean"]
    pairs = itertools.combinations([to_rgb(colours[name]) for name in names], 2)
    assert min(sum(abs(x - y) for x, y in zip(a, b, strict=True)) for a, b in pairs) > 0.1
    greys = sorted(np.dot((0.299, 0.587, 0.114), to_rgb(TYPE_COLOURS[name])) for name in TYPES)
    assert min(np.diff(greys)) > 0.15  # apart in grey print


def test_labels_are_short_and_keep_both_ends() -> None:
    for name in [*LONG_NAMES, *ODD_NAMES]:
        label = short(name)
        assert max(map(len, label.splitlines())) <= 20
        assert label[0] == name[0] and label[-1] == clip(name)[-1]


@pytest.mark.parametrize("kind", ["png", "pdf"])
def test_characters_that_no_font_has_are_drawn_without_a_warning(kind: str) -> None:
    drawn = Figure()
    drawn.subplots().set_title("\x07 \u4e2d")

    assert image(drawn, kind)


def test_points_that_would_cover_each_other_are_spread_beside_their_type() -> None:
    shifts = offsets([1.0, 1.0, 1.0, 5.0], bin_width=0.1, step=0.1)

    assert sorted(shifts[:3]) == pytest.approx([-0.1, 0.0, 0.1]) and shifts[3] == 0.0
    assert max(offsets([1.0] * 200, bin_width=1.0, step=0.1)) <= 0.15 + 1e-9


def test_no_whisker_points_into_its_box(study: Make) -> None:
    axes: Any = draw("boxes", study({"boolean": [0.2, 0.7, 0.71, 0.72]})).axes[0]

    box = axes.patches[0].get_bbox()
    below, above = (segment[:, 0] for segment in axes.collections[0].get_segments())
    assert below[0] <= below[1] == box.x0
    assert above[1] >= above[0] == box.x1


def test_missing_interval_is_said_on_the_side_away_from_its_difference(study: Make) -> None:
    groups = {"boolean": [0.4, 0.4], "embedding": [0.6, 0.6], "multi_encoder": [0.2, 0.2]}

    texts = draw("differences", study(groups, runs=2)).axes[1].texts

    sides = {place: {t.get_ha() for t in texts if t.get_position()[1] == place} for place in (0, 1)}
    assert sides == {0: {"right"}, 1: {"left"}}  # boolean - embedding, the first, is negative


@pytest.mark.parametrize("count", [8, 30])
@pytest.mark.parametrize("name", ["learning_curves", "training", "runs"])
def test_no_level_is_cut_off_the_legend(name: str, count: int, study: Make) -> None:
    figure = draw(name, study({f"t{number}": [0.5] for number in range(count)}, planned=[]))

    image(figure, "png")

    legend = figure.legends[0].get_window_extent() if figure.legends else figure.bbox
    assert figure.bbox.x0 <= legend.x0 < legend.x1 <= figure.bbox.x1


def test_conditions_of_several_factors_have_a_label_each(factorial: Make) -> None:
    periods, steps = "training.learner.target_period", "training.replay.n_step"
    design = cells(lambda i, j: 0.5, levels=[1e-4, 1e-3, 1e-2])
    study = factorial([({**x, steps: 3, periods: p}, y[:1]) for x, y in design for p in (1, 100)])

    for name, axis in (("opponents", 0), ("differences", 0)):
        labels = [text.get_text() for text in draw(name, study).axes[axis].get_yticklabels()]
        assert len(set(labels)) == 12


@pytest.mark.parametrize(
    ("name", "types", "levels"),
    [
        ("differences", ["boolean"], [5e-4, 1e-3, 2e-3, 4e-3, 8e-3]),
        ("differences", LONG_TYPES, [f"a_very_long_level_number_{n}" for n in ("one", "two")]),
        ("response", ["boolean", "embedding"], list(range(1, 31))),
        ("interaction", ["boolean", "embedding"], SCHEDULES),
        ("heat_map", ["boolean", "embedding"], [{"kind": k, "warmup": 100} for k in SCHEDULES[:5]]),
        ("heat_map", [f"a_network_of_{n}_letters" for n in ("many", "more")], WIDE_LETTERS),
    ],
    ids=["levels", "long names", "numbers", "texts", "mappings", "wide letters"],
)  # fmt: skip
def test_no_label_of_an_axis_covers_another(
    name: str, types: list[str], levels: list[Any], factorial: Make
) -> None:
    factors = {"network_type": types[0], RATE: 3e-4}
    design = cells(lambda i, j: 0.5 + j / 100, levels=levels, types=types, runs=2)

    figure = draw(name, factorial(design, factors=factors))

    image(figure, "png")
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            labels = [x for x in axis.get_ticklabels() if x.get_text() and not x.get_rotation()]
            boxes = [label.get_window_extent() for label in labels]
            assert not any(a.overlaps(b) for a, b in itertools.pairwise(boxes))
            assert all(figure.bbox.x0 <= box.x0 for box in boxes)


def test_pairs_of_names_that_differ_in_their_middle_have_a_label_each(study: Make) -> None:
    names = [f"a_long_name_with_{x}_in_its_middle_part" for x in ("alpha", "beta", "gamma")]
    groups = {name: [0.5 + n / 10, 0.52] for n, name in enumerate(names)}

    for axes in draw("differences", study(groups, planned=names)).axes:
        assert len({text.get_text() for text in axes.get_yticklabels()}) == 3


def test_ticks_of_a_numeric_factor_have_no_more_digits_than_tell_them_apart(
    factorial: Make,
) -> None:
    rates = [0.1, 0.1 + 0.2, 0.7]

    axes = draw("response", factorial(cells(lambda i, j: 0.5, levels=rates, runs=2))).axes[0]

    assert [text.get_text() for text in axes.get_xticklabels()] == ["0.1", "0.3", "0.7"]


def test_runs_have_the_markers_of_the_legend_and_are_not_cut_in_half(tmp_path: Path) -> None:
    study = load(AWKWARD["certain_results"](tmp_path))

    figure = draw("runs", study)

    samples = figure.legends[0].get_lines()
    assert [s.get_marker() for s in samples] == [x.marker for x in styles(study).values()]
    assert not any(line.get_clip_on() for line in figure.axes[0].lines)
