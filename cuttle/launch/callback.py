"""What we ask of Hydra: no options without effect, no stray directories, no second message."""

import os
import sys
from pathlib import Path
from typing import Any

from hydra.core.utils import JobStatus
from hydra.experimental.callback import Callback
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf, read_write

from cuttle.launch.exit_status import COMPLETED, get_status
from cuttle.launch.refusal import Refusal
from cuttle.runs.diff import flatten

# What Hydra would do with its own directories and logs; runs have theirs, and refusals leave none.
UNUSED = {
    "run.dir": (".",),
    "sweep.dir": ("${root}/${experiment}",),
    "sweep.subdir": (".",),
    "output_subdir": (None,),
    "verbose": (False,),
    "job.chdir": (False, None),
}
LAUNCHER = "CUTTLE_LAUNCHER"  # variable with the process id of a sweep, for its workers
PLACES = "a run lives in ROOT/EXPERIMENT/RUN; set root= and experiment="
LOGS = "a run writes its log to train.log"
UNUSED_GROUPS = {"hydra/job_logging": "none", "hydra/hydra_logging": "none"}


class LaunchCallback(Callback):
    """Refuse what would leave a stray directory; no layer of Hydra takes Refusal for a failure."""

    def on_run_start(self, config: DictConfig, **_: Any) -> None:
        """Refuse what `refuse_unused_options` does; a sweep is checked by the sweeper."""
        refuse_unused_options(config)

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        """Let `~` in root be the home directory for Hydra, too; refuse what no sweeper can do."""
        written = OmegaConf.to_container(config, resolve=False)
        assert isinstance(written, dict)
        sweeper, root = written["hydra"]["sweeper"] or {}, Path(str(written["root"]))
        if "_target_" not in sweeper:
            given = f"hydra.sweeper={sweeper or None}"
            raise Refusal(f"{given} is not a sweeper; select hydra/sweeper=cuttle")
        is_other = "program" not in sweeper
        os.environ[LAUNCHER] = str(os.getpid())
        if is_other and config.dry_run:
            raise Refusal("dry_run=true: another sweeper makes no plan; remove hydra/sweeper=")
        direction = sweeper.get("direction", "maximize")  # of Optuna
        direction = getattr(direction, "name", direction)
        if direction != "maximize":
            raise Refusal(
                f"hydra.sweeper.direction={direction} would not search for the highest win rate: "
                "add hydra.sweeper.direction=maximize"
            )
        if is_other and root.parts[:1] == ("~",):
            raise Refusal(
                f"root={root}: with another sweeper, `~` is not expanded; write the full path"
            )
        if root.parts[:1] == ("~",):
            with read_write(config):
                config.root = os.path.expanduser(root)

    def on_run_end(self, config: DictConfig, **results: Any) -> None:
        """End the program after a failed run, which the summary has named; Hydra would repeat it.

        Callbacks of the user have been called by then: at the end, the first one is the last.
        """
        if results["job_return"].status is JobStatus.FAILED and get_status() != COMPLETED:
            sys.exit(get_status())


def refuse_unused_options(config: DictConfig) -> None:
    """Raise Refusal for an option of Hydra's that would do nothing here, or leave a directory."""
    written = OmegaConf.to_container(config.hydra, resolve=False)
    assert isinstance(written, dict)
    values = flatten(written)
    for key, neutral in UNUSED.items():
        if values.get(key) not in neutral:
            why = LOGS if key == "verbose" else PLACES
            raise Refusal(f"hydra.{key}={values.get(key)} is not used here: {why}")
    for group, option in UNUSED_GROUPS.items():
        if (chosen := config.hydra.runtime.choices.get(group)) != option:
            raise Refusal(f"{group}={chosen} is not used here: {LOGS}")
    if config.hydra.mode is not RunMode.MULTIRUN:
        _refuse_options_of_sweeps(config.hydra)


def _refuse_options_of_sweeps(hydra: DictConfig) -> None:
    """Raise Refusal for options of a sweeper or a launcher, which a single run has not."""
    if params := (hydra.sweeper or {}).get("params"):
        raise Refusal(
            f"hydra.sweeper.params ({', '.join(params)}) would not be swept: add -m, or "
            "hydra.mode: MULTIRUN beside it"
        )
    for word in hydra.overrides.hydra:
        if word.lstrip("+~").startswith(("hydra/launcher", "hydra.launcher", "hydra/sweeper")):
            raise Refusal(f"{word} has no effect on a single run: add -m, or remove it")
