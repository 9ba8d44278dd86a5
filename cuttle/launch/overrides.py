"""The overrides of each job: expanded by Hydra's own parser."""

import json
from collections.abc import Sequence
from itertools import islice, product
from math import prod
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, RangeSweep
from omegaconf import DictConfig, OmegaConf

from cuttle.launch.refusal import Refusal

REPEAT = "run"  # the key that repeats a condition with another seed
MAX_JOBS = 100_000


def of_study(params: DictConfig | None) -> list[str]:
    """Return the overrides that a study sweeps; their interpolations follow each job."""
    written: Any = OmegaConf.to_container(params, resolve=False) if params else {}
    for key, value in written.items():
        if isinstance(value, dict) or str(key).startswith(("hydra.", "hydra/")):
            place = "hydra.sweeper.params holds dotted keys and what to sweep"
            raise Refusal(f"{key} cannot be swept by a study: {place}, as in run: 1,2")
    # texts are words of the command line already
    return [f"{k}={v if isinstance(v, str) else json.dumps(v)}" for k, v in written.items()]


def parse(parser: OverridesParser, arguments: list[str]) -> dict[str, Override]:
    """Parse overrides; of those for one key the last counts, as in Hydra's basic sweeper."""
    return {override.get_key_element(): override for override in parser.parse_overrides(arguments)}


def expand(overrides: Sequence[Override]) -> list[tuple[str, ...]]:
    """Return the overrides of each job, every combination in the order of Hydra's basic sweeper.

    Raises Refusal for a sweep over nothing, over too much, or over what is no list of values.
    """
    choices = [_choices(override) for override in overrides]
    if (number := prod(len(values) for values in choices)) > MAX_JOBS:
        raise Refusal(f"the sweep has at least {number} jobs; the limit is {MAX_JOBS}")
    return list(product(*choices))


def _choices(override: Override) -> list[str]:
    words = override.input_line
    if not override.is_sweep_override():
        return [str(words)]
    if not override.is_discrete_sweep():
        raise Refusal(f"{words} is not a list of values; intervals need another sweeper")
    if isinstance(override.value(), RangeSweep) and "sort(" in str(words):
        raise Refusal(f"{words}: Hydra cannot sort this range; list the values")
    values = list(islice(override.sweep_string_iterator(), MAX_JOBS + 1))
    if not values:
        raise Refusal(f"{words} has no values: nothing to launch")
    key = override.get_key_element()
    return [f"{key}={value}" for value in values]


def key_of(override: Override) -> str:
    """Return the config key or group that an override is about, without its prefix."""
    package = f"@{override.package}" if override.package else ""
    return f"{override.key_or_group}{package}"
