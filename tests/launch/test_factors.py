"""Sweeps of any key: trained, joined by later factors, reported."""

from pathlib import Path

import pytest

from cuttle.runs.reader import read_experiment
from tests.launch.here import launch_here, run_here
from tests.launch.launching import REPOSITORY, states, status

pytestmark = pytest.mark.slow

RATE, STEPS = "training.learner.learning_rate", "training.replay.n_step"
ANALYZE = str(REPOSITORY / "analyze.py")
# The commands of a study of two factors, with fewer runs.
RATES = ("-m", "network_type=boolean,embedding", f"{RATE}=5e-4,2e-3", "experiment=rates")
LATER = ("-m", f"{STEPS}=1,5", "experiment=rates", "run=1,2")
THREE = (
    *("-m", "network_type=boolean,multi_encoder", "trunk.scalars=true,false"),
    *("rules=cuttle_cards,classic", "experiment=three"),
)


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory, fork_server: None) -> Path:
    """Both experiments, complete."""
    directory = tmp_path_factory.mktemp("studied")
    for words in (RATES, LATER, THREE):
        finished = launch_here(directory, *words)
        assert finished.returncode == 0, finished.stdout + finished.stderr
    return directory


def test_each_combination_is_a_condition_and_a_later_factor_joins(studied: Path) -> None:
    rates = read_experiment(studied / "multirun" / "rates")

    assert set(states(studied, "rates").values()) == {"completed"}
    assert {run.run_id for run in rates.runs} == {
        "boolean_run_01",
        "boolean_run_02",
        "boolean_learning_rate=0.0005_run_01",
        "boolean_n_step=1_run_01",
        "boolean_n_step=1_run_02",
        "embedding_run_01",
        "embedding_learning_rate=0.0005_run_01",
    }
    assert list(rates.factors) == ["network_type", RATE, STEPS]
    assert status(studied, "boolean_run_01", "rates")["attempt"] == 1  # not again by the later one


def test_three_factors_are_trained_at_once(studied: Path) -> None:
    three = read_experiment(studied / "multirun" / "three")

    assert len(three.runs) == 8
    assert set(states(studied, "three").values()) == {"completed"}
    assert list(three.factors) == ["network_type", "rules", "trunk.scalars"]
    assert three.factors["rules"].keys == ("rules",)
    levels = {run.run_id: run.levels for run in three.runs}
    assert levels["multi_encoder_classic_scalars=false_run_01"] == {
        "network_type": "multi_encoder",
        "rules": "classic",
        "trunk.scalars": False,
    }


def test_experiments_of_several_factors_are_reported_and_compared(studied: Path) -> None:
    report = run_here(studied, [ANALYZE, "report", "--no-figures", "rates"])
    difference = run_here(studied, [ANALYZE, "diff", "rates", "three"])

    assert report.returncode == 0, report.stdout + report.stderr
    assert "learning_rate" in report.stdout
    assert difference.returncode == 1, difference.stderr  # 1 says that the two differ
    assert "learning_rate" in difference.stdout
