"""The sweeper as a plugin of Hydra, and Hydra's own in its place.

Of Hydra's common tests of plugins none but the discovery applies: they are for launchers, which are
Hydra's own here, and for sweepers that call the task function of the app in this process.
"""

from pathlib import Path

import pytest
from hydra.core.plugins import Plugins
from hydra.plugins.sweeper import Sweeper

from tests.launch.here import launch_here as launch
from tests.launch.launching import all_gone, results, start, states, status, wait_for

pytestmark = pytest.mark.usefixtures("fork_server")


def test_hydra_discovers_the_sweeper() -> None:
    assert "ResumableSweeper" in [found.__name__ for found in Plugins.instance().discover(Sweeper)]


@pytest.mark.slow
def test_hydra_s_basic_sweeper_trains_the_same_runs(tmp_path: Path, undisturbed: Path) -> None:
    words = ("-m", "hydra/sweeper=basic", "hydra/launcher=basic", "experiment=test")

    finished = launch(tmp_path, *words, "training.rounds=3,4", "run=1,2")

    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert set(states(tmp_path).values()) == {"completed"}
    assert status(tmp_path, "boolean_rounds=4_run_02")["levels"]["training.rounds"] == 4
    same = {name: value for name, value in results(tmp_path).items() if "rounds=" not in name}
    assert same and same.items() <= results(undisturbed).items()


@pytest.mark.slow
def test_a_trial_waits_for_a_run_that_another_one_trains(tmp_path: Path) -> None:
    with start(tmp_path, "run=1", "experiment=test", ROUND_S="1.5"):
        wait_for(lambda: states(tmp_path).get("boolean_run_01") == "running")
        words = ("-m", "hydra/sweeper=basic", "hydra/launcher=basic", "experiment=test")

        finished = launch(tmp_path, *words, "run=1")

    assert "1 running (0 trained now" in finished.stdout and finished.returncode == 0
    assert states(tmp_path) == {"boolean_run_01": "completed"}


@pytest.mark.slow
def test_no_process_outlives_a_killed_launcher_of_another_sweeper(tmp_path: Path) -> None:
    words = ("-m", "hydra/sweeper=basic", "hydra.launcher.n_jobs=2", "experiment=test", "run=1,2")
    process = start(tmp_path, *words, ROUND_S="60")
    wait_for(lambda: [*states(tmp_path).values()] == ["running"] * 2)

    process.kill()
    process.communicate()

    assert all_gone(tmp_path)


@pytest.mark.slow
def test_a_run_that_fails_under_another_sweeper_is_a_failed_job(tmp_path: Path) -> None:
    words = ("-m", "hydra/sweeper=basic", "hydra/launcher=basic", "experiment=test")

    finished = launch(tmp_path, *words, "run=1,2", FAULTS="2=raise")

    assert finished.returncode == 1
    assert "Traceback" not in finished.stdout + finished.stderr
    assert states(tmp_path) == {"boolean_run_01": "completed", "boolean_run_02": "failed"}
