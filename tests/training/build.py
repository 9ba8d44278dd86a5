"""Settings and trainers as the configuration gives them, small enough for tests. No assertions."""

import importlib
from pathlib import Path
from typing import Any

import torch
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from cuttle.env.observation import SCALAR_DIM, ZONES
from cuttle.game.actions import NUM_ACTIONS
from cuttle.training.settings import TrainingSettings
from cuttle.training.trainer import Trainer

CONF = Path(__file__).parents[2] / "conf"
NETWORK_TYPES = sorted(path.stem for path in (CONF / "network_type").glob("*.yaml"))


def training_config(budget: str = "smoke", *overrides: str) -> dict[str, Any]:
    """Compose one training budget with overrides such as `learner.double=false`."""
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose(
            config_name=f"training/{budget}", overrides=[f"training.{o}" for o in overrides]
        )
    plain = OmegaConf.to_container(config.training)
    assert isinstance(plain, dict)
    return {str(key): value for key, value in plain.items()}


def settings(budget: str = "smoke", *overrides: str) -> TrainingSettings:
    """Compose and check one training budget."""
    return TrainingSettings.from_mapping(training_config(budget, *overrides))


def network(network_type: str = "boolean") -> torch.nn.Module:
    """Build a network type with the sizes of its YAML; the weights are still undrawn."""
    section = OmegaConf.to_container(OmegaConf.load(CONF / f"network_type/{network_type}.yaml"))
    assert isinstance(section, dict)
    module, _, class_name = section["_target_"].rpartition(".")
    sizes = {str(k): v for k, v in section.items() if k not in ("_target_", "name")}
    built: torch.nn.Module = getattr(importlib.import_module(module), class_name)(
        zones=len(ZONES), scalars=SCALAR_DIM, num_actions=NUM_ACTIONS, **sizes
    )
    return built


def trainer(
    *overrides: str, network_type: str = "boolean", budget: str = "smoke", seed: int = 0
) -> Trainer:
    """Build a trainer on one thread."""
    torch.set_num_threads(1)
    return Trainer(network=network(network_type), settings=settings(budget, *overrides), seed=seed)
