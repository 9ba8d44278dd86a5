"""Damaged and hostile files: one run's problem, found without waiting; the rest is shown."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cuttle.runs.files import MAX_INTEGER, parse_json, read_bytes, write_text
from cuttle.runs.layout import RunState
from cuttle.runs.reader import read_experiment
from cuttle.runs.run_record import RunRecord
from tests.analysis.conftest import run_cli
from tests.analysis.experiments import write_experiment

TIMEOUT_S = 5.0  # on a busy machine; a reader that waits would never return
DEEP = "[" * 100_000 + "]" * 100_000
BOMB = "\n".join(
    f"a{i}: &a{i} [" + ",".join([f"*a{i - 1}" if i else "x"] * 9) + "]" for i in range(9)
)


def write(text: str) -> Callable[[Path], None]:
    return lambda path: path.write_text(text)


def append(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(path.read_bytes() + content)


def replace(make: Callable[[Path], None]) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        path.unlink()
        make(path)

    return damage


def loop(path: Path) -> None:
    path.symlink_to(path.name)


FILES = ("status.json", "run_metadata.json", "matches.jsonl", "metrics.jsonl", ".hydra/config.yaml")
KINDS: dict[str, Callable[[Path], None]] = {
    "empty": write(""),
    "nested": write(DEEP + "\n"),
    "another kind": write("3\n"),
    "large number": append(b'{"round": ' + b"9" * 400 + b"}\n"),
    "no number": append(b'{"round": NaN}\n'),
    "not text": append(b"\xff\xfe\x00\n"),
    "pipe": replace(os.mkfifo),
    "directory": replace(os.mkdir),
    "loop": replace(loop),
    "device": replace(lambda path: path.symlink_to("/dev/zero")),
}
CONFIG_KINDS: dict[str, Callable[[Path], None]] = {
    "bomb": write(BOMB),
    "reference to itself": write("a: &a [*a]"),
    "chain of aliases": write("\n".join(f"a{i}: &a{i} [*a{i - 1}]" for i in range(99))),
    "tab": write("a:\n\tb: 1"),
    "Latin-1": lambda path: path.write_bytes(b"a: Gr\xf6\xdfe"),
    "large integer": write("a: " + "9" * 5000),
    "no plain value": write("a: !!set {b}"),
    "no truth": write("a: !!bool b"),
    "no number": write("a: !!int ''"),
    "no fraction": write("a: !!float ''"),
    "no mapping": write("a: !!map [b]"),
    "number to base 60": write("a: " + "1:" * 200 + "1.0"),
}
CASES = [
    pytest.param(name, damage, id=f"{name}: {kind}")
    for name in FILES
    for kind, damage in (KINDS | (CONFIG_KINDS if name.endswith(".yaml") else {})).items()
]


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    return write_experiment(tmp_path, {"boolean": [0.6, 0.62]}, planned=["boolean"], runs=2)


@pytest.mark.parametrize(("name", "damage"), CASES)
def test_a_damaged_file_is_one_line_about_one_run(
    name: str, damage: Callable[[Path], None], experiment: Path
) -> None:
    damage(experiment / "boolean_run_01" / name)

    started = time.perf_counter()
    damaged, sound = read_experiment(experiment).runs
    for run in (damaged, sound):
        assert isinstance(run.config, dict) and isinstance(run.metadata, dict)
        assert all(isinstance(rows, list) for rows in (run.metrics, run.matches, run.timings))
        run.compare_hashes()

    assert time.perf_counter() - started < TIMEOUT_S
    assert damaged.problems and all("\n" not in problem for problem in damaged.problems)
    assert max(map(len, damaged.problems)) < 300
    assert sound.state is RunState.COMPLETED and not sound.problems


@pytest.mark.parametrize("kind", ["loop", "nowhere", "file", "pipe"])
def test_an_entry_in_the_place_of_a_run_is_a_damaged_run(kind: str, experiment: Path) -> None:
    path = experiment / "boolean_run_09"
    make = {"loop": loop, "nowhere": lambda p: p.symlink_to("gone"), "file": Path.touch,
            "pipe": os.mkfifo}[kind]  # fmt: skip
    make(path)

    *others, found = read_experiment(experiment).runs

    assert [run.state for run in others] == [RunState.COMPLETED] * 2
    assert found.state is RunState.DAMAGED and len(found.problems) == 1


def test_a_run_whose_name_is_no_text_is_named_and_not_read(experiment: Path) -> None:
    (experiment / os.fsdecode(b"b\xff_run_03")).mkdir()

    found = read_experiment(experiment)

    assert len(found.runs) == 2
    assert found.problems == [r"'b\udcff_run_03' is not read, as its name is not UTF-8; rename it"]


def test_a_path_that_is_no_text_is_written_with_replacements(tmp_path: Path) -> None:
    write_text(tmp_path / "page", os.fsdecode(b"stu\xff"))

    assert (tmp_path / "page").read_text() == "stu?"


@pytest.mark.parametrize("kind", ["loop", "pipe", "nested", "not text"])
def test_a_damaged_description_hides_neither_runs_nor_other_experiments(
    kind: str, experiment: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    KINDS[kind](experiment / "experiment.json")
    write_experiment(experiment.parent, {"boolean": [0.6]}, name="other", planned=["boolean"])

    status = run_cli("list", "--root", experiment.parent)

    shown = capfd.readouterr().out
    assert status == 0 and "other" in shown
    assert "study: experiment.json cannot be read" in shown
    assert len(read_experiment(experiment).runs) == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_run_of_another_user_is_damaged(experiment: Path) -> None:
    (experiment / "boolean_run_01").chmod(0)

    run = RunRecord(experiment / "boolean_run_01")

    (experiment / "boolean_run_01").chmod(0o700)
    assert run.state is RunState.DAMAGED
    assert run.problems == ["status.json cannot be read (Permission denied)"]


def test_numbers_are_read_up_to_64_bits() -> None:
    assert parse_json(str(MAX_INTEGER).encode()) == MAX_INTEGER
    for text in (str(MAX_INTEGER + 1), "1e999", f"-{'9' * 400}.0"):
        with pytest.raises(ValueError, match="number too large"):
            parse_json(text.encode())


def test_half_a_character_is_replaced_and_a_whole_one_read() -> None:
    assert parse_json(rb'{"\ud800": "\ud83d\ude00 \udcff"}') == {"?": "\N{GRINNING FACE} ?"}


def test_brackets_inside_texts_nest_nothing() -> None:
    assert parse_json(b'["' + b"[" * 1000 + b'"]') == ["[" * 1000]


def test_a_too_large_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cuttle.runs.files.MAX_BYTES", 10)
    (tmp_path / "large").write_bytes(b"x" * 11)

    with pytest.raises(OSError, match="larger than"):
        read_bytes(tmp_path / "large")
