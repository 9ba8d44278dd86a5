"""diff on the command line: sides, exit status, provenance and results."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cuttle.analysis import load

from .conftest import Cli
from .experiments import (
    ANALYSIS,
    PRIMARY,
    RATE,
    TRAINING,
    TYPES,
    write_experiment,
    write_factorial,
    write_meta,
    write_run,
)

RATES = [0.60, 0.61, 0.64, 0.58, 0.62]
RUN = "new/boolean_run_02"


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two experiments, of which the second has one type, a rate of 0.1 more, and one odd run."""
    root = tmp_path_factory.mktemp("multirun")
    old = {"boolean": RATES, "embedding": RATES}
    write_experiment(root, old, name="old", planned=TYPES[:2])
    write_experiment(root, {"boolean": [r + 0.1 for r in RATES]}, name="new", planned=TYPES[:1])
    return root


@pytest.fixture
def root(studies: Path, multirun: Path) -> Path:
    return Path(shutil.copytree(studies, multirun, dirs_exist_ok=True))


def change_run(root: Path, **training: Any) -> None:
    write_run(root / "new", "boolean", 1, config={"training": {**TRAINING, **training}})


def words(text: str) -> str:
    """Return what was printed, whatever the widths of its columns."""
    return " ".join(text.split())


def document_of(cli: Cli, *sides: str | Path) -> Any:
    def refuse(name: str) -> None:
        raise AssertionError(name)

    ended = cli("diff", "--json", *sides)
    document = json.loads(ended.out, parse_constant=refuse)
    assert document["equal"] is (ended.status == 0)
    return document


def test_runs_that_differ_in_name_and_seed_alone_are_equal(root: Path, cli: Cli) -> None:
    document = document_of(cli, "old/boolean_run_01", RUN)

    assert document["equal"]
    assert {d["key"] for d in document["ignored"]} == {"experiment", "run", "seed.value"}
    everything = cli("diff", "--all", "old/boolean_run_01", RUN)
    assert everything.status == 1 and "changed seed.value" in words(everything.out)


def test_a_side_without_a_factor_shows_its_option_or_its_section(tmp_path: Path, cli: Cli) -> None:
    levels = [{"rules": name, "x": {"a": a}} for name, a in (("classic", 1), ("plain", 2))]
    with_factors = [({"network_type": "boolean", **level}, [0.5]) for level in levels]
    a = write_factorial(tmp_path / "a", with_factors)
    b = write_factorial(
        tmp_path / "b", [({"network_type": "boolean"}, [0.5])], choices={"rules": "classic"}
    )
    write_run(b, "boolean", 1, config={"x": {"a": 1}})

    shown = words(cli("diff", a, b).out)

    assert "changed rules classic, plain classic" in shown
    assert "changed x {a: 1}, {a: 2} {a: 1}" in shown


@pytest.mark.parametrize(
    ("sides", "shown"),
    [
        (["old/boolean_run_01", "new/boolean_run_01"], "changed training.rounds 4 9"),
        (["old/boolean_run_01", "new/boolean_run_01", "old"], "training.rounds 4 9 4"),
        (["new"], "runs that no factor explains: 1 key differs key values training.rounds {9, 4}"),
        (["old"], "factor network_type: 1 key differs"),
    ],
    ids=["two", "three", "inside a mixed one", "inside a study"],
)
def test_a_different_key_ends_with_one_and_shows_all_values(
    root: Path, cli: Cli, sides: list[str], shown: str
) -> None:
    change_run(root, rounds=9)

    ended = cli("diff", *sides)

    assert ended.status == 1
    assert shown in words(ended.out)


def test_runs_that_lack_a_key_are_named(root: Path, cli: Cli) -> None:
    change_run(root, extra=1)

    rows = document_of(cli, "old", "new")["configuration"]

    row = next(row for row in rows if row["key"] == "training.extra")
    (lacking,), (fresh, rest) = row["sides"]
    assert lacking["is_absent"] and len(lacking["runs"]) == 10
    assert (fresh["value"], fresh["runs"]) == (1, ["boolean_run_01"])
    assert rest["is_absent"] and len(rest["runs"]) == 4


FILES = {
    "equal numbers": ("lr: 1e-3\nn: 1_000\n", "n: 1000.0\nlr: 0.001\n", ""),
    "equal lists": ("x: [1, .nan]\ny: [[{z: 1}]]\n", "x: [1.0, .nan]\ny: [[{z: 1.0}]]\n", ""),
    "below an ignored key": ("run: {deep: 1}\n", "run: {deep: 2}\n", ""),
    "namesake": ("running: 1\n", "running: 2\n", "1 key differs"),
    "text": ("x: '1'\n", "x: 1\n", 'changed x "1" 1'),
    "truth": ("x: true\n", "x: 1\n", "changed x true 1"),
    "null": ("x: null\n", "{}\n", "removed x null (absent)"),
    "order": ("x: [1, 2]\n", "x: [2, 1]\n", "changed x [1, 2] [2, 1]"),
    "not finite": ("x: .nan\ny: [1, .inf]\n", "x: 1\n", "changed x nan 1"),
    "nested": (
        "a: [{c: 1}]\nb: {}\n",
        "b: {d: 1}\na: [{c: 2}]\n",
        "changed a[0].c 1 2 removed b {",
    ),
    "a dot": ("a.b: 1\n", "a: {b: 1}\n", 'added a.b (absent) 1 removed "a.b" 1 (absent)'),
}


@pytest.mark.parametrize(("a", "b", "shown"), FILES.values(), ids=list(FILES))
def test_files_are_compared_by_meaning(root: Path, cli: Cli, a: str, b: str, shown: str) -> None:
    paths = [root / "a.yaml", root / "b.yaml"]
    for path, text in zip(paths, (a, b), strict=True):
        path.write_text(text)

    ended = cli("diff", *paths)

    assert ended.status == bool(shown) and shown in words(ended.out)
    assert document_of(cli, *paths)["equal"] is not bool(shown)  # strict JSON


def test_experiments_with_other_types_compare_what_they_share(root: Path, cli: Cli) -> None:
    document = document_of(cli, "old", "new")

    (row,) = document["configuration"]
    assert (row["key"], row["where"]) == ("network_type", "levels")
    assert [value["value"] for value in row["sides"][0]] == ["boolean", "embedding"]
    assert "conditions only in old: embedding" in document["notes"]


@pytest.mark.parametrize(("size", "where"), [(52, "boolean"), (64, "")], ids=["one", "all"])
def test_a_setting_of_a_factor_is_compared_condition_by_condition(
    root: Path, cli: Cli, size: int, where: str
) -> None:
    for name, sizes in (("p", (52, 52)), ("q", (64, size))):
        for network_type, hidden in zip(TYPES, sizes, strict=False):
            config = {"network_type": {"name": network_type, "hidden": hidden}}
            write_run(root / name, network_type, 1, config=config)

    rows = document_of(cli, "p", "q")["configuration"]

    assert [(row["key"], row["where"]) for row in rows] == [("network_type.hidden", where)]


def test_results_come_with_intervals_and_their_difference(root: Path, cli: Cli) -> None:
    rows = document_of(cli, "old", "new")["results"]

    first, *_, last = (row for row in rows if row["opponent"] == PRIMARY)
    assert (first["condition"], first["n"], last["n"]) == ("boolean", 5, 5)
    assert first["ci_low"] < first["win_rate"] < first["ci_high"] and first["diff"] is None
    assert last["diff"] == pytest.approx(0.1) and last["diff_ci_low"] > 0


def test_intervals_end_at_what_is_possible_and_equal_runs_have_none(root: Path, cli: Cli) -> None:
    write_experiment(root, {"boolean": [0.2, 0.85]}, name="few", planned=TYPES[:1], runs=2)
    write_experiment(root, {"boolean": [0.6, 0.6]}, name="same", planned=TYPES[:1], runs=2)

    few, same = cli("diff", "few", "few"), document_of(cli, "same", "same")

    side = "52.5 [0.0, 100.0] n = 2"
    assert f"{side} {side} 0.0 [\N{MINUS SIGN}100.0, 100.0]" in words(few.out)
    assert [row["ci_low"] for row in same["results"]] == [None] * 4


def test_conditions_of_equal_levels_are_compared_whatever_the_base(root: Path, cli: Cli) -> None:
    """A label says what is not at the base, so that one label has two meanings here."""
    rates = {3.0e-4: 0.5, 1.0e-3: 0.6, 5.0e-3: 0.7}
    for name, base, runs in (("low", 3.0e-4, (2, 2)), ("high", 1.0e-3, (3, 2, 2))):
        design = [
            ({"network_type": "boolean", RATE: x}, [rates[x]] * n)
            for x, n in zip(rates, runs, strict=False)
        ]
        write_factorial(root / name, design, factors={"network_type": "boolean", RATE: base})

    document = document_of(cli, root / "low" / "study", root / "high" / "study")

    rows = [row for row in document["results"] if row["opponent"] == PRIMARY]
    assert [row["win_rate"] for row in rows if row["condition"] == "boolean"] == [0.5, 0.5]
    lone, lone_runs = (note.rpartition(": ")[2] for note in document["notes"])
    assert lone == "boolean_learning_rate=0.005"
    assert lone_runs == "boolean_learning_rate=0.0003_run_03"


def test_a_condition_that_is_not_trained_yet_has_the_name_of_its_levels(
    root: Path, cli: Cli
) -> None:
    for name, base, levels in (("low", 3.0e-4, (3.0e-4,)), ("high", 1.0e-3, (5.0e-3, 1.0e-3))):
        design = [
            ({"network_type": "boolean", RATE: x}, [0.5] if x != 1.0e-3 else []) for x in levels
        ]
        write_factorial(root / name, design, factors={"network_type": "boolean", RATE: base})

    notes = document_of(cli, root / "low" / "study", root / "high" / "study")["notes"]

    lone = [note.partition(": ")[2] for note in notes if note.startswith("conditions only in")]
    own = "boolean (network_type=boolean, training.learner.learning_rate=0.001)"
    assert lone == ["boolean", f"boolean_learning_rate=0.005, {own}"]


@pytest.mark.parametrize("choices", [None, {"trunk": "plain"}])
def test_labels_join_where_the_option_of_a_group_is_not_recorded(
    choices: dict[str, str] | None, root: Path, cli: Cli
) -> None:
    cells = [({"network_type": "boolean", "trunk": trunk}, [0.5]) for trunk in ("plain", "wide")]
    write_factorial(root / "swept", cells, choices={"network_type": "boolean", "trunk": "plain"})
    meta = {"choices": choices} if choices else {}
    lone = [({"network_type": "boolean"}, [0.6])]
    trunk = {"trunk": {"layers": [64]}}
    write_factorial(root / "lone", lone, base_config={"analysis": ANALYSIS, **trunk}, **meta)

    document = document_of(cli, root / "swept" / "study", root / "lone" / "study")

    rows = [row for row in document["results"] if row["opponent"] == PRIMARY]
    assert [row["win_rate"] for row in rows if row["condition"] == "boolean"] == [0.5, 0.6]


def test_conditions_that_a_damaged_factor_no_longer_tells_apart_keep_their_names(
    root: Path, cli: Cli
) -> None:
    write_factorial(root / "low", [({"network_type": "boolean", RATE: 3.0e-4}, [0.5])])
    rates = [({"network_type": "boolean", RATE: x}, [0.5]) for x in (3.0e-4, 1.0e-3)]
    path = write_factorial(root / "high", rates) / "experiment.json"
    content = json.loads(path.read_text())
    content["factors"][RATE] = "oops"
    path.write_text(json.dumps(content))

    notes = document_of(cli, root / "low" / "study", path.parent)["notes"]

    assert any("only in" in note and "boolean_learning_rate=0.001" in note for note in notes)


def test_lone_runs_have_the_interval_of_their_games(root: Path, cli: Cli) -> None:
    cell = document_of(cli, "old/boolean_run_01", "new/boolean_run_01")["results"][-1]

    assert (cell["interval"], cell["games"]) == ("Wilson, over the games of one run", 2000)
    assert cell["diff"] is not None and cell["diff_ci_low"] is None


def cut_off(path: Path) -> None:
    matches = path / "matches.jsonl"
    matches.write_text(matches.read_text()[:-20] + "\n")


LEFT_OUT: dict[str, tuple[Callable[[Path], object], str]] = {
    "damaged row": (cut_off, "unreadable results: matches.jsonl line"),
    "no config": (lambda path: (path / ".hydra/config.yaml").unlink(), "comparability unknown"),
    "no metadata": (lambda path: (path / "run_metadata.json").unlink(), "comparability unknown"),
    "bad config": (
        lambda path: (path / ".hydra/config.yaml").write_text("{"),
        ".hydra/config.yaml cannot be read, excluded: boolean_run_02",
    ),
}


@pytest.mark.parametrize(("damage", "note"), LEFT_OUT.values(), ids=list(LEFT_OUT))
def test_a_run_is_left_out_by_report_and_diff_alike(
    root: Path, cli: Cli, damage: Callable[[Path], object], note: str
) -> None:
    damage(root / RUN)

    document = document_of(cli, "old", "new")

    of_boolean = {"opponent": PRIMARY, "condition": "boolean"}.items()
    counts = [row["n"] for row in document["results"] if of_boolean <= row.items()]
    assert counts == [5, len(load(root / "new").runs)] == [5, 4]
    about = [text for text in document["notes"] if "boolean_run_02" in text]
    assert any(text.startswith("new: ") and note in text for text in about)
    assert not any("not prepared yet" in text for text in about)


def test_missing_results_of_a_side_are_explained(root: Path, cli: Cli) -> None:
    cut_off(root / RUN)
    change_run(root, rounds=9)

    lone, mixed = document_of(cli, "old/boolean_run_02", RUN), document_of(cli, "old", "new")

    assert any("matches.jsonl line" in note for note in lone["notes"])
    assert any(n.startswith("new: no results: runs boolean_run_01") for n in mixed["notes"])
    assert {row["side"] for row in mixed["results"]} == {0}


def test_provenance_is_compared_and_no_difference_of_configurations(root: Path, cli: Cli) -> None:
    write_run(root / "p", "boolean", 1, metadata={"versions": {"numpy": "2.0"}})
    write_run(root / "q", "boolean", 1, metadata={"versions": {"numpy": "2.1"}})

    document = document_of(cli, "p", "q")

    assert document["equal"]
    assert [row["key"] for row in document["provenance"]] == ["versions.numpy"]


def test_what_has_not_run_is_compared_without_results(root: Path, cli: Cli) -> None:
    write_run(root / "part", "boolean", 1, state="running", matches=[])
    write_meta(root / "plan", base_config={"training": {"rounds": 4}})
    (root / "plan.yaml").write_text("training: {rounds: 5}\n")

    running = document_of(cli, "part", "old/boolean_run_01")
    planned = cli("diff", "plan", root / "plan.yaml")

    assert running["equal"] and "part: no results yet" in running["notes"]
    assert planned.status == 1
    assert "changed training.rounds 4 5" in words(planned.out)
    assert "no run is prepared yet" in planned.out
