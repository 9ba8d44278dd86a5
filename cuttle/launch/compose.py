"""Composed configs of a command line, through Hydra's config loader. What they mean is in `plan`.

Composing takes Hydra about 50 ms, so each list of overrides is composed once.
"""

import copy
from collections.abc import Sequence
from typing import Any

from hydra.core.config_loader import ConfigLoader
from omegaconf import DictConfig, OmegaConf, open_dict, read_write
from omegaconf.errors import OmegaConfBaseException

from cuttle.launch.refusal import Refusal

Config = dict[str, Any]


class Composer:
    """Compose the configs that a command line means with other overrides in place of its own."""

    def __init__(self, loader: ConfigLoader, master: DictConfig) -> None:
        """Take Hydra's loader and a config whose `hydra` node says what Hydra was asked."""
        self._loader = loader
        self._master = master
        self._composed: dict[frozenset[str], DictConfig] = {}
        self._options: dict[str, list[str]] = {}
        self._hydra: dict[frozenset[str], str] = {}

    def compose(self, overrides: Sequence[str]) -> DictConfig:
        """Return the config, with its `hydra` node, that overrides make; not to be changed."""
        key = frozenset(overrides)  # options come first in Hydra whatever their place
        if key not in self._composed:
            self._composed[key] = self._loader.load_sweep_config(self._master, list(overrides))
        return self._composed[key]

    def hydra_yaml(self, overrides: Sequence[str]) -> str:
        """Return Hydra's own part of a config as YAML text."""
        key = frozenset(overrides)
        if key not in self._hydra:
            self._hydra[key] = OmegaConf.to_yaml(self.compose(overrides).hydra)
        return self._hydra[key]

    def options(self, group: str) -> list[str]:
        """Return the options of a config group; none where there is no such group."""
        if group not in self._options:
            self._options[group] = self._loader.get_group_options(group)
        return self._options[group]

    def repeat(self, overrides: Sequence[str], repeated: str) -> DictConfig:
        """Return the config of overrides with one more that changes no other key, `run=3` say."""
        key, _, value = repeated.partition("=")
        if not value.isdecimal() or str(int(value)) != value:
            return self.compose((*overrides, repeated))
        config = without_hydra(self.compose(overrides))
        config = copy.deepcopy(config)
        with read_write(config):
            OmegaConf.update(config, key, int(value))
        return config


def choices_of(config: DictConfig) -> dict[str, str | None]:
    """Return the option that each config group has."""
    return dict(config.hydra.runtime.choices)


def without_hydra(config: DictConfig) -> DictConfig:
    """Return the program's part of a config."""
    bare = copy.copy(config)
    with read_write(bare), open_dict(bare):
        bare.pop("hydra", None)
    return bare


def resolve(config: DictConfig, *, may_lack: bool = False) -> Config:
    """Return a config as plain values; raise Refusal where one is missing or cannot be resolved.

    may_lack: missing values become None; a base need not have what every job is given
    """
    bare = without_hydra(config)
    if missing := sorted(OmegaConf.missing_keys(bare)):
        if not may_lack:
            raise Refusal(f"{missing[0]} must be given, for example {missing[0]}=1")
        bare = _with_none(bare, missing)
    try:
        container = OmegaConf.to_container(bare, resolve=True)
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
