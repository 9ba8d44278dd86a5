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
        self.loader = loader
        self._master = master
        self._composed: dict[tuple[str, ...], DictConfig] = {}

    def compose(self, overrides: Sequence[str]) -> DictConfig:
        """Return the config, with its `hydra` node, that overrides make; not to be changed."""
        key = tuple(overrides)
        if key not in self._composed:
            self._composed[key] = self.loader.load_sweep_config(self._master, list(key))
        return self._composed[key]

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


def resolve(config: DictConfig) -> Config:
    """Return a config as plain values; raise Refusal where one is missing or cannot be resolved."""
    bare = without_hydra(config)
    if missing := sorted(OmegaConf.missing_keys(bare)):
        raise Refusal(f"{missing[0]} must be given, for example {missing[0]}=1")
    try:
        container = OmegaConf.to_container(bare, resolve=True)
    except OmegaConfBaseException as error:
        raise Refusal(f"the config cannot be resolved: {str(error).splitlines()[0]}") from error
    assert isinstance(container, dict)
    return {str(key): value for key, value in container.items()}
