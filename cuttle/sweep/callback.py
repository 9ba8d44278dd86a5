"""Where Hydra meets the launch: sweeps start here, and workers come from Hydra's launchers.

Hydra's own sweeper would compose each job twice more, know nothing of completed runs and stop at
the first lost worker, so the whole sweep is carried out before it gets its turn.
"""

import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from hydra._internal.callbacks import Callbacks
from hydra.core.hydra_config import HydraConfig
from hydra.core.plugins import Plugins
from hydra.experimental.callback import Callback
from hydra.types import HydraContext
from omegaconf import DictConfig

from cuttle.sweep.compose import single_job, sweep_jobs
from cuttle.sweep.errors import Refusal, missing_plugin, one_line_errors
from cuttle.sweep.launch import EXIT_FAILED, launch
from cuttle.sweep.plan import PlannedRun
from cuttle.sweep.supervisor import Supervisor
from cuttle.sweep.worker import ComposedConfigs, Worker

BASIC_LAUNCHER = "hydra._internal.core_plugins.basic_launcher.BasicLauncher"


class SweepCallback(Callback):
    """Carry out what was asked in the launching process, and end the program."""

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        """Launch a sweep; come what may, do not return."""
        try:
            with one_line_errors():
                sys.exit(_launch_sweep(config))
        except Exception:  # Hydra would make a warning of it and go on with its own sweeper
            traceback.print_exc()
            sys.exit(EXIT_FAILED)


def _launch_sweep(config: DictConfig) -> int:
    _require_plugin(config)
    workers = parallel_runs(config)
    jobs = sweep_jobs(config)

    def start(runs: Sequence[PlannedRun], supervisor: Supervisor) -> dict[str, str]:
        return _start(runs, supervisor, config, workers)

    return launch(
        jobs, num_workers=workers or len(jobs), start=start, trains_here=workers is not None
    )


def train_one(config: DictConfig) -> int:
    """Launch a single run, trained in a child of this process, and return the exit code."""
    with one_line_errors():
        job = single_job(config, HydraConfig.get())
        return launch([job], num_workers=1, start=_start_here)


def _require_plugin(config: DictConfig) -> None:
    """Refuse a launcher whose package is not installed, before anything is written."""
    try:
        import_module(config.hydra.launcher["_target_"].rpartition(".")[0])
    except ImportError as error:
        raise Refusal(missing_plugin(config.hydra.runtime.choices["hydra/launcher"])) from error


def parallel_runs(config: DictConfig) -> int | None:
    """Return how many runs the launcher trains at a time on this machine; None for a cluster."""
    launcher = config.hydra.launcher
    if "n_jobs" in launcher:
        import joblib  # only where it is the launcher: 0.2 s

        if launcher.n_jobs == 0:
            raise Refusal("hydra.launcher.n_jobs must be at least 1, or -1 for all cores, got 0")
        return int(joblib.effective_n_jobs(launcher.n_jobs))
    return 1 if launcher["_target_"] == BASIC_LAUNCHER else None


def _start_here(runs: Sequence[PlannedRun], supervisor: Supervisor) -> dict[str, str]:
    worker = Worker(runs, shares_tasks=True)
    return worker.work(worker.tasks, supervisor)


def _start(
    runs: Sequence[PlannedRun], supervisor: Supervisor, config: DictConfig, workers: int | None
) -> dict[str, str]:
    """Let Hydra's launcher start workers: `workers` here, one job per run on a cluster."""
    num_jobs = len(runs) if workers is None else min(workers, len(runs))
    if workers is not None and num_jobs == 1:
        return _start_here(runs, supervisor)
    if workers is None:
        supervisor.close()  # out of reach for the workers
        worker = Worker(runs, shares_tasks=False)
    else:
        worker = Worker(runs, shares_tasks=True, server_address=supervisor.address)
        from cuttle.sweep.joblib_workers import tie_workers  # only where joblib is the launcher

        tie_workers()
    loader: Any = ComposedConfigs()
    context = HydraContext(config_loader=loader, callbacks=Callbacks())
    launcher = Plugins.instance().instantiate_launcher(
        hydra_context=context, task_function=worker, config=config
    )
    returns = launcher.launch([list(run.overrides) for run in runs[:num_jobs]], initial_job_idx=0)
    return {run_id: why for job in returns for run_id, why in job.return_value.items()}
