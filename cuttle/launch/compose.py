"""Compose the configs of a command line. What they mean is in `plan`.

Composing takes Hydra about 50 ms, so each choice of options is composed once, and what a job
changes of single keys is applied to a copy of it.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from hydra.core.config_loader import ConfigLoader
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, OverrideType
from omegaconf import DictConfig, OmegaConf, open_dict, read_write
from omegaconf.errors import MissingMandatoryValue, OmegaConfBaseException

from cuttle.launch.refusal import Refusal

Config = dict[str, Any]


class HydraPart:
    """Hydra's own part of a config, for the record of a run."""

    def __init__(self, node: DictConfig, overrides: Sequence[str]) -> None:
        """Take the `hydra` node, without its overrides, and those of Hydra's own options."""
        self.config = OmegaConf.create({"hydra": node}, flags={"allow_objects": True})
        self._overrides = list(overrides)

    def yaml(self, task: Sequence[str]) -> str:
        """Return it as YAML text, with the overrides of one job."""
        overrides = {"overrides": {"hydra": self._overrides, "task": list(task)}}
        return self._text + OmegaConf.to_yaml(OmegaConf.create(overrides))

    @cached_property
    def _text(self) -> str:  # 20 ms, which runs that are kept need not take
        return OmegaConf.to_yaml(self.config.hydra)


@dataclass(frozen=True)
class Composed:
    """What a list of overrides means; shared between jobs, not to be changed.

    config: the program's part, interpolations unresolved
    choices: the option of each config group
    hydra: Hydra's own part
    """

    config: DictConfig
    choices: dict[str, str | None]
    hydra: HydraPart


class Composer:
    """Compose the configs that a command line means with other overrides in place of its own."""

    def __init__(self, loader: ConfigLoader, master: DictConfig) -> None:
        """Take Hydra's loader and a config whose `hydra` node says what Hydra was asked."""
        self._loader = loader
        self._master = master
        self._parser = OverridesParser.create(config_loader=loader)
        self._parsed: dict[str, Override] = {}
        self._composed: dict[frozenset[str], Composed] = {}
        self._options: dict[str, list[str]] = {}
        self._groups: set[str] = set()  # that had an option

    def compose(self, overrides: Sequence[str]) -> Composed:
        """Return what overrides make; raise Hydra's errors for those that make nothing.

        Its interpolations of Hydra's own config can be resolved until the next call.
        """
        parsed = [self._parse(word) for word in overrides]
        changes = [override for override in parsed if self._changes_one_key(override)]
        composed = self._load([str(o.input_line) for o in parsed if not self._changes_one_key(o)])
        # what `${hydra:...}` refers to
        HydraConfig.instance().cfg = cast(Any, composed.hydra.config)
        if not changes:
            return composed
        config = copy.deepcopy(composed.config)
        try:
            for override in changes:  # as Hydra does after it has composed the options
                OmegaConf.update(config, override.key_or_group, override.value(), merge=True)
        except OmegaConfBaseException:
            return self._load(overrides)  # which raises Hydra's own words
        return Composed(config, composed.choices, composed.hydra)

    def options(self, group: str) -> list[str]:
        """Return the options of a config group; none where there is no such group."""
        if group not in self._options:
            self._options[group] = self._loader.get_group_options(group)
        return self._options[group]

    def is_group(self, name: str) -> bool:
        """Return whether a factor is a config group: something composed so far had an option."""
        return name in self._groups or bool(self.options(name))

    def _parse(self, word: str) -> Override:
        if word not in self._parsed:
            (override,) = self._parser.parse_overrides([word])
            self._refuse_several_options(override)
            self._parsed[word] = override
        return self._parsed[word]

    def _refuse_several_options(self, override: Override) -> None:
        """Raise Refusal for `GROUP=[a,b]`, which merges options under the name of one."""
        group, value = override.key_or_group, override.value()
        if isinstance(value, list) and not group.startswith("hydra/") and self.options(group):
            swept = ",".join(map(str, value))
            raise Refusal(f"{override.input_line}: one option only; to sweep, -m {group}={swept}")

    def _changes_one_key(self, override: Override) -> bool:
        key = override.key_or_group
        is_plain = override.type is OverrideType.CHANGE and override.package is None
        return is_plain and not key.startswith("hydra.") and not self.options(key)

    def _load(self, overrides: Sequence[str]) -> Composed:
        key = frozenset(overrides)  # options come first in Hydra whatever their place
        if key not in self._composed:
            config = self._loader.load_sweep_config(self._master, list(overrides))
            hydra = config.hydra
            if _params(hydra) not in (None, _params(self._master.hydra)):
                raise Refusal(
                    f"{' '.join(overrides)}: a swept option has a sweep of its own, which would be "
                    "lost; launch each by itself"
                )
            choices = dict(hydra.runtime.choices)
            self._groups |= choices.keys()
            with read_write(config), open_dict(config), read_write(hydra), open_dict(hydra):
                del hydra.overrides, hydra.job.override_dirname, config.hydra
            part = HydraPart(hydra, self._master.hydra.overrides.hydra)
            self._composed[key] = Composed(config, choices, part)
        return self._composed[key]


def _params(hydra: DictConfig) -> Any:
    """Return what a study sweeps, as it is written; None where nothing does."""
    params = (hydra.get("sweeper") or {}).get("params")
    return OmegaConf.to_container(params, resolve=False) if params else None


def resolve(config: DictConfig, *, may_lack: bool = False) -> Config:
    """Return a config as plain values; raise Refusal where one is missing or cannot be resolved.

    may_lack: missing values become None; a base need not have what every job is given
    """
    try:
        container = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    except MissingMandatoryValue as error:
        missing = sorted(OmegaConf.missing_keys(config))  # slow: only where there are some
        if not may_lack:
            raise Refusal(f"{missing[0]} must be given: add {missing[0]}=VALUE") from error
        return resolve(_with_none(config, missing))
    except OmegaConfBaseException as error:
        raise Refusal(f"the config cannot be resolved: {str(error).splitlines()[0]}") from error
    assert isinstance(container, dict)
    return {str(key): value for key, value in container.items()}


def _with_none(config: DictConfig, keys: Sequence[str]) -> DictConfig:
    filled = copy.deepcopy(config)
    with read_write(filled):
        for key in keys:
            OmegaConf.update(filled, key, None)
    return filled
