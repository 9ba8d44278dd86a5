"""Launches as a user sees them: what is trained, skipped, refused, and what is left on disk."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

from cuttle.runs.layout import OWN_RESULTS
from cuttle.runs.reader import read_experiment
from tests.launch.here import launch_here as launch
from tests.launch.launching import FAKE, SWEEP, results, snapshot, states, status

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("fork_server")]

WIDER = ("-m", "experiment=test", "run=range(1,6)")  # one run more than the undisturbed sweep


@pytest.fixture
def completed(undisturbed: Path, tmp_path: Path) -> Path:
    """A copy of the completed sweep that a test may disturb."""
    shutil.copytree(undisturbed / "multirun", tmp_path / "multirun")
    return tmp_path


def test_a_sweep_leaves_complete_run_directories(undisturbed: Path) -> None:
    experiment = read_experiment(undisturbed / "multirun" / "test")

    assert [run.state.value for run in experiment.runs] == ["completed"] * 4
    assert [problem for run in experiment.runs for problem in run.problems] == []
    assert [entry["seed"] for entry in experiment.meta["planned"]] == [
        run.config["seed"]["value"] for run in experiment.runs
    ]
    names = {path.name for path in (undisturbed / "multirun" / "test" / "boolean_run_01").iterdir()}
    assert names == {
        *(".hydra", ".lock", "models", "train.log", "status.json", "run_metadata.json"),
        *("metrics.jsonl", "matches.jsonl", "timings.jsonl"),
    }


def test_provenance_is_complete(undisturbed: Path) -> None:
    experiment = read_experiment(undisturbed / "multirun" / "test")
    metadata = experiment.runs[0].metadata

    assert {"git", "versions", "rules_version", "host", "cpu", "threads"} <= metadata.keys()
    assert {"parameters", "initial_q_sd", "command_line", "source_hash"} <= metadata.keys()
    assert set(metadata["sha256"]) == set(OWN_RESULTS)
    for name, digest in metadata["sha256"].items():
        content = (experiment.runs[0].path / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
    assert "'run=range(1,5)'" in metadata["command_line"]
    assert experiment.meta["history"][0]["command_line"] == metadata["command_line"]
    assert experiment.meta["seed_mode"] == "independent"


def test_a_finished_sweep_is_skipped_without_a_byte_changed(completed: Path) -> None:
    before = snapshot(completed)

    finished = launch(completed, *SWEEP)

    assert finished.returncode == 0
    assert "0 trained now, 4 completed before" in finished.stdout
    assert snapshot(completed) == before


def test_single_runs_give_the_files_of_the_sweep(undisturbed: Path, tmp_path: Path) -> None:
    for run in (2, 1):
        assert launch(tmp_path, "experiment=test", f"run={run}").returncode == 0

    singles = results(tmp_path)
    assert len(singles) == len(results(undisturbed)) / 2
    assert singles.items() <= results(undisturbed).items()


def test_a_larger_sweep_trains_only_what_is_new(completed: Path) -> None:
    before = snapshot(completed / "multirun" / "test" / "boolean_run_01")

    finished = launch(completed, *WIDER)

    assert "1 trained now, 4 completed before" in finished.stdout
    assert status(completed, "boolean_run_05")["state"] == "completed"
    assert snapshot(completed / "multirun" / "test" / "boolean_run_01") == before
    assert len(read_experiment(completed / "multirun" / "test").meta["planned"]) == 5


def test_force_trains_again_mends_and_gives_the_same(completed: Path, undisturbed: Path) -> None:
    (completed / "multirun" / "test" / "boolean_run_02" / "status.json").write_text("{")

    finished = launch(completed, *SWEEP, "force=true")

    assert finished.returncode == 0
    assert "4 trained now" in finished.stdout
    assert status(completed, "boolean_run_01")["attempt"] == 2
    assert results(completed) == results(undisturbed)


def test_a_dry_run_shows_every_run_and_touches_nothing(completed: Path) -> None:
    before = snapshot(completed)

    finished = launch(completed, *WIDER, "dry_run=true")

    assert finished.returncode == 0
    rows = [line.split() for line in finished.stdout.splitlines()]
    assert rows[0] == ["run", "seed", "state", "decision"]
    assert rows[1][::2] == ["boolean_run_01", "completed"] and rows[1][3] == "skip"
    assert rows[5][::2] == ["boolean_run_05", "pending"] and rows[5][3] == "train"
    assert "5 runs, 1 to train" in finished.stdout and "about" in finished.stdout
    assert snapshot(completed) == before


def test_init_only_sets_up_and_a_later_launch_trains(undisturbed: Path, tmp_path: Path) -> None:
    finished = launch(tmp_path, *SWEEP, "init_only=true", "description='a test'")

    assert finished.returncode == 0
    assert set(states(tmp_path).values()) == {"pending"}
    assert read_experiment(tmp_path / "multirun" / "test").meta["description"] == "a test"

    assert launch(tmp_path, *SWEEP).returncode == 0
    assert results(tmp_path) == results(undisturbed)
    assert read_experiment(tmp_path / "multirun" / "test").meta["description"] == "a test"


def test_init_only_leaves_alone_what_has_begun(begun: Path) -> None:
    before = status(begun, "boolean_run_02")
    assert before["state"] == "failed"

    finished = launch(begun, *WIDER, "init_only=true")

    assert finished.returncode == 0
    assert "created, 1 run pending" in finished.stdout
    assert status(begun, "boolean_run_02") == before
    assert status(begun, "boolean_run_05")["state"] == "pending"


INCOMPARABLE = r"differ from boolean_run_0.*: training.rounds: 3 -> 4; such runs cannot be compared"
REFUSED = {
    "-m run=range(1,6) seed=paired": "was planned with seed=independent, got seed=paired",
    "-m run=range(1,5) training.rounds=4": (
        r"boolean_run_01 was trained with another config.*: training\.rounds: 3 -> 4 \(and 3 more"
    ),
    "run=9 training.rounds=4": f"boolean_run_09 would be trained with .* {INCOMPARABLE}",
    "-m run=1 force=true training.rounds=4": f"boolean_run_01 would be .* {INCOMPARABLE}",
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_does_not_fit_the_trained_runs_is_refused_in_one_line(
    words: str, completed: Path
) -> None:
    before = snapshot(completed)

    finished = launch(completed, "experiment=test", *words.split())

    assert finished.returncode == 2
    assert re.search(REFUSED[words], finished.stderr)
    assert finished.stderr.count("\n") == 1
    assert snapshot(completed) == before


def test_force_accepts_another_config(completed: Path) -> None:
    finished = launch(completed, *SWEEP, "training.rounds=4", "force=true")

    assert finished.returncode == 0
    assert status(completed, "boolean_run_02")["round"] == 4
    assert launch(completed, *SWEEP, "training.rounds=4", "run=9").returncode == 0


def test_settings_may_change_while_nothing_is_trained(tmp_path: Path, undisturbed: Path) -> None:
    launch(tmp_path, *SWEEP, "training.rounds=9", "init_only=true")

    assert launch(tmp_path, *SWEEP).returncode == 0
    assert results(tmp_path) == results(undisturbed)
    plan = json.loads((tmp_path / "multirun" / "test" / "experiment.json").read_text())
    assert plan["base_config"]["training"]["rounds"] == 3


def test_a_swept_key_is_a_factor_that_later_launches_know(tmp_path: Path) -> None:
    swept = launch(tmp_path, "-m", "experiment=test", "training.rounds=3,4", "run=1,2")
    single = launch(tmp_path, "experiment=test", "training.rounds=5", "run=3")
    again = launch(tmp_path, "-m", "experiment=test", "training.rounds=3,4,5", "run=1,2")

    assert [swept.returncode, single.returncode, again.returncode] == [0, 0, 0], single.stderr
    assert "2 trained now, 4 completed before" in again.stdout
    rounds = {run_id: status(tmp_path, run_id)["round"] for run_id in states(tmp_path)}
    assert rounds == {
        **{f"boolean_run_0{run}": 3 for run in (1, 2)},
        **{f"boolean_rounds=4_run_0{run}": 4 for run in (1, 2)},
        **{f"boolean_rounds=5_run_0{run}": 5 for run in (1, 2, 3)},
    }
    assert status(tmp_path, "boolean_rounds=5_run_03")["levels"] == {
        "network_type": "boolean",
        "training.rounds": 5,
    }
    experiment = read_experiment(tmp_path / "multirun" / "test")
    assert experiment.factors["training.rounds"] == (3, ("training.rounds",))


def test_damaged_runs_are_reported_and_left_alone(completed: Path) -> None:
    experiment = completed / "multirun" / "test"
    (experiment / "boolean_run_01" / "status.json").write_text('{"state": "comp')
    (experiment / "boolean_run_02" / "metrics.jsonl").unlink()
    (experiment / "boolean_run_03" / "status.json").unlink()
    before = snapshot(completed)

    finished = launch(completed, *WIDER)

    assert finished.returncode == 1
    assert "boolean_run_01  damaged  status.json is damaged" in finished.stdout
    assert "metrics.jsonl is missing or empty, though the run is completed" in finished.stdout
    assert "boolean_run_03  damaged  status.json is missing" in finished.stdout
    words = f"--config-dir {FAKE / 'conf'} training=fake experiment=test run=3 force=true"
    assert f"train.py {words}\n" in finished.stdout
    assert "rerun the same command" not in finished.stdout  # which would leave them as they are
    assert status(completed, "boolean_run_05")["state"] == "completed"
    after = snapshot(completed)
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"multirun/test/experiment.json"}


def test_a_foreign_run_hides_no_other_setting(completed: Path) -> None:
    """Such as one that was merged; the report refuses the mixture."""
    path = completed / "multirun" / "test" / "boolean_run_02" / ".hydra" / "config.yaml"
    path.write_text(path.read_text().replace("rounds: 3", "rounds: 5"))

    finished = launch(completed, "experiment=test", "run=9", "training.rounds=4")

    assert finished.returncode == 2
    assert re.search(f"boolean_run_09 would be trained with .* {INCOMPARABLE}", finished.stderr)


@pytest.mark.parametrize(
    "words",
    [
        "run=1 --cfg job experiment=test",
        "run=1 -c job --resolve experiment=test -p training.replay",
        "run=1 --info defaults experiment=test",
        "experiment=test -m run=1,2 --config-name=config dry_run=true",
    ],
)
def test_options_of_hydra_stand_anywhere(words: str, tmp_path: Path) -> None:
    finished = launch(tmp_path, *words.split())

    assert (finished.returncode, finished.stderr) == (0, "")
    assert finished.stdout


def test_a_foreign_first_run_keeps_no_run_of_the_experiment_from_training(completed: Path) -> None:
    path = completed / "multirun" / "test" / "boolean_run_01" / ".hydra" / "config.yaml"
    path.write_text(path.read_text().replace("rounds: 3", "rounds: 5"))

    finished = launch(completed, "experiment=test", "run=9")

    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize(
    "damage",
    ["{", '{"planned": 3, "history": {}}', '{"factors": {"trunk": "x", "fault": {"keys": 5}}}'],
)
def test_a_damaged_experiment_file_is_written_anew(damage: str, completed: Path) -> None:
    path = completed / "multirun" / "test" / "experiment.json"
    path.write_text(damage)

    assert launch(completed, *WIDER).returncode == 0
    assert len(json.loads(path.read_text())["planned"]) == 5


def test_order_and_parallelism_change_no_result(undisturbed: Path, tmp_path: Path) -> None:
    finished = launch(tmp_path, "-m", "experiment=test", "run=4,2,1,3", "hydra.launcher.n_jobs=1")

    assert finished.returncode == 0
    assert results(tmp_path) == results(undisturbed)


def test_without_checkpoints_the_results_are_the_same(undisturbed: Path, tmp_path: Path) -> None:
    assert launch(tmp_path, *SWEEP, "checkpoint=false").returncode == 0
    assert results(tmp_path) == results(undisturbed)
