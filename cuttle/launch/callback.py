"""A look at Hydra's own options before Hydra acts on them, in a launch of a single run."""

from typing import Any

from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from cuttle.launch.app import refuse_unused_options


class RefuseUnusedOptions(Callback):
    """Refuse what `refuse_unused_options` does; a sweep is checked by the sweeper."""

    def on_run_start(self, config: DictConfig, **_: Any) -> None:
        """Raise Refusal, which no layer of Hydra takes for a failure of this callback."""
        refuse_unused_options(config)
