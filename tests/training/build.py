"""Settings and trainers as the configuration gives them, small enough for tests. No assertions."""

import functools
import io
import json
from pathlib import Path
from typing import Any

import torch
from hydra import initialize_config_dir
from hydra.core.config_loader import ConfigLoader
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from cuttle.config.hydra import register
from cuttle.config.reading import read
from cuttle.config.schema import TrainingSettings
from cuttle.launch.build import build_network
from cuttle.launch.compose import Composer
from cuttle.training import saved
from cuttle.training.trainer import RoundReport, Trainer

CONF = Path(__file__).parents[2] / "conf"
NETWORK_TYPES = sorted(path.stem for path in (CONF / "network_type").glob("*.yaml"))


@functools.cache  # composing takes 0.1 s, and tests ask for the same few options
def loaded(*overrides: str) -> tuple[ConfigLoader, DictConfig, Composer]:
    """Return Hydra's loader, what it makes of these overrides, and a composer for others."""
    register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        loader = GlobalHydra.instance().config_loader()
        master = loader.load_configuration("config", list(overrides), RunMode.MULTIRUN)
    return loader, master, Composer(loader, master)


def composed(*overrides: str) -> dict[str, Any]:
    """Compose the config of one run as plain values."""
    words = [word for word in overrides if not word.startswith("hydra")]
    _, _, composer = loaded(*(overrides if len(words) < len(overrides) else ()))
    config = OmegaConf.to_container(composer.compose(words).config)
    assert isinstance(config, dict)
    return {str(key): value for key, value in config.items()}


def settings(budget: str = "smoke", *overrides: str) -> TrainingSettings:
    """Compose and check one training budget with overrides such as `learner.double=false`."""
    config = composed(f"training={budget}", *(f"training.{o}" for o in overrides))
    return read(TrainingSettings, config["training"], "training")


def network(network_type: str = "boolean", *overrides: str) -> torch.nn.Module:
    """Build a network type with the sizes of its YAML; the weights are still undrawn."""
    return build_network(composed(f"network_type={network_type}", *overrides))


def trainer(
    *overrides: str, network_type: str = "boolean", budget: str = "smoke", seed: int = 0
) -> Trainer:
    """Build a trainer on one thread."""
    torch.set_num_threads(1)
    return Trainer(network=network(network_type), settings=settings(budget, *overrides), seed=seed)


def numbers(reports: list[RoundReport]) -> str:
    """Write down everything that must not depend on anything but config and seed."""
    return json.dumps([[r.metrics, r.matches] for r in reports])


def same_weights(first: Trainer, second: Trainer) -> bool:
    states = (first.model_state(), second.model_state())
    return all(
        torch.equal(one, other) if isinstance(one, torch.Tensor) else one == other
        for one, other in zip(*(state.values() for state in states), strict=True)
    )


def through_a_file(state: dict[str, Any]) -> dict[str, Any]:
    return saved.load(io.BytesIO(saved.to_bytes(state)))
