"""Every figure of the folder, at ordinary, factorial and awkward studies."""

import itertools
from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from cuttle.analysis import load
from cuttle.analysis.data import Study
from cuttle.analysis.figures._panels import facets
from cuttle.analysis.gallery import all_figures, draw_figures, save_figures
from cuttle.analysis.statistics.final import aggregates
from cuttle.analysis.statistics.resources import cost
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

from .awkward import AWKWARD, LONG_NAMES, ODD_NAMES
from .conftest import Report
from .experiments import write_experiment, write_factorial

NAMES = list(all_figures())
RATE = "training.learner.learning_rate"
OF_FACTORS = ["heat_map", "interaction", "response"]


def factorial_study(root: Path, levels: list[float], types: tuple[str, ...]) -> Study:
    """Write and load a study of network types at learning rates, two runs each."""
    cells = [
        ({"network_type": name, RATE: level}, [0.5 + number / 50, 0.52 + number / 50])
        for number, (name, level) in enumerate(itertools.product(types, levels))
    ]
    factors = {"network_type": types[0], RATE: levels[0]}
    return load(write_factorial(root, factors, [(c, [r % 0.8 for r in x]) for c, x in cells]))


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Study:
    levels = [10.0**-number for number in range(10)]
    return factorial_study(tmp_path_factory.mktemp("root"), levels, ("boolean", "new", "blind"))


def draw(name: str, study: Study) -> Figure:
    figure = all_figures()[name](study)
    assert isinstance(figure, Figure)
    return figure


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_figure_of_thirty_conditions_fits_a_page(name: str, wide: Study):
    figure = draw(name, wide)

    assert image(figure, "png").startswith(b"\x89PNG")
    assert figure.get_label()
    assert figure.get_figwidth() <= DOUBLE_COLUMN and figure.get_figheight() <= 12


def test_figures_of_factors_are_not_drawn_of_one_factor(ordinary: Study):
    assert not any(all_figures()[name](ordinary) for name in OF_FACTORS)


def test_colour_is_the_network_type_whatever_else_varies(wide: Study):
    types = wide.conditions["network_type"]
    colours = {label: style.colour for label, style in styles(wide).items()}

    assert {colours[label] for label in types.index[types == "boolean"]} == {
        TYPE_COLOURS["boolean"]
    }
    assert len(set(colours.values())) == 3


def test_each_setting_has_a_panel_of_learning_curves(wide: Study):
    lowest = wide.levels(RATE)[0]
    assert next(iter(facets(wide).values())) == [
        label for label, level in wide.conditions[RATE].items() if level == lowest
    ]
    assert len(facets(wide)) == 10


def test_response_curves_are_logarithmic_where_levels_span_a_decade(wide: Study, tmp_path: Path):
    assert {axes.get_xscale() for axes in draw("response", wide).axes} == {"log"}

    narrow = factorial_study(tmp_path, [1.0, 2.0, 4.0], ("boolean", "blind"))
    assert {axes.get_xscale() for axes in draw("response", narrow).axes} == {"linear"}


def test_two_levels_make_no_response_curve(tmp_path: Path):
    few = factorial_study(tmp_path, [1.0, 2.0], ("boolean", "blind"))

    assert all_figures()["response"](few) is None
    assert len(draw("interaction", few).axes) == 1


def test_heat_map_has_a_cell_per_condition(tmp_path: Path):
    study = factorial_study(tmp_path, [1.0, 2.0, 4.0], ("boolean", "blind"))

    figure = draw("heat_map", study)

    (cells,) = (picture.get_array() for picture in figure.axes[0].get_images())
    assert cells.shape == (2, 3)
    assert cells[0, 0] == pytest.approx(51)


@pytest.mark.slow
def test_figures_have_the_same_bytes_whatever_the_caller_has_set(
    reported: Callable[[str], Report], tmp_path: Path
):
    study = load(reported("ordinary").experiment)

    with mpl.rc_context({"font.size": 3, "lines.linewidth": 9}):
        before = dict(mpl.rcParams)
        drawn = save_figures(study, tmp_path)
        assert dict(mpl.rcParams) == before

    graphs = reported("ordinary").directory / "graphs"
    names = {f"{name}.{kind}" for name in drawn for kind in ("pdf", "png")}
    assert set(drawn) == set(NAMES) - set(OF_FACTORS)
    assert {path.name for path in graphs.iterdir()} == names
    assert all((graphs / name).read_bytes() == (tmp_path / name).read_bytes() for name in names)


def test_figures_name_runs_and_intervals(ordinary: Study):
    captions = {name: str(figure.get_label()) for name, figure in draw_figures(ordinary)}

    assert "95% t-intervals" in captions["win_rates"]
    assert "95% percentile bootstrap" in captions["intervals"]
    assert "95% Welch" in captions["differences"]
    assert "5 runs per type and round" in captions["learning_curves"]


def test_counts_are_those_of_the_opponents_drawn(tmp_path: Path):
    path = write_experiment(tmp_path, {"boolean": [0.6] * 3, "embedding": [0.5] * 3})
    met = path / "boolean_run_01" / "matches.jsonl"
    lines = met.read_text().splitlines(keepends=True)
    met.write_text("".join(line for line in lines if "gap_maximizer" not in line))

    study = load(path)

    assert "(0 to 3 runs per type" in draw("boxes", study).get_label()  # one type has no runs
    captions = draw("improvement", study).get_label()
    assert "against gap_maximizer" in captions and "0 to 3 runs per type" in captions


def test_a_type_that_has_not_met_the_opponent_is_not_called_untrained(tmp_path: Path):
    path = write_experiment(tmp_path, {"boolean": [0.6, 0.7], "embedding": [0.5, 0.6]})
    for run in ("embedding_run_01", "embedding_run_02"):
        met = path / run / "matches.jsonl"
        lines = met.read_text().splitlines(keepends=True)
        met.write_text("".join(line for line in lines if "gap_maximizer" not in line))

    panel = draw("win_rates", load(path)).axes[0]

    assert [text.get_text() for text in panel.texts] == ["no games", "no completed run"]


def test_paired_experiment_gets_paired_differences(tmp_path: Path):
    figure = draw("differences", load(AWKWARD["paired"](tmp_path)))

    assert "paired t" in str(figure.get_label())


@pytest.mark.parametrize(
    ("name", "num_types", "is_whole"),
    [
        ("differences", 5, True), ("differences", 6, False),
        ("improvement", 7, True), ("improvement", 8, False),
    ],
)  # fmt: skip
def test_caption_says_when_pairs_are_left_out(
    name: str, num_types: int, is_whole: bool, tmp_path: Path
):
    types = [f"type_{number}" for number in range(num_types)]
    groups = {network_type: [0.5, 0.6] for network_type in types}
    study = load(write_experiment(tmp_path, groups, planned=types, runs=2))

    figure = draw(name, study)

    num_pairs = num_types * (num_types - 1) // 2 if is_whole else num_types - 1
    assert len(figure.axes[-1].get_yticks()) == num_pairs
    assert ("Only pairs with type_0 are shown" in str(figure.get_label())) == (not is_whole)


@pytest.mark.parametrize("name", ["differences", "improvement", "intervals"])
def test_figure_of_one_opponent_is_about_one_that_was_asked_for(name: str, ordinary: Study):
    figure = draw(name, ordinary.against(["randomized"]))

    assert "against randomized" in str(figure.get_label())
    assert "against gap_maximizer" in draw(name, ordinary).get_label()


def test_intervals_are_those_of_the_statistics(ordinary: Study):
    panel = draw("intervals", ordinary).axes[0]
    table = aggregates(ordinary).query("opponent == 'gap_maximizer' and statistic == 'mean'")

    bars = sorted((patch.get_x(), patch.get_x() + patch.get_width()) for patch in panel.patches)

    ends = sorted(table[["ci_low", "ci_high"]].dropna().to_numpy().tolist())
    np.testing.assert_allclose(bars, 100 * np.array(ends), rtol=1e-12)


def test_rows_without_a_round_are_not_drawn(tmp_path: Path):
    path = write_experiment(tmp_path, {"boolean": [0.5, 0.6]})
    (path / "boolean_run_01" / METRICS_FILE).write_text('{"loss": 0.1}\n')

    figure = draw("training", load(path))

    assert len(figure.axes[0].get_lines()) == 1 + 3  # one run, and a mean per planned type


def test_known_types_keep_their_colours_and_no_two_types_share_one():
    names = ["embedding", *(f"type_{number}" for number in range(30)), "boolean"]
    colours = level_colours(names)

    assert colours["boolean"] == TYPE_COLOURS["boolean"]
    assert len({colours[name] for name in names}) == len(names)
    pairs = itertools.combinations([to_rgb(colours[name]) for name in names], 2)
    assert min(sum(abs(x - y) for x, y in zip(a, b, strict=True)) for a, b in pairs) > 0.02


@pytest.mark.parametrize("name", [*LONG_NAMES, *ODD_NAMES])
def test_labels_are_short_and_keep_both_ends(name: str):
    label = short(name)

    assert max(map(len, label.splitlines())) <= 20
    assert label[0] == name[0] and label[-1] == clip(name)[-1]


def test_points_that_would_cover_each_other_are_spread():
    shifts = offsets([1.0, 1.0, 1.0, 5.0], bin_width=0.1, step=0.1)

    assert sorted(shifts[:3]) == pytest.approx([-0.1, 0.0, 0.1]) and shifts[3] == 0.0


def test_many_equal_points_stay_beside_their_type():
    assert max(offsets([1.0] * 200, bin_width=1.0, step=0.1)) <= 0.15 + 1e-9


def test_no_whisker_points_into_its_box(tmp_path: Path):
    rates = [0.675, 0.725, 0.725, 0.8]

    figure = draw("boxes", load(write_experiment(tmp_path, {"boolean": rates})))

    axes = figure.axes[0]
    box = axes.patches[0].get_bbox()
    below, above = (segment[:, 0] for segment in axes.collections[0].get_segments())
    assert below[0] <= below[1] == box.x0
    assert above[1] >= above[0] == box.x1


def test_time_of_a_run_is_the_one_of_the_table(ordinary: Study):
    table = cost(ordinary).query("quantity == 'duration_s'")

    axes = draw("cost", ordinary).axes[0]

    assert [bar.get_width() for bar in axes.patches] == pytest.approx(list(table["mean"].dropna()))


def test_missing_interval_is_said_on_the_side_away_from_its_difference(tmp_path: Path):
    groups = {"boolean": [0.4, 0.4], "embedding": [0.6, 0.6], "multi_encoder": [0.2, 0.2]}

    axes = draw("differences", load(write_experiment(tmp_path, groups, runs=2))).axes[1]

    sides = {text.get_ha() for text in axes.texts if text.get_position()[1] == 0}
    assert sides == {"right"}  # boolean - embedding, the first row, is negative
    assert {text.get_ha() for text in axes.texts if text.get_position()[1] == 1} == {"left"}


def test_legend_of_the_runs_shows_their_markers(ordinary: Study):
    samples = draw("runs", ordinary).legends[0].get_lines()

    assert [s.get_marker() for s in samples] == [x.marker for x in styles(ordinary).values()]


def test_runs_at_the_ends_of_the_scale_are_not_cut_in_half(tmp_path: Path):
    figure = draw("runs", load(AWKWARD["certain_results"](tmp_path)))

    assert not any(line.get_clip_on() for line in figure.axes[0].lines)


def test_colours_of_the_study_are_apart_in_grey_print():
    def grey(colour: str) -> float:
        return sum(w * c for w, c in zip((0.299, 0.587, 0.114), to_rgb(colour), strict=True))

    shades = sorted(grey(TYPE_COLOURS[n]) for n in ("boolean", "embedding", "multi_encoder"))

    assert min(b - a for a, b in itertools.pairwise(shades)) > 0.15
