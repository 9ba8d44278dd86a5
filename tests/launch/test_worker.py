"""What a worker makes of its tasks and of the ways in which a training can end."""

import os
import queue
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from cuttle.runs.layout import Outcome, RunState, run_name
from cuttle.runs.lock import locked
from cuttle.runs.status import Status, read_status, write_status
from cuttle.sweep.child import Reply
from cuttle.sweep.joblib_workers import end_with
from cuttle.sweep.plan import PlannedRun
from cuttle.sweep.supervisor import LauncherGone, Supervisor
from cuttle.sweep.worker import EXIT_TERMINATED, ComposedConfigs, Worker, note_death


class ScriptedSupervisor(Supervisor):
    """Answers without a training; an answer that is missing means: the launcher is gone."""

    def __init__(self, answers: Mapping[str, Reply]) -> None:
        super().__init__(threads=1)
        self.answers = answers
        self.asked: list[str] = []

    def train(self, run_dir: Path, config_hash: str, *, claims_interrupted: bool) -> Reply:
        self.asked.append(run_dir.name)
        if run_dir.name not in self.answers:
            raise LauncherGone
        return self.answers[run_dir.name]


def reply(outcome: Outcome, message: str = "") -> Reply:
    return {"outcome": outcome, "message": message}


def prepared(root: Path, run: int, state: RunState = RunState.PREPARED) -> PlannedRun:
    run_id = run_name("boolean", run)
    (root / run_id).mkdir()
    write_status(root / run_id, Status(state, run_id, "boolean", run, 7, "hash"))
    return PlannedRun(run_id, "boolean", run, 7, {"threads": 1}, "hash", root / run_id, (), "")


def state_of(run: PlannedRun) -> RunState:
    status = read_status(run.run_dir)
    assert status is not None
    return status.state


def test_tasks_that_another_worker_has_taken_are_left_to_it(tmp_path: Path) -> None:
    runs = [prepared(tmp_path, 1, RunState.RUNNING), prepared(tmp_path, 2)]
    supervisor = ScriptedSupervisor({"boolean_run_02": reply(Outcome.COMPLETED)})
    worker = Worker(runs, shares_tasks=True)

    assert worker.work(worker.tasks, supervisor) == {}
    assert supervisor.asked == ["boolean_run_02"]


def test_a_task_of_a_job_alone_is_trained_whatever_its_state(tmp_path: Path) -> None:
    supervisor = ScriptedSupervisor({"boolean_run_01": reply(Outcome.COMPLETED)})
    worker = Worker([prepared(tmp_path, 1, RunState.RUNNING)], shares_tasks=False)

    assert worker.work(worker.tasks, supervisor) == {}
    assert supervisor.asked == ["boolean_run_01"]


def test_a_worker_goes_on_after_failures_and_names_them(tmp_path: Path) -> None:
    runs = [prepared(tmp_path, run) for run in (1, 2, 3)]
    supervisor = ScriptedSupervisor(
        {
            "boolean_run_01": reply(Outcome.FAILED, "RuntimeError: no"),
            "boolean_run_02": reply(Outcome.DIED, "killed by SIGSEGV"),
            "boolean_run_03": reply(Outcome.COMPLETED),
        }
    )
    worker = Worker(runs, shares_tasks=True)

    failures = worker.work(worker.tasks, supervisor)

    assert failures == {"boolean_run_01": "RuntimeError: no", "boolean_run_02": "killed by SIGSEGV"}
    died = read_status(runs[1].run_dir)
    assert died is not None and died.state is RunState.FAILED
    assert died.error is not None and died.error.message == "killed by SIGSEGV"
    assert state_of(runs[0]) is RunState.PREPARED  # its own process writes down why it failed


def test_a_status_that_is_damaged_while_it_waits_stops_no_other_run(tmp_path: Path) -> None:
    runs = [prepared(tmp_path, 1), prepared(tmp_path, 2)]
    (runs[0].run_dir / "status.json").write_text("{")
    supervisor = ScriptedSupervisor({"boolean_run_02": reply(Outcome.COMPLETED)})
    worker = Worker(runs, shares_tasks=True)

    failures = worker.work(worker.tasks, supervisor)

    assert supervisor.asked == ["boolean_run_02"]
    assert failures.keys() == {"boolean_run_01"} and "not readable" in failures["boolean_run_01"]


def test_a_worker_without_a_launcher_begins_nothing_more(tmp_path: Path) -> None:
    runs = [prepared(tmp_path, 1), prepared(tmp_path, 2)]
    supervisor = ScriptedSupervisor({"boolean_run_02": reply(Outcome.COMPLETED)})
    worker = Worker(runs, shares_tasks=True)

    assert worker.work(worker.tasks, supervisor) == {}
    assert supervisor.asked == ["boolean_run_01"]


def test_a_completed_run_is_not_marked_as_dead(tmp_path: Path) -> None:
    run = prepared(tmp_path, 1, RunState.COMPLETED)

    assert note_death(run.run_dir, "killed") == "killed"
    assert state_of(run) is RunState.COMPLETED


def test_a_death_that_cannot_be_written_down_is_told(tmp_path: Path) -> None:
    run = prepared(tmp_path, 1)

    with locked(run.run_dir):
        told = note_death(run.run_dir, "killed")

    assert told.startswith("killed; its status could not be written (")
    assert state_of(run) is RunState.PREPARED


def test_a_worker_reads_no_config_file() -> None:
    launch = OmegaConf.create({"hydra": {"overrides": {"task": []}}, "run": 1})
    OmegaConf.set_readonly(launch, True)

    config = ComposedConfigs().load_sweep_config(launch, ["run=2"])

    assert config.hydra.overrides.task == ["run=2"]
    assert launch.hydra.overrides.task == []


def test_a_preempted_job_leaves_without_a_result(tmp_path: Path) -> None:
    """Its main thread would wait for the training; a handler that raises would give a result."""
    program = (
        "import os, signal\n"
        "from cuttle.sweep.worker import _leave_when_preempted\n"
        "_leave_when_preempted()\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
        "signal.pause()\n"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=False
    )

    assert finished.returncode == EXIT_TERMINATED


def test_a_worker_process_kills_itself_when_its_launcher_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    killed: queue.Queue[tuple[int, ...]] = queue.Queue()
    monkeypatch.setattr(os, "kill", lambda *asked: killed.put(asked))

    end_with(launcher=os.getpid())  # which is no parent of this process

    assert killed.get(timeout=60) == (os.getpid(), signal.SIGKILL)
