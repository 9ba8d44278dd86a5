"""The benchmarks run, and print numbers, at the smallest sizes."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from benchmarks import training
from tests.launch.here import run_here
from tests.markdown import ROOT

pytestmark = pytest.mark.slow


def printed(name: str, *words: str) -> list[list[str]]:
    """Run a benchmark; return the words of the lines that it prints."""
    done = run_here(ROOT, [f"benchmarks/{name}.py", *words])
    assert done.returncode == 0, done.stderr
    return [line.split() for line in done.stdout.splitlines()]


def test_the_benchmark_of_training_prints_a_row_for_each_type() -> None:
    rows = printed("training", "--budget=smoke", "--types=blind,boolean", "--rounds=1")

    assert [row[0] for row in rows[1:]] == ["blind", "boolean"]
    assert all(float(value.replace(",", "")) > 0 for row in rows[1:] for value in row[1:4])


def test_learning_is_compared_with_that_of_another_commit(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(ROOT / "cuttle" / "__pycache__"))  # compiled already
    words = ["--against=HEAD", "--budget=smoke", "--types=blind", "--repetitions=1"]
    monkeypatch.setattr(sys, "argv", ["training.py", *words])

    training.main()

    name, *values = capsys.readouterr().out.splitlines()[1].split()
    before, after, ratio, lowest, highest = map(float, values)
    assert name == "blind"
    assert ratio == lowest == highest == pytest.approx(before / after, rel=0.1)
    listed = subprocess.run(
        ["git", "worktree", "list"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert str(tmp_path) not in listed.stdout


def test_other_learners_are_timed_and_play() -> None:
    pytest.importorskip("sb3_contrib")

    rows = printed("compare_learners", "--steps=64", "--games=2", "--updates=1")

    assert [row[0] for row in rows[1:3]] == ["Stable-Baselines3", "cuttle,"]
    assert [row[0] for row in rows[5:]] == ["randomized", "gap_maximizer"]
    assert all(row[2].endswith("%") and row[3].endswith("%") for row in rows[5:])


def test_the_overhead_of_a_run_and_of_a_finished_sweep_is_measured() -> None:
    overhead, finished = map(" ".join, printed("launcher", "--seconds=0", "--finished=2"))

    assert overhead.startswith("21 runs of 0.0 s, 2 at a time: bare joblib ")
    assert finished.startswith("2 completed runs launched again: ")


SMALL = {
    "analysis": ["6"],
    "commands": ["6", "--repeats=1"],
    "engine": ["--decisions=2000", "--repeats=1"],
    "monte_carlo": ["--budgets=5", "--games=4"],
}


@pytest.mark.parametrize("name", SMALL)
def test_a_benchmark_prints_numbers(name: str) -> None:
    assert any(re.search(r"\d", word) for word in printed(name, *SMALL[name])[-1])
