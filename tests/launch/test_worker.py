"""What a job does in a worker: it trains one frozen run, and says how that ended."""

import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from omegaconf import OmegaConf

from cuttle.launch.plan import PlannedRun
from cuttle.launch.program import Program
from cuttle.launch.source import import_kept_source, keep_source
from cuttle.launch.worker import (
    EXIT_TERMINATED,
    FrozenConfigs,
    RunFailed,
    mark_crashed,
    train_isolated,
)
from cuttle.runs import provenance
from cuttle.runs.files import write_json
from cuttle.runs.identity import config_hash
from cuttle.runs.layout import (
    CONFIG_FILE,
    LOG_FILE,
    METADATA_FILE,
    OVERRIDES_FILE,
    SOURCE_DIR,
    RunState,
)
from cuttle.runs.lock import locked
from cuttle.runs.provenance import source_hash
from cuttle.runs.recorder import Recorder
from cuttle.runs.status import Status, read_status
from tests.launch.launching import environment
from tests.launch.planned import planned_run, write_state

CONFIG = {"threads": 1, "checkpoint": False, "fails": False}
PROGRAM = Program(train=f"{__name__}:train")

pytestmark = pytest.mark.usefixtures("fork_server")


def train(recorder: Recorder, config: dict[str, Any]) -> None:
    """Count the attempts in a file; fail or stay incomplete on demand."""
    with (recorder.run_dir / "attempts").open("a") as attempts:
        attempts.write("1")
    if config["fails"]:
        raise RuntimeError("asked to fail")


def be_preempted(recorder: Recorder, _config: dict[str, Any]) -> None:
    """Die of what the worker hears a moment later."""
    worker = multiprocessing.parent_process()
    assert worker is not None
    subprocess.Popen(["sh", "-c", f"sleep 0.3; kill -TERM {worker.pid}"])
    os.kill(os.getpid(), signal.SIGTERM)


def frozen(root: Path, state: RunState = RunState.PREPARED, **changes: Any) -> PlannedRun:
    """Freeze a run in a directory."""
    config = {**CONFIG, **changes}
    run = planned_run(root, 1, config=config)
    (run.run_dir / CONFIG_FILE).write_text(OmegaConf.to_yaml(OmegaConf.create(config)))
    write_json(run.run_dir / METADATA_FILE, {"source_hash": source_hash()})
    write_state(run, state, config_hash=config_hash(config))
    return run


def status_of(run: PlannedRun) -> Status:
    status = read_status(run.run_dir)
    assert status is not None
    return status


def is_tried(run: PlannedRun) -> bool:
    return (run.run_dir / "attempts").exists()


@pytest.mark.slow
def test_a_training_that_returns_without_a_result_has_failed(tmp_path: Path) -> None:
    run = frozen(tmp_path)

    with pytest.raises(RunFailed, match=r"returned without recorder\.complete"):
        train_isolated(PROGRAM, run.run_dir)

    assert status_of(run).state is RunState.FAILED


@pytest.mark.slow
@pytest.mark.parametrize("state", [RunState.COMPLETED, RunState.FAILED, RunState.RUNNING])
def test_a_run_that_another_launch_has_begun_or_ended_is_left_to_it(
    state: RunState, tmp_path: Path
) -> None:
    run = frozen(tmp_path, state)

    train_isolated(PROGRAM, run.run_dir)

    assert not is_tried(run)
    assert status_of(run).state is state


@pytest.mark.slow
def test_a_preempted_run_is_tried_again(tmp_path: Path) -> None:
    """A cluster gives the job back; the status still says that it is running."""
    run = frozen(tmp_path, RunState.RUNNING, fails=True)

    with pytest.raises(RunFailed):
        train_isolated(PROGRAM, run.run_dir, resume_interrupted=True)

    assert is_tried(run)


@pytest.mark.slow
def test_a_preempted_run_that_ends_before_its_worker_has_not_failed(tmp_path: Path) -> None:
    """A cluster signals all processes of a job, in any order."""
    run = frozen(tmp_path)
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from cuttle.launch import worker\n"
        "from cuttle.launch.program import Program\n"
        "worker._leave_when_preempted()\n"
        f"program = Program(train='{__name__}:be_preempted')\n"
        "worker.train_isolated(program, Path(sys.argv[1]), resume_interrupted=True)\n"
    )

    finished = subprocess.run(
        [sys.executable, "-c", program, str(run.run_dir)], env=environment(fake=False), check=False
    )

    assert finished.returncode == EXIT_TERMINATED
    assert status_of(run).state is RunState.RUNNING  # and so the job that is given back goes on


@pytest.mark.slow
def test_a_run_whose_lock_is_held_is_left_to_its_holder(tmp_path: Path) -> None:
    run = frozen(tmp_path)

    with locked(run.run_dir):
        train_isolated(PROGRAM, run.run_dir)

    assert not is_tried(run)


@pytest.mark.slow
def test_a_config_that_another_launch_has_replaced_is_not_trained(tmp_path: Path) -> None:
    run = frozen(tmp_path)
    write_state(run, RunState.PREPARED, config_hash="another")

    with pytest.raises(RunFailed, match="another launch has changed the config of this run"):
        train_isolated(PROGRAM, run.run_dir)

    assert not is_tried(run)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_the_log_is_not_written_through_what_is_planted(kind: str, tmp_path: Path) -> None:
    run = frozen(tmp_path)
    victim = tmp_path / "victim"
    victim.write_text("mine")
    if kind == "link":
        (run.run_dir / LOG_FILE).symlink_to(victim)
    else:
        os.mkfifo(run.run_dir / LOG_FILE)

    with pytest.raises(RunFailed, match=LOG_FILE):
        train_isolated(PROGRAM, run.run_dir)

    assert victim.read_text() == "mine"
    assert not is_tried(run)


@pytest.mark.parametrize("damage", ["{", ""])
def test_a_damaged_frozen_config_is_the_failure_of_its_run(damage: str, tmp_path: Path) -> None:
    run = frozen(tmp_path)
    (run.run_dir / CONFIG_FILE).write_text(damage)

    with pytest.raises(RunFailed):
        train_isolated(PROGRAM, run.run_dir)


def test_a_completed_run_is_not_marked_as_crashed(tmp_path: Path) -> None:
    run = frozen(tmp_path, RunState.COMPLETED)

    assert mark_crashed(run.run_dir, "killed") == "killed"
    assert status_of(run).state is RunState.COMPLETED


def test_a_crash_is_on_record(tmp_path: Path) -> None:
    run = frozen(tmp_path, RunState.RUNNING)

    mark_crashed(run.run_dir, "killed by SIGSEGV")

    status = status_of(run)
    assert status.state is RunState.FAILED
    assert status.error is not None and status.error.message == "killed by SIGSEGV"


@pytest.mark.slow
def test_an_unwritable_status_is_reported(tmp_path: Path) -> None:
    run = frozen(tmp_path)

    with locked(run.run_dir):
        told = mark_crashed(run.run_dir, "killed")

    assert told.startswith("killed; its status could not be written (")
    assert status_of(run).state is RunState.PREPARED


def test_an_edit_between_two_runs_of_a_worker_reaches_none_of_its_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", ["here", *sys.path])
    run = frozen(tmp_path)
    keep_source(tmp_path)

    import_kept_source(run.run_dir)
    before = sys.path[0]
    monkeypatch.setattr(provenance, "source_files", list)  # all are gone
    import_kept_source(run.run_dir)

    assert before == "here"
    assert sys.path[0] == str(tmp_path / SOURCE_DIR / f"{source_hash()}.zip")


def test_a_worker_composes_nothing(tmp_path: Path) -> None:
    """What it gets is frozen, whatever has become of `conf/`."""
    run = frozen(tmp_path)
    (run.run_dir / OVERRIDES_FILE).write_text("- run=2\n")
    hydra = {"overrides": {"task": []}, "sweep": {"dir": ".", "subdir": "."}}
    master = OmegaConf.create({"hydra": hydra, "run": 1, "training": {"rounds": 3}})
    OmegaConf.set_readonly(master, True)

    config = FrozenConfigs().load_sweep_config(master, [str(run.run_dir)])

    assert {key: config[key] for key in config if key != "hydra"} == CONFIG
    assert config.hydra.overrides.task == ["run=2"]
    assert config.hydra.sweep == {"dir": str(tmp_path), "subdir": run.run_id}
    assert master.hydra.overrides.task == [] and master.run == 1


@pytest.mark.slow
def test_a_preempted_job_leaves_without_a_result(tmp_path: Path) -> None:
    """Its main thread would wait for the training; a handler that raises would give a result."""
    program = (
        "import os, signal\n"
        "from cuttle.launch.worker import _leave_when_preempted\n"
        "_leave_when_preempted()\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
        "signal.pause()\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment(fake=False), check=False
    )

    assert finished.returncode == EXIT_TERMINATED
