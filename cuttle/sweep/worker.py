"""What a launcher's worker does: train frozen runs one after another. Plans nothing.

The object is pickled to the worker by Hydra's launcher, whichever it is, and called there.
"""

import copy
import os
import signal
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, read_write

from cuttle.arithmetic import is_portable
from cuttle.runs.layout import LOG_FILE, Outcome, RunState
from cuttle.runs.lock import locked
from cuttle.runs.status import RunError, read_status, write_status
from cuttle.sweep.plan import PlannedRun
from cuttle.sweep.supervisor import LauncherGone, Supervisor

EXIT_TERMINATED = 128 + signal.SIGTERM


@dataclass(frozen=True)
class Task:
    """A frozen run to train."""

    run_dir: Path
    config_hash: str


class ComposedConfigs:
    """Hydra's config loader in a worker: hands out the config of the launch, reads no file.

    Hydra composes a job's config in the worker itself, which may start long after the launch.
    """

    def load_sweep_config(
        self, master_config: DictConfig, sweep_overrides: Sequence[str]
    ) -> DictConfig:
        """Return what Hydra needs to know of a job; the worker trains frozen configs alone."""
        config = copy.deepcopy(master_config)
        with read_write(config):
            config.hydra.overrides.task = list(sweep_overrides)
        return config


class Worker:
    """Train tasks; with `shares_tasks` every job takes what is free, else job k trains task k.

    Sharing starts one worker per core instead of one job per run, so that a run costs no
    composition of its config and no import of the training code.
    """

    def __init__(
        self, runs: Sequence[PlannedRun], *, shares_tasks: bool, server_address: str = ""
    ) -> None:
        """Keep what can be pickled; the address is that of the launcher's fork server, if near."""
        self.tasks = [Task(run.run_dir, run.config_hash) for run in runs]
        self.threads = runs[0].config["threads"]
        self.portable = is_portable(runs[0].config)
        self.server_address = server_address
        self.shares_tasks = shares_tasks

    def __call__(self, _config: DictConfig) -> dict[str, str]:
        """Train this job's share; the config is not used, the frozen ones are."""
        if self.shares_tasks:
            return self.work(self.tasks)
        _leave_when_preempted()
        return self.work([self.tasks[int(HydraConfig.get().job.num)]])

    def work(self, tasks: Sequence[Task], supervisor: Supervisor | None = None) -> dict[str, str]:
        """Train tasks one after another; return by run id why those failed that did."""
        supervisor = supervisor or Supervisor(
            threads=self.threads,
            portable=self.portable,
            address=self.server_address,
            launcher=os.getppid(),
        )
        try:
            failures = {task.run_dir.name: self._run_task(task, supervisor) for task in tasks}
            return {run_id: why for run_id, why in failures.items() if why}
        except LauncherGone:
            return {}
        finally:
            supervisor.close()

    def _run_task(self, task: Task, supervisor: Supervisor) -> str:
        """Train one task unless another worker has taken it; return why it failed, if it did."""
        try:
            status = read_status(task.run_dir)
        except ValueError as error:  # damaged while it waited; the others can be trained
            return str(error)
        if self.shares_tasks and status is not None and status.state is not RunState.PREPARED:
            return ""
        reply = supervisor.train(
            task.run_dir, task.config_hash, claims_interrupted=not self.shares_tasks
        )
        message = str(reply["message"])
        return note_death(task.run_dir, message) if reply["outcome"] == Outcome.DIED else message


def note_death(run_dir: Path, cause: str) -> str:
    """Mark a run as failed whose process is gone without having said so."""
    try:
        with locked(run_dir):
            status = read_status(run_dir)
            if status is not None and status.state in (RunState.RUNNING, RunState.PREPARED):
                error = RunError("ProcessDied", cause, str(run_dir / LOG_FILE))
                write_status(run_dir, status.failed(error))
    except (OSError, ValueError) as error:
        return f"{cause}; its status could not be written ({error})"
    return cause


def _leave_when_preempted() -> None:
    """Let SIGTERM end this job at once and without a result, so that its cluster runs it again."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, lambda *_: os._exit(EXIT_TERMINATED))
