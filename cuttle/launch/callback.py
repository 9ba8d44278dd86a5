"""Check Hydra's own options: before it makes directories."""

from pathlib import Path
from typing import Any

from hydra.experimental.callback import Callback
from omegaconf import DictConfig, read_write

from cuttle.launch.options import refuse_unused_options
from cuttle.launch.refusal import Refusal


class CheckDirectories(Callback):
    """Refuse what would leave a stray directory; no layer of Hydra takes Refusal for a failure."""

    def on_run_start(self, config: DictConfig, **_: Any) -> None:
        """Refuse what `refuse_unused_options` does; a sweep is checked by the sweeper."""
        refuse_unused_options(config)

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        """Let `~` in root be the home directory for Hydra, too."""
        root = Path(str(config.root))
        if root.parts[:1] != ("~",):
            return
        if "program" not in config.hydra.sweeper:
            raise Refusal(
                f"root={root}: with another sweeper, `~` is not expanded; write the full path"
            )
        with read_write(config):
            config.root = str(root.expanduser())
