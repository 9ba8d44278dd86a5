"""Every figure of the folder, at ordinary and awkward studies."""

import importlib
import itertools
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from cuttle.analysis import figures, parts
from cuttle.analysis.analysis import restrict
from cuttle.analysis.evaluate import evaluate
from cuttle.analysis.gallery import draw_figures, save_figures
from cuttle.analysis.study import Study, load_study
from cuttle.analysis.style import (
    DOUBLE_COLUMN,
    TYPE_COLOURS,
    caption_of,
    clip,
    image,
    looks,
    offsets,
    short,
)
from cuttle.runs.layout import METRICS_FILE

from .awkward import AWKWARD, LONG_NAMES, ODD_NAMES
from .experiments import write_experiment


@pytest.fixture(scope="module", params=AWKWARD)
def study(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Study:
    return load_study(AWKWARD[request.param](tmp_path_factory.mktemp("root")))


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return load_study(AWKWARD["ordinary"](tmp_path_factory.mktemp("root")))


def draw(name: str, study: Study) -> Figure:
    figure = importlib.import_module(f"cuttle.analysis.figures.{name}").draw(study)
    assert isinstance(figure, Figure)
    return figure


@pytest.mark.slow
@pytest.mark.parametrize("name", parts.names(figures))
def test_figure_survives_the_study_and_has_a_caption(name: str, study: Study):
    figure = draw(name, study)

    assert image(figure, "png").startswith(b"\x89PNG")
    assert caption_of(figure)
    assert figure.get_figwidth() <= DOUBLE_COLUMN
    assert figure.get_figheight() <= 12


@pytest.mark.parametrize("name", parts.names(figures))
def test_figure_leaves_the_callers_settings_alone(name: str, ordinary: Study):
    with mpl.rc_context({"font.size": 3}):
        before = dict(mpl.rcParams)

        image(draw(name, ordinary), "svg")

        assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("name", parts.names(figures))
def test_figure_has_the_same_bytes_each_time(name: str, ordinary: Study):
    figure = draw(name, ordinary)
    first = {kind: image(figure, kind) for kind in ("pdf", "png", "svg")}

    with mpl.rc_context({"font.size": 3, "lines.linewidth": 9}):
        figure = draw(name, ordinary)
        assert {kind: image(figure, kind) for kind in first} == first


def test_rendering_one_kind_does_not_change_another(ordinary: Study):
    alone = image(draw("win_rates", ordinary), "png")
    figure = draw("win_rates", ordinary)

    image(figure, "pdf")

    assert image(figure, "png") == alone


def test_figures_name_runs_and_intervals(ordinary: Study):
    captions = {name: caption_of(figure) for name, figure in draw_figures(ordinary)}

    assert "95 % t-intervals" in captions["win_rates"]
    assert "95 % percentile bootstrap" in captions["intervals"]
    assert "95 % Welch" in captions["differences"]
    assert "5 runs a type" in captions["learning_curves"]


def test_paired_experiment_gets_paired_differences(tmp_path: Path):
    figure = draw("differences", load_study(AWKWARD["paired"](tmp_path)))

    assert "paired t" in caption_of(figure)


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
    study = load_study(write_experiment(tmp_path, groups, planned=types, runs=2))

    figure = draw(name, study)

    num_pairs = num_types * (num_types - 1) // 2 if is_whole else num_types - 1
    assert len(figure.axes[-1].get_yticks()) == num_pairs
    assert ("Only pairs with type_0 are shown" in caption_of(figure)) == (not is_whole)
    assert ("Only" in caption_of(figure)) == (not is_whole)


@pytest.mark.parametrize("name", ["differences", "improvement", "intervals"])
def test_figure_of_one_opponent_is_about_one_that_was_asked_for(name: str, ordinary: Study):
    figure = draw(name, restrict(ordinary, ["randomized"]))

    assert "against randomized" in caption_of(figure)
    assert "against gap_maximizer" in caption_of(draw(name, ordinary))


@pytest.mark.slow
def test_all_figures_are_saved_as_vectors_and_pixels(ordinary: Study, tmp_path: Path):
    drawn = save_figures(ordinary, tmp_path / "graphs")

    paths = list((tmp_path / "graphs").iterdir())
    assert list(drawn) == parts.names(figures)
    assert sorted(path.name for path in paths) == sorted(
        f"{name}.{kind}" for name in parts.names(figures) for kind in ("pdf", "png")
    )
    assert all(path.stat().st_size > 1000 for path in paths)


def test_rows_without_a_round_are_not_drawn(tmp_path: Path):
    path = write_experiment(tmp_path, {"boolean": [0.5, 0.6]})
    (path / "boolean_run_01" / METRICS_FILE).write_text('{"loss": 0.1}\n')

    figure = draw("training", load_study(path))

    assert [len(line.get_xdata()) for line in figure.axes[0].lines] == [0, 4, 4, 0, 0]


def test_no_whisker_points_into_its_box(tmp_path: Path):
    rates = [0.675, 0.725, 0.725, 0.8]

    figure = draw("boxes", load_study(write_experiment(tmp_path, {"boolean": rates})))

    axes = figure.axes[0]
    box = axes.patches[0].get_bbox()
    horizontal = [line for line in axes.lines if len(set(line.get_ydata())) == 1]
    below, above = (line.get_xdata() for line in horizontal[:2])
    assert below[0] <= below[1] == box.x0
    assert above[1] >= above[0] == box.x1


def test_time_of_a_run_is_the_one_of_the_table(ordinary: Study):
    table = evaluate(ordinary, ("cost",))["cost"]["types"]

    axes = draw("cost", ordinary).axes[0]

    drawn = [bar.get_width() for bar in axes.patches]
    assert drawn == pytest.approx([table[name]["duration_s"]["mean"] for name in ordinary.types])


def test_missing_interval_is_said_on_the_side_away_from_its_difference(tmp_path: Path):
    groups = {"boolean": [0.4, 0.4], "embedding": [0.6, 0.6], "multi_encoder": [0.2, 0.2]}

    axes = draw("differences", load_study(write_experiment(tmp_path, groups, runs=2))).axes[1]

    sides = {text.get_ha() for text in axes.texts if text.get_position()[1] == 0}
    assert sides == {"right"}  # boolean - embedding, the first row, is negative
    assert {text.get_ha() for text in axes.texts if text.get_position()[1] == 1} == {"left"}


def test_legend_of_the_runs_shows_their_markers(ordinary: Study):
    figure = draw("runs", ordinary)

    samples = figure.legends[0].get_lines()

    assert [s.get_marker() for s in samples] == [x.marker for x in looks(ordinary.types).values()]


def test_runs_at_the_ends_of_the_scale_are_not_cut_in_half(tmp_path: Path):
    figure = draw("runs", load_study(AWKWARD["certain_results"](tmp_path)))

    assert not any(line.get_clip_on() for line in figure.axes[0].lines)


def test_known_types_look_alike_in_every_study():
    alone = looks(["blind", "embedding"])

    assert alone["embedding"] == looks(["a", "boolean", "embedding"])["embedding"]
    assert alone["embedding"].colour == TYPE_COLOURS["embedding"]


def test_twelve_types_are_told_apart():
    names = [*TYPE_COLOURS, *LONG_NAMES, *ODD_NAMES]

    seen = {(look.colour, look.marker) for look in looks(names).values()}

    assert len(seen) == len(names)


def test_colours_of_the_study_are_apart_in_grey_print():
    def grey(colour: str) -> float:
        return sum(w * c for w, c in zip((0.299, 0.587, 0.114), to_rgb(colour), strict=True))

    shades = sorted(grey(TYPE_COLOURS[n]) for n in ("boolean", "embedding", "multi_encoder"))

    assert min(b - a for a, b in itertools.pairwise(shades)) > 0.15


def test_short_names_stay_and_long_names_keep_both_ends():
    assert short("multi_encoder") == "multi_encoder"
    assert short("relational_attention_net").count("\n") == 1
    clipped = {clip(name) for name in LONG_NAMES}
    assert len(clipped) == len(LONG_NAMES)
    assert all(len(line) <= 20 for name in LONG_NAMES for line in short(name).split("\n"))


def test_equal_points_are_spread_without_chance():
    spread = offsets([1.0, 1.0, 1.0, 5.0], bin_width=1.0, step=0.1)

    assert spread == offsets([1.0, 1.0, 1.0, 5.0], bin_width=1.0, step=0.1)
    assert sorted(spread[:3]) == pytest.approx([-0.1, 0.0, 0.1])
    assert spread[3] == 0.0


def test_many_equal_points_stay_beside_their_type():
    assert max(offsets([1.0] * 200, bin_width=1.0, step=0.1)) <= 0.15 + 1e-9
