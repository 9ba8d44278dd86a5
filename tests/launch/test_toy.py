"""Another program gets the same laws: `toy/toy.py` is all that it has of its own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cuttle.runs.reader import read_experiment
from tests.launch.launching import (
    REPOSITORY,
    TIMEOUT_S,
    Finished,
    snapshot,
    states,
    status,
    wait_for,
)

pytestmark = pytest.mark.slow

TOY = Path(__file__).with_name("toy")
SWEEP = ("-m", "sheep=1,2", "run=1,2", "hydra.launcher.n_jobs=2")
NAMES = [f"{condition}_run_0{run}" for condition in ("base", "sheep=2") for run in (1, 2)]


def start(directory: Path, *words: str) -> "subprocess.Popen[str]":
    """Begin the toy in a working directory."""
    return subprocess.Popen(
        [sys.executable, str(TOY / "toy.py"), *words],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def launch(directory: Path, *words: str) -> Finished:
    """Run the toy to its end."""
    process = start(directory, *words)
    output, _ = process.communicate(timeout=TIMEOUT_S)
    return Finished(process.args, process.returncode, output)


def dreams(directory: Path) -> dict[str, str]:
    """Return what each run has left."""
    paths = sorted((directory / "multirun" / "night").glob("*/dream.txt"))
    return {path.parent.name: path.read_text() for path in paths}


def test_a_sweep_is_trained_resumed_forced_and_never_twice(tmp_path: Path) -> None:
    planned = launch(tmp_path, *SWEEP, "dry_run=true")
    assert planned.returncode == 0 and "4 runs, 4 to train" in planned.stdout
    assert list(tmp_path.iterdir()) == []

    first = launch(tmp_path, *SWEEP)
    assert first.returncode == 0, first.stdout
    assert sorted(states(tmp_path, "night")) == sorted(NAMES)
    assert dreams(tmp_path)["sheep=2_run_02"] == "4 sheep\n"
    experiment = read_experiment(tmp_path / "multirun" / "night")
    assert {run.state.value for run in experiment.runs} == {"completed"}
    assert [problem for run in experiment.runs for problem in run.problems] == []

    before = snapshot(tmp_path)
    assert "0 trained now, 4 completed before" in launch(tmp_path, *SWEEP).stdout
    assert snapshot(tmp_path) == before

    (tmp_path / "multirun" / "night" / "base_run_01" / "dream.txt").unlink()
    damaged = launch(tmp_path, *SWEEP)
    assert damaged.returncode == 1
    assert "dream.txt is missing or empty, though the run is completed" in damaged.stdout
    assert launch(tmp_path, "run=1", "force=true").returncode == 0
    assert dreams(tmp_path)["base_run_01"] == "1 sheep\n"


def test_a_failing_and_a_killed_run_leave_the_others_alone(tmp_path: Path) -> None:
    process = start(tmp_path, "-m", "sheep=1,2,13", "nap_s=3", "hydra.launcher.n_jobs=1")
    wait_for(lambda: states(tmp_path, "night").get("base_run_01") == "running")
    os.kill(status(tmp_path, "base_run_01", "night")["pid"], signal.SIGKILL)
    output, _ = process.communicate(timeout=TIMEOUT_S)

    assert process.returncode == 1
    found = states(tmp_path, "night")
    assert found == {
        "base_run_01": "failed",
        "sheep=2_run_01": "completed",
        "sheep=13_run_01": "failed",
    }
    assert "killed by SIGKILL" in output and "RuntimeError: a nightmare" in output
    assert launch(tmp_path, "nap_s=3").returncode == 0
    assert dreams(tmp_path)["base_run_01"] == "1 sheep\n"


def test_the_label_of_a_factor_s_later_level_joins(tmp_path: Path) -> None:
    assert launch(tmp_path, "-m", "sheep=1,2").returncode == 0

    assert launch(tmp_path, "sheep=5").returncode == 0
    refused = launch(tmp_path, "nap_s=0.5", "run=2")

    assert sorted(dreams(tmp_path)) == ["base_run_01", "sheep=2_run_01", "sheep=5_run_01"]
    assert refused.returncode == 2 and "sweep the key" in refused.stdout


def test_hydra_s_basic_launcher_runs_it(tmp_path: Path) -> None:
    assert launch(tmp_path, "-m", "sheep=1,2", "hydra/launcher=basic").returncode == 0
    assert len(dreams(tmp_path)) == 2
