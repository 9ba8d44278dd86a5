"""Where Hydra meets the launch: a sweep, a single run, or one job of another sweeper."""

import os
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any, cast

from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, RunMode
from omegaconf import DictConfig, OmegaConf

from cuttle.launch import isolate
from cuttle.launch.arithmetic import environment
from cuttle.launch.callback import LAUNCHER, refuse_unused_options
from cuttle.launch.compose import Composer
from cuttle.launch.exit_status import COMPLETED, FAILED, LEFT_TO_ANOTHER, set_status
from cuttle.launch.launch import Execution, launch, wait_for_end
from cuttle.launch.overrides import key_of, of_study, parse
from cuttle.launch.plan import PlannedRun, plan
from cuttle.launch.program import Program
from cuttle.launch.refusal import Refusal, errors_as_refusals, missing_plugin
from cuttle.launch.signals import interrupts_blocked
from cuttle.launch.worker import (
    FrozenConfigs,
    RunFailed,
    TrainFrozenRun,
    prepare_worker,
    train_isolated,
)
from cuttle.runs.layout import RunState
from cuttle.runs.run_record import RunRecord

# Options of joblib without effect here, each with the value that it has without a word.
NOT_USED = {
    "backend": "loky", "prefer": "processes", "require": None, "temp_folder": None,
    "max_nbytes": None, "mmap_mode": "r",
}  # fmt: skip


def launch_sweep(
    config: DictConfig, arguments: Sequence[str], program: Program, context: HydraContext
) -> Sequence[JobReturn]:
    """Launch every combination that the overrides of a sweep name; return what the jobs gave."""
    refuse_unused_options(config)
    if not isinstance(program, Program):
        raise Refusal(f"hydra.sweeper.program={config.hydra.sweeper.program} is no Program")
    _require_launcher(config)
    _start_importing(program, config)
    parser = OverridesParser.create(config_loader=context.config_loader)
    overrides = parse(parser, [*of_study(config.hydra.sweeper.params), *arguments])
    composer = Composer(context.config_loader, config)
    planned = plan(composer, overrides, label_group=program.label_group)
    workers = parallel_runs(config)
    returns: list[JobReturn] = []

    def start(runs: Sequence[PlannedRun]) -> dict[str, str]:
        returns.extend(_run_jobs(runs, config, program, context, is_local=workers is not None))
        reasons = zip(runs, map(_failure, returns), strict=True)
        return {run.run_id: reason for run, reason in reasons if reason}

    execution = Execution(
        start,
        num_workers=workers or len(planned.runs),
        is_local=workers is not None,
    )
    set_status(launch(planned, program, execution))
    return returns


@errors_as_refusals()
def launch_run(config: DictConfig, program: Program, arguments: Sequence[str] = ()) -> float | None:
    """Launch one run, trained in a child of this process, and return its objective.

    This is a launch without a sweep, or one job of a sweeper other than ours: then the keys that
    `arguments`, those of the command line, sweep are factors.
    Raises RunFailed where the run does not complete; what is wrong is printed before.
    """
    master = HydraConfig.instance().cfg
    assert isinstance(master, DictConfig)
    hydra = master.hydra
    is_single = hydra.mode is not RunMode.MULTIRUN
    if is_single:
        refuse_unused_options(master)
    elif os.environ.pop(LAUNCHER, "") == str(os.getppid()):  # first job of a sweeper's worker
        isolate.exit_with(os.getppid())
    _start_importing(program, config)
    loader = GlobalHydra.instance().config_loader()
    parser = OverridesParser.create(config_loader=loader)
    swept = [] if is_single else _keys_of_sweeper(parser, hydra, arguments)
    planned = plan(
        Composer(loader, master),
        parse(parser, OmegaConf.to_container(hydra.overrides.task, resolve=False)),
        label_group=program.label_group,
        swept=swept,
    )

    def start(runs: Sequence[PlannedRun]) -> dict[str, str]:
        try:
            train_isolated(program, runs[0].run_dir)
        except RunFailed as error:
            return {runs[0].run_id: str(error)}
        return {}

    (run,) = planned.runs
    status = launch(planned, program, Execution(start, num_workers=1))
    if status == LEFT_TO_ANOTHER and not is_single:  # a sweeper tries one run twice at a time
        wait_for_end(planned.runs)
        status = COMPLETED if RunRecord(run.run_dir).state is RunState.COMPLETED else FAILED
    set_status(status)
    if status != COMPLETED:
        raise RunFailed(f"{run.run_id} is not completed")
    return _objective(run.run_dir, config, program)


def _start_importing(program: Program, config: DictConfig) -> None:
    """Let the fork server import what a check needs while the launch is planned."""
    if program.check:
        isolate.start_server([program.warm_up], environment(config))


def _objective(run_dir: Path, config: DictConfig, program: Program) -> float | None:
    record = RunRecord(run_dir)
    name = OmegaConf.select(config, program.objective) if program.objective else None
    value = record.status.get("win_rates", {}).get(name)
    return None if value is None else float(value)


def _keys_of_sweeper(parser: OverridesParser, hydra: Any, arguments: Sequence[str]) -> list[str]:
    """Return the keys that another sweeper varies: in its own config, or on the command line."""
    params: Mapping[str, Any] = hydra.sweeper.get("params") or {}
    given = [argument for argument in arguments if "=" in argument and argument[0] != "-"]
    overrides = parser.parse_overrides(given)
    return [*params, *(key_of(o) for o in overrides if o.is_sweep_override())]


def _run_jobs(
    runs: Sequence[PlannedRun],
    config: DictConfig,
    program: Program,
    context: HydraContext,
    *,
    is_local: bool,
) -> Sequence[JobReturn]:
    """Let Hydra's launcher run a job for each frozen run."""
    launcher = Plugins.instance().instantiate_launcher(
        hydra_context=HydraContext(cast(ConfigLoader, FrozenConfigs()), context.callbacks),
        task_function=TrainFrozenRun(program, resume_interrupted=not is_local),
        config=config,
    )
    _prepare_workers(launcher, program, runs[0])
    jobs = [[str(run.run_dir)] for run in runs]  # in place of overrides, for FrozenConfigs
    with interrupts_blocked():
        return launcher.launch(jobs, initial_job_idx=0)


def _failure(job: JobReturn) -> str:
    """Return why a job failed, empty where it did not; Hydra prints when it is asked."""
    try:
        with redirect_stderr(StringIO()):
            job.return_value  # noqa: B018  # raises what the job raised
    except Exception as error:
        return str(error) or type(error).__name__
    return ""


def _require_launcher(config: DictConfig) -> None:
    """Refuse what is not an installed launcher, before anything is written."""
    launcher, name = config.hydra.launcher, config.hydra.runtime.choices.get("hydra/launcher")
    if launcher is None or "_target_" not in launcher:
        raise Refusal(
            f"hydra.launcher={launcher} is not a launcher; select one, for example "
            "hydra/launcher=joblib"
        )
    try:
        import_module(str(launcher["_target_"]).rpartition(".")[0])
    except ImportError as error:
        raise Refusal(missing_plugin(str(name))) from error


def parallel_runs(config: DictConfig) -> int | None:
    """Return how many runs the launcher trains at a time on this machine; None for a cluster."""
    launcher = config.hydra.launcher
    for key, own in NOT_USED.items():
        if (value := launcher.get(key)) not in (None, own):
            raise Refusal(
                f"hydra.launcher.{key}={value} is not used: a job is the path of its run, and runs "
                "need workers of loky"
            )
    if "n_jobs" in launcher:
        import joblib  # only where it is the launcher: 0.2 s

        if not launcher.n_jobs:
            raise Refusal(
                "hydra.launcher.n_jobs must be at least 1, or -1 for all cores, "
                f"got {launcher.n_jobs}"
            )
        for key in ("batch_size", "pre_dispatch"):
            if (value := launcher.get(key)) is None:
                continue
            read = int(value) if str(value).isdigit() else value  # as the launcher hands it on
            try:
                if joblib.Parallel(2, "threading", **{key: read})([joblib.delayed(int)()]) != [0]:
                    raise ValueError("no run would be started")
            except ValueError as error:
                raise Refusal(f"hydra.launcher.{key}={value}: {error}") from None
        return int(joblib.effective_n_jobs(launcher.n_jobs))
    return 1 if str(launcher["_target_"]).endswith(".BasicLauncher") else None


def _prepare_workers(launcher: Launcher, program: Program, first: PlannedRun) -> None:
    """Let joblib's workers end with this process from their first moment on.

    joblib hands options that it does not know to its backend, among them a worker's initializer.
    """
    if (options := getattr(launcher, "joblib", None)) is not None:
        arguments = (os.getpid(), program, first.run_dir)
        options |= {"initializer": prepare_worker, "initargs": arguments}
