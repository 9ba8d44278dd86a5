"""Names on the command line find the directory that is meant, or say why not."""

import os
from pathlib import Path

import pytest

from cuttle.runs.layout import CONFIG_FILE, EXPERIMENT_FILE
from cuttle.runs.locate import current_experiment, find_experiment, find_side, select, selected_name

RUN = "speed/boolean_run_01"
NAMES = ["input_rep_v1", "input_rep_v10", "input_rep_v2", "speed"]  # the newest first
KNOWN = f"there are: {', '.join(NAMES)}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for age, name in enumerate(NAMES):
        description = tmp_path / name / EXPERIMENT_FILE
        description.parent.mkdir()
        description.write_text("{}")
        os.utime(description, (1000 - age, 1000 - age))
    config = tmp_path / RUN / CONFIG_FILE
    config.parent.mkdir(parents=True)
    config.write_text("run: 1\n")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("input_rep_v1", "input_rep_v1"),  # also a part of another
        ("v2", "input_rep_v2"),
        ("{root}/speed", "speed"),
        ("spe/boolean_run_01", RUN),
        ("{root}/speed/boolean_run_01", RUN),
        (f"{{root}}/{RUN}/{CONFIG_FILE}", f"{RUN}/{CONFIG_FILE}"),
    ],
)
def test_a_name_its_unambiguous_part_or_a_path_is_found(root: Path, text: str, found: str):
    text = text.format(root=root)

    assert find_side(root, text) == root / found
    assert "/" in found or find_experiment(root, text) == root / found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("input", f"matches several experiments: {', '.join(NAMES[:3])}"),
        ("absent", KNOWN),
        ("", KNOWN),
        ("../speed/x", KNOWN),
        (RUN, "is a run, not an experiment"),
        (f"{{root}}/{RUN}", "is a run, not an experiment"),
    ],
)
def test_what_is_no_experiment_is_refused(root: Path, text: str, message: str):
    with pytest.raises(ValueError, match=message):
        find_experiment(root, text.format(root=root))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        *[
            (text, f"{text} is neither an experiment nor")
            for text in ("/dev/null", "/dev", "/dev/")
        ],
        ("speed/boolean_run_09", "no run 'boolean_run_09'"),
    ],
)
def test_what_is_no_side_is_refused(root: Path, text: str, message: str):
    with pytest.raises(ValueError, match=message):
        find_side(root, text)


@pytest.mark.parametrize(("where", "text"), [(".", "."), ("boolean_run_01", "..")])
def test_a_path_of_dots_has_the_name_of_its_directory(
    root: Path, monkeypatch: pytest.MonkeyPatch, where: str, text: str
):
    monkeypatch.chdir(root / "speed" / where)

    assert find_experiment(root, text) == find_side(root, text) == root / "speed"
    assert select(root, text).name == selected_name(root) == "speed"
    assert where == "." or find_side(root, ".") == root / RUN


def test_without_a_name_the_selected_one_is_meant_or_else_the_one_touched_last(root: Path):
    assert current_experiment(root) == root / "input_rep_v1"

    select(root, "v2")

    assert selected_name(root) == "input_rep_v2"
    assert find_experiment(root, None) == root / "input_rep_v2"


def test_failed_selection_keeps_the_old_one_and_a_vanished_one_is_said(root: Path):
    select(root, "speed")

    with pytest.raises(ValueError, match="several"):
        select(root, "input")

    assert selected_name(root) == "speed"
    (root / "speed").rename(root / "renamed")
    with pytest.raises(ValueError, match="selected experiment speed is not under"):
        current_experiment(root)


def test_a_selection_that_is_no_name_is_refused(root: Path):
    (root / ".selected").write_bytes(b"spe\0ed")

    with pytest.raises(ValueError, match=r"\.selected cannot be read; delete it"):
        current_experiment(root)


def test_empty_root_says_how_to_begin(tmp_path: Path):
    with pytest.raises(ValueError, match=r"python train\.py"):
        current_experiment(tmp_path / "none")
