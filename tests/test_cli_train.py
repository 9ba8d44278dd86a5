"""`train.py` with the real trainer, as a user runs it: results and resumption."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from cuttle.runs.reader import read_experiment
from tests.launch.here import launch_here
from tests.launch.launching import (
    command,
    environment,
    launch,
    results,
    states,
    status,
    struck_after_one_round,
)
from tests.launch.test_arithmetic import needs_intel

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two completed runs of the smoke budget."""
    directory = tmp_path_factory.mktemp("trained")
    finished = launch(directory, *SMOKE, fake=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return directory


SMOKE = (
    *("-m", "experiment=test", "training=smoke", "network_type=boolean,embedding"),
    "hydra.launcher.n_jobs=1",
)


def test_a_sweep_trains_and_leaves_readable_results(trained: Path) -> None:
    experiment = read_experiment(trained / "multirun" / "test")

    assert [run.run_id for run in experiment.runs] == ["boolean_run_01", "embedding_run_01"]
    for run in experiment.runs:
        assert run.state.value == "completed" and run.problems == []
        assert [row["round"] for row in run.metrics] == [1, 2]
        assert {row["stage"] for row in run.matches} == {"validation", "final"}
        assert run.metadata["parameters"] > 1000
        assert 0 < run.metadata["initial_q_sd"] < 1


def test_models_load_without_running_code(trained: Path) -> None:
    path = trained / "multirun" / "test" / "embedding_run_01" / "models" / "model_final.pt"

    model = torch.load(path, weights_only=True)

    assert model["seed"] == model["config"]["seed"]["value"]
    assert model["config"]["network_type"]["embedding_dim"] == 32
    assert all(weights.isfinite().all() for weights in model["weights"].values())


def test_a_killed_training_goes_on_to_the_same_bytes(trained: Path, tmp_path: Path) -> None:
    launcher = struck_after_one_round(
        tmp_path, *SMOKE, strike=lambda _, training: os.kill(training, signal.SIGKILL)
    )

    assert launcher.returncode == 1
    assert status(tmp_path, "boolean_run_01")["state"] == "failed"
    assert launch(tmp_path, *SMOKE, fake=False).returncode == 0
    log = (tmp_path / "multirun" / "test" / "boolean_run_01" / "train.log").read_text()
    assert "resuming after round 1" in log
    assert results(tmp_path) == results(trained)


def verify(run_dir: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cuttle.launch.verify", str(run_dir)]
    known = {**os.environ, **variables}
    return subprocess.run(command, env=known, capture_output=True, text=True, check=False)


@pytest.mark.usefixtures("fork_server")
def test_seed_zero_trains_like_any_other(tmp_path: Path) -> None:
    zero = launch_here(tmp_path, "experiment=a", "seed=fixed", "seed.value=0")

    assert zero.returncode == 0
    assert status(tmp_path, "boolean_run_01", "a")["seed"] == 0


@needs_intel
def test_verify_compares_results_where_bytes_cannot_agree(trained: Path) -> None:
    run_dir = trained / "multirun" / "test" / "embedding_run_01"  # multiplies by MKL

    done = verify(run_dir, MKL_ENABLE_INSTRUCTIONS="SSE4_2")

    assert done.returncode == 3, done.stdout
    lines = done.stdout.splitlines()
    assert lines[0] == "note: variables was none and is MKL_ENABLE_INSTRUCTIONS SSE4_2"
    assert lines[1].startswith("so equal bytes cannot be expected")
    assert "metrics.jsonl: DIFFERENT" in lines
    assert any(line.startswith("gap_maximizer: won ") for line in lines)
    assert lines[-1].endswith(": results reproduced, bytes differ")


def test_verify_reproduces_a_run_and_notices_a_changed_one(trained: Path, tmp_path: Path) -> None:
    run_dir = trained / "multirun" / "test" / "boolean_run_01"

    same = verify(run_dir)
    original = (run_dir / "metrics.jsonl").read_text()
    (run_dir / "metrics.jsonl").write_text(original.replace('"round": 2', '"round": 9'))
    changed = verify(run_dir)
    (run_dir / "metrics.jsonl").write_text(original)

    assert same.returncode == 0 and "is reproduced byte for byte" in same.stdout
    assert "changed after the training" not in same.stdout
    assert changed.returncode == 1 and "metrics.jsonl: DIFFERENT" in changed.stdout
    assert "metrics.jsonl was changed after the training" in changed.stdout


def test_neither_streams_nor_a_short_temporary_directory_are_needed(
    trained: Path, tmp_path: Path
) -> None:
    run_dir = trained / "multirun" / "test" / "boolean_run_01"
    (long := tmp_path / ("x" * 100)).mkdir()
    for words in (
        command("experiment=test", "training=smoke", fake=False),
        [sys.executable, "-m", "cuttle.launch.verify", str(run_dir)],
    ):
        line = f"{shlex.join(words)} <&- >&- 2>&-"
        variables = environment(fake=False, TMPDIR=str(long))
        subprocess.run(line, shell=True, cwd=tmp_path, env=variables, check=True)

    assert states(tmp_path) == {"boolean_run_01": "completed"}
