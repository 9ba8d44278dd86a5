"""A job in a launcher's worker: train the frozen run of its directory.

Hydra's launcher, whichever it is, pickles these objects to the worker.
"""

import copy
import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf, open_dict

from cuttle.launch import isolate
from cuttle.launch.arithmetic import environment
from cuttle.launch.program import Program
from cuttle.launch.source import import_kept_source
from cuttle.runs.identity import config_hash
from cuttle.runs.layout import CONFIG_FILE, LOG_FILE, OVERRIDES_FILE, Outcome, RunState
from cuttle.runs.lock import locked
from cuttle.runs.status import RunError, read_status, write_status
from cuttle.runs.yaml_file import read_yaml

EXIT_TERMINATED = 128 + signal.SIGTERM
DEATH_TIMEOUT_S = 5.0  # a child notices within moments that its fork server is gone
PREEMPTION_DELAY_S = 2.0  # a cluster signals all processes of a job, a moment apart


class RunFailed(RuntimeError):
    """A run failed; its status records why too, if it could be written."""


class FrozenConfigs:
    """A config loader for workers: it returns what was frozen at launch and composes nothing.

    Hydra composes a job's config in the worker itself, which may start long after the launch, when
    `conf/` is another.
    """

    def load_sweep_config(
        self, master_config: DictConfig, sweep_overrides: list[str]
    ) -> DictConfig:
        """Return the config of the run in a directory; Hydra's output directory is that one."""
        run_dir = Path(sweep_overrides[0])
        config = OmegaConf.create(read_yaml(run_dir / CONFIG_FILE))
        config.hydra = copy.deepcopy(master_config.hydra)
        OmegaConf.set_readonly(config.hydra, False)  # Hydra's launchers write to it
        with open_dict(config.hydra):
            config.hydra.overrides.task = OmegaConf.load(run_dir / OVERRIDES_FILE)
            config.hydra.sweep.dir, config.hydra.sweep.subdir = str(run_dir.parent), run_dir.name
        return config


@dataclass(frozen=True)
class TrainFrozenRun:
    """The task function of a sweep's jobs.

    resume_interrupted: see `attempt`
    """

    program: Program
    resume_interrupted: bool = False

    def __call__(self, config: DictConfig) -> None:
        """Train the run of this job; raise RunFailed where it does not complete."""
        run_dir = Path(HydraConfig.get().runtime.output_dir)
        if self.resume_interrupted:
            _leave_when_preempted()
        train_isolated(self.program, run_dir, resume_interrupted=self.resume_interrupted)


def prepare_worker(launcher: int, program: Program, run_dir: Path) -> None:
    """Tie this worker to its launcher, and let its fork server import while a job is on its way."""
    isolate.exit_with(launcher)
    with suppress(OSError, ValueError):  # the job reports what is wrong with its run
        _start_server(program, run_dir)


def train_isolated(program: Program, run_dir: Path, *, resume_interrupted: bool = False) -> None:
    """Train one frozen run in a child process; raise RunFailed where it does not complete."""
    try:
        config = _start_server(program, run_dir)
        outcome, message = isolate.call(
            "cuttle.launch.attempt:attempt",
            run_dir,
            program.train,
            config_hash(config),
            resume_interrupted,
            environment=environment(config),
        )
    except isolate.ChildDied as error:
        if resume_interrupted:
            time.sleep(PREEMPTION_DELAY_S)  # what ended the child may now end this process
        raise RunFailed(mark_crashed(run_dir, str(error))) from None
    except (isolate.CallFailed, OSError, ValueError) as error:
        raise RunFailed(str(error)) from None
    if outcome == Outcome.FAILED:
        raise RunFailed(message)


def _start_server(program: Program, run_dir: Path) -> dict[str, Any]:
    """Start this process's fork server, unless it is there, and return the config of a run."""
    config = read_yaml(run_dir / CONFIG_FILE)
    import_kept_source(run_dir)
    isolate.start_server([program.warm_up], environment(config))
    return config


def mark_crashed(run_dir: Path, cause: str) -> str:
    """Record as failed a run whose process is gone without having done so; return the cause."""
    try:
        with locked(run_dir, timeout_s=DEATH_TIMEOUT_S):
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
