"""What we ask of Hydra: no stray directories, no second line about a failed run."""

import sys
from pathlib import Path
from typing import Any

from hydra.core.utils import JobStatus
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, read_write

from cuttle.launch.exit_status import COMPLETED, get_status
from cuttle.launch.options import refuse_unused_options
from cuttle.launch.refusal import Refusal


class LaunchCallback(Callback):
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

    def on_run_end(self, config: DictConfig, **results: Any) -> None:
        """End the program after a failed run, which the summary has named; Hydra would repeat it.

        Callbacks of the user have been called by then: at the end, the first one is the last.
        """
        if results["job_return"].status is JobStatus.FAILED and get_status() != COMPLETED:
            sys.exit(get_status())
