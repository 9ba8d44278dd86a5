"""The jobs of a launch as composed configs. What they mean is checked in `plan`.

Composing takes Hydra about 50 ms a job, so jobs that differ in `run` alone are composed once.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.conf import HydraConf
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import DictConfig, OmegaConf, open_dict, read_write
from omegaconf.errors import OmegaConfBaseException

from cuttle.sweep.errors import Refusal

RUN_OVERRIDE = "run="


@dataclass(frozen=True)
class Job:
    """One point of a sweep; `hydra` is Hydra's own part of the config as YAML text."""

    config: dict[str, Any]
    overrides: tuple[str, ...]
    hydra: str


def single_job(config: DictConfig, hydra: HydraConf) -> Job:
    """Return the one job of a launch without a sweep."""
    return Job(_resolve(config), tuple(hydra.overrides.task), OmegaConf.to_yaml(hydra))


def sweep_jobs(master: DictConfig) -> list[Job]:
    """Return the jobs of a sweep in the order of Hydra's basic sweeper."""
    composed: dict[tuple[str, ...], tuple[DictConfig, str]] = {}
    jobs = []
    for overrides in sweep_overrides(master):
        run = _run_number(overrides)
        key = tuple(o for o in overrides if run is None or not o.startswith(RUN_OVERRIDE))
        if key not in composed:
            loader = GlobalHydra.instance().config_loader()
            config = loader.load_sweep_config(master, list(key))
            composed[key] = _without_hydra(config), OmegaConf.to_yaml(config.hydra)
        config, hydra = composed[key]
        if run is not None:
            config = copy.deepcopy(config)
            config.run = run
        jobs.append(Job(_resolve(config), tuple(overrides), hydra))
    return jobs


def sweep_overrides(master: DictConfig) -> Sequence[Sequence[str]]:
    """Return the overrides of each job, those of the command line over those of a study."""
    params = master.hydra.sweeper.get("params") or {}
    arguments = [f"{key}={value}" for key, value in params.items()]
    parser = OverridesParser.create(config_loader=GlobalHydra.instance().config_loader())
    overrides = parser.parse_overrides(arguments + list(master.hydra.overrides.task))
    (jobs,) = BasicSweeper.split_arguments(overrides, max_batch_size=None)
    return jobs


def _run_number(overrides: Sequence[str]) -> int | None:
    values = [o.removeprefix(RUN_OVERRIDE) for o in overrides if o.startswith(RUN_OVERRIDE)]
    return int(values[-1]) if values and values[-1].isdecimal() else None


def _without_hydra(config: DictConfig) -> DictConfig:
    bare = copy.copy(config)
    with read_write(bare), open_dict(bare):
        del bare["hydra"]
    return bare


def _resolve(config: DictConfig) -> dict[str, Any]:
    missing = sorted(OmegaConf.missing_keys(config))
    if missing:
        raise Refusal(f"{missing[0]} must be given, for example {missing[0]}=1")
    try:
        container = OmegaConf.to_container(config, resolve=True)
    except OmegaConfBaseException as error:
        raise Refusal(f"the config cannot be resolved: {str(error).splitlines()[0]}") from error
    assert isinstance(container, dict)
    return {str(key): value for key, value in container.items()}
