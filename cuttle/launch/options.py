"""Refused Hydra options: they would do nothing, or leave a stray directory."""

from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

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
UNUSED_GROUPS = {"hydra/job_logging": "none", "hydra/hydra_logging": "none"}


def refuse_unused_options(config: DictConfig) -> None:
    """Raise Refusal for an option of Hydra's that would do nothing here, or leave a directory."""
    written = OmegaConf.to_container(config.hydra, resolve=False)
    assert isinstance(written, dict)
    values = flatten(written)
    for key, neutral in UNUSED.items():
        if values.get(key) not in neutral:
            raise Refusal(
                f"hydra.{key}={values.get(key)} is not used here: a run lives in "
                "ROOT/EXPERIMENT/RUN; set root= and experiment="
            )
    for group, option in UNUSED_GROUPS.items():
        if (chosen := config.hydra.runtime.choices.get(group)) != option:
            raise Refusal(f"{group}={chosen} is not used here: a run writes its log to train.log")
    params = config.hydra.sweeper.get("params") or {}
    if params and config.hydra.mode is not RunMode.MULTIRUN:
        raise Refusal(
            f"hydra.sweeper.params ({', '.join(params)}) would not be swept: add -m, or "
            "hydra.mode: MULTIRUN beside it"
        )
