"""Names on the command line find the directory that is meant, or say why not."""

import os
from pathlib import Path

import pytest

from cuttle.runs.layout import CONFIG_FILE, EXPERIMENT_FILE
from cuttle.runs.locate import (
    current_experiment,
    find_experiment,
    find_side,
    select,
    selected_name,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for age, name in enumerate(["input_rep_v1", "input_rep_v2", "speed"]):
        description = tmp_path / name / EXPERIMENT_FILE
        description.parent.mkdir()
        description.write_text("{}")
        os.utime(description, (1000 - age, 1000 - age))
    config = tmp_path / "speed" / "boolean_run_01" / CONFIG_FILE
    config.parent.mkdir(parents=True)
    config.write_text("run: 1\n")
    return tmp_path


def test_full_name_is_found_though_it_is_part_of_another(root: Path):
    (root / "input_rep_v10").mkdir()
    (root / "input_rep_v10" / EXPERIMENT_FILE).write_text("{}")

    assert find_experiment(root, "input_rep_v1") == root / "input_rep_v1"


def test_unambiguous_part_is_enough(root: Path):
    assert find_experiment(root, "v2") == root / "input_rep_v2"


def test_ambiguous_part_lists_what_it_fits(root: Path):
    with pytest.raises(ValueError, match="matches several experiments: input_rep_v1, input_rep_v2"):
        find_experiment(root, "input")


@pytest.mark.parametrize("name", ["absent", "", "../speed/x"])
def test_unknown_name_lists_what_there_is(root: Path, name: str):
    with pytest.raises(ValueError, match="there are: input_rep_v1, input_rep_v2, speed"):
        find_experiment(root, name)


def test_path_elsewhere_is_taken(root: Path):
    assert find_experiment(root / "nowhere", str(root / "speed")) == root / "speed"


@pytest.mark.parametrize(("where", "text"), [(".", "."), ("boolean_run_01", "..")])
def test_a_path_of_dots_has_the_name_of_its_directory(
    root: Path, monkeypatch: pytest.MonkeyPatch, where: str, text: str
):
    monkeypatch.chdir(root / "speed" / where)

    assert find_experiment(root, text) == find_side(root, text) == root / "speed"
    assert select(root, text).name == selected_name(root) == "speed"


def test_run_of_this_directory_has_its_name(root: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(root / "speed" / "boolean_run_01")

    assert find_side(root, ".") == root / "speed" / "boolean_run_01"


@pytest.mark.parametrize("text", ["/dev/null", "/dev", "/dev/"])
def test_a_path_elsewhere_that_is_no_side_is_named(root: Path, text: str):
    with pytest.raises(ValueError, match=f"{text} is neither an experiment nor a run nor a file"):
        find_side(root, text)


def test_a_selection_that_is_no_name_is_refused(root: Path):
    (root / ".selected").write_bytes(b"spe\0ed")

    with pytest.raises(ValueError, match=r"\.selected cannot be read; delete it"):
        current_experiment(root)


def test_run_is_no_experiment(root: Path):
    with pytest.raises(ValueError, match="is a run, not an experiment"):
        find_experiment(root, str(root / "speed" / "boolean_run_01"))
    with pytest.raises(ValueError, match="is a run, not an experiment"):
        find_experiment(root, "speed/boolean_run_01")


def test_without_a_name_the_one_touched_last_is_meant(root: Path):
    assert current_experiment(root) == root / "input_rep_v1"


def test_selected_one_is_meant_before_the_latest(root: Path):
    select(root, "v2")

    assert selected_name(root) == "input_rep_v2"
    assert find_experiment(root, None) == root / "input_rep_v2"


def test_vanished_selection_is_said(root: Path):
    select(root, "speed")
    (root / "speed" / EXPERIMENT_FILE).unlink()

    with pytest.raises(ValueError, match="selected experiment speed is not under"):
        current_experiment(root)


def test_failed_selection_keeps_the_old_one(root: Path):
    select(root, "speed")

    with pytest.raises(ValueError, match="several"):
        select(root, "input")

    assert selected_name(root) == "speed"


def test_empty_root_says_how_to_begin(tmp_path: Path):
    with pytest.raises(ValueError, match=r"python train\.py"):
        current_experiment(tmp_path / "none")


def test_side_may_be_a_run_of_a_part_of_a_name(root: Path):
    run = root / "speed" / "boolean_run_01"

    assert find_side(root, "spe/boolean_run_01") == run
    assert find_side(root, str(run)) == run


def test_side_may_be_a_file(root: Path):
    path = root / "speed" / "boolean_run_01" / CONFIG_FILE

    assert find_side(root, str(path)) == path


def test_missing_run_of_an_experiment_is_named(root: Path):
    with pytest.raises(ValueError, match="no run 'boolean_run_09'"):
        find_side(root, "speed/boolean_run_09")
