"""Hydra's plugin for sweeps: it expands, plans and launches through any Hydra launcher."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from hydra.utils import get_object
from omegaconf import MISSING, DictConfig


@dataclass
class ResumableSweeperConfig:
    """The options of `hydra/sweeper=resumable`.

    params: what a study sweeps, by key; the command line overrides it
    program: the dotted name of the `Program` whose runs are launched
    """

    _target_: str = "hydra_plugins.cuttle_sweeper.ResumableSweeper"
    params: dict[str, Any] = field(default_factory=dict)
    program: str = MISSING


class ResumableSweeper(Sweeper):
    """Sweep any keys; completed runs are kept, unfinished ones are resumed."""

    def __init__(self, program: str, params: dict[str, Any] | None = None) -> None:
        """Find the program; `params` is read from the config, unresolved, by the sweep."""
        self._program = get_object(program)

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Keep what Hydra hands over; the task function is for single runs and other sweepers."""
        self._context, self._config = hydra_context, config

    def sweep(self, arguments: list[str]) -> Sequence[JobReturn]:
        """Launch the sweep."""
        from cuttle.launch.app import launch_sweep  # plugins are imported by every Hydra program

        return launch_sweep(self._config, arguments, self._program, self._context)


ConfigStore.instance().store(
    group="hydra/sweeper", name="resumable", node=ResumableSweeperConfig, provider="cuttle"
)
