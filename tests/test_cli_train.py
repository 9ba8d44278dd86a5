"""`train.py` with the real trainer, as a user runs it: results, resumption, refusals."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from cuttle.opponents import names
from cuttle.runs.reader import read_experiment
from tests.launch.launching import launch, results, status, struck_after_one_round
from tests.training.build import CONF

pytestmark = pytest.mark.slow


def options(group: str = "network_type") -> str:
    """List the options of a group as a refusal does."""
    return ", ".join(sorted(path.stem for path in (CONF / group).glob("*.yaml")))


BAD_INPUT = {
    "traning=quick": "there is no key 'traning'; did you mean 'training'?",
    "training=quik": f"there is no option training=quik; there are {options('training')}",
    "network_type=bolean": f"there is no option network_type=bolean; there are {options()}",
    "training.learner.learning_rate=-0.1": "learner.learning_rate must be positive, got -0.1",
    "training.learner.learning_rate=abc": "learner.learning_rate must be a number, got 'abc'",
    "training.evaluation.opponents=[nobody]": f"unknown 'nobody'; there are {', '.join(names())}",
    "analysis.primary_opponent=nobody": "got 'nobody': add analysis.primary_opponent=randomized",
    "training.evaluation.opponents=[high_card]": "add analysis.primary_opponent=high_card",
    "rules.name=nobody": "rules.name must be one of cuttle_cards,",
    "+foo=1": "there is no key 'foo'; there are network_type,",
    "-m +foo=1,2": "there is no key 'foo'; there are network_type,",
    "+network_type.layers=3": "network_type=boolean with {'layers': 3}",
    "device=cuda:99": "device=cuda:99 cannot be used here, try device=cpu",
    "portable=true device=cuda": "portable=true needs device=cpu, got device=cuda",
    "network_type._target_=os.system": "must start with cuttle.networks., got os.system",
    "-m run=1,abc": "run must be a whole number, got 'abc'",
    "init_only=true force=true": "init_only=true trains nothing, so force=true",
    "network_type=embedding network_type.embedding_dim=0": "dim must be at least 1, got 0",
    "network_type.name=a/b": "network_type.name='a/b' is not a name",
    "network_type.name=null": "network_type.name=None is not a name",
    "study=zones_only": "study is added to the config, not changed: write +study=",
    "description=a=b": "description=a=b cannot be read; quote the value twice",
    "run=1 seed=3": "seed=3: an option of a folder of conf/ is a word",
    "seed=fixed": "seed.value must be given, for example seed.value=1",
    "seed=published run=8": "not boolean with run=8; use seed=independent",
    "-m run=1,2 training.rounds=1,2": "two jobs would train in",
    "-m run=1,0": "run must be from 1 to 99999, got 0",
    "-m experiment=a,b": "a sweep belongs to one experiment",
    "-m hydra.launcher.n_jobs=0": "hydra.launcher.n_jobs must be at least 1, or -1",
    "network_type=boolean,blind": "network_type=boolean,blind: several values are a sweep, add -m",
    "run=range(1,3)": "run=range(1,3): several values are a sweep, add -m",
    "hydra/launcher=nobody": "there is no option hydra/launcher=nobody; there are basic,",
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two completed runs of the smoke budget."""
    directory = tmp_path_factory.mktemp("trained")
    finished = launch(directory, *SMOKE, fake=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return directory


SMOKE = ("-m", "experiment=test", "training=smoke", "network_type=boolean,embedding")


@pytest.mark.parametrize("arguments", BAD_INPUT)
def test_bad_input_is_one_clear_line_and_changes_nothing(arguments: str, tmp_path: Path) -> None:
    finished = launch(tmp_path, *arguments.split(), fake=False)

    assert finished.returncode == 2
    assert finished.stdout == ""
    assert finished.stderr.startswith("error: ") and finished.stderr.count("\n") == 1
    assert BAD_INPUT[arguments] in finished.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_refused_sweep_is_not_trained_when_tracebacks_are_asked_for(tmp_path: Path) -> None:
    """Hydra takes an exception of a callback for a warning, and goes on with its own sweeper."""
    refused = ("-m", "training=smoke", "training.rounds=1,2")

    finished = launch(tmp_path, *refused, fake=False, HYDRA_FULL_ERROR="1")

    assert finished.returncode == 1
    assert "Refusal: two jobs would train in" in finished.stderr
    assert list(tmp_path.iterdir()) == []


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
    assert model["config"]["network_type"]["name"] == "embedding"
    assert all(weights.isfinite().all() for weights in model["weights"].values())


def test_a_killed_training_goes_on_to_the_same_bytes(trained: Path, tmp_path: Path) -> None:
    launcher = struck_after_one_round(
        tmp_path, *SMOKE, strike=lambda _, training: os.kill(training, signal.SIGKILL)
    )

    assert launcher.returncode == 1
    assert status(tmp_path, "boolean_run_01")["state"] == "failed"
    assert launch(tmp_path, *SMOKE, fake=False).returncode == 0
    log = (tmp_path / "multirun" / "test" / "boolean_run_01" / "train.log").read_text()
    assert "going on after round 1" in log
    assert results(tmp_path) == results(trained)


def test_seed_zero_trains_like_any_other(tmp_path: Path) -> None:
    zero = launch(
        tmp_path, "experiment=a", "training=smoke", "seed=fixed", "seed.value=0", fake=False
    )

    assert zero.returncode == 0
    assert status(tmp_path, "boolean_run_01", "a")["seed"] == 0


def test_verify_compares_results_where_bytes_cannot_agree(trained: Path) -> None:
    run_dir = trained / "multirun" / "test" / "boolean_run_01"

    done = subprocess.run(
        [sys.executable, "-m", "cuttle.launch.verify", str(run_dir)],
        env={**os.environ, "MKL_ENABLE_INSTRUCTIONS": "SSE4_2"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 3, done.stdout
    lines = done.stdout.splitlines()
    assert lines[0] == "note: variables was none and is MKL_ENABLE_INSTRUCTIONS SSE4_2"
    assert lines[1].startswith("so equal bytes cannot be expected")
    assert "metrics.jsonl: DIFFERENT" in lines
    assert any(line.startswith("gap_maximizer: won ") for line in lines)
    assert lines[-1].endswith("is reproduced in its results, though not in its bytes")


def test_verify_reproduces_a_run_and_notices_a_changed_one(trained: Path, tmp_path: Path) -> None:
    run_dir = trained / "multirun" / "test" / "boolean_run_01"
    command = [sys.executable, "-m", "cuttle.launch.verify", str(run_dir)]

    same = subprocess.run(command, capture_output=True, text=True, check=False)
    original = (run_dir / "metrics.jsonl").read_text()
    (run_dir / "metrics.jsonl").write_text(original.replace('"round": 2', '"round": 9'))
    changed = subprocess.run(command, capture_output=True, text=True, check=False)
    (run_dir / "metrics.jsonl").write_text(original)

    assert same.returncode == 0 and "is reproduced byte for byte" in same.stdout
    assert "changed after the training" not in same.stdout
    assert changed.returncode == 1 and "metrics.jsonl: DIFFERENT" in changed.stdout
    assert "metrics.jsonl was changed after the training" in changed.stdout
