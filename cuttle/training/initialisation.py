"""Initial weights: the same rule for every network type. No layers here."""

import numpy as np
import torch
from torch import Tensor, nn

from cuttle.config.schema import InitialisationSettings
from cuttle.networks.cards import CardLinear, HeldLinear, ZoneLinear
from cuttle.networks.trunk import FeatureLinear, Trunk


def initialise(
    network: nn.Module, settings: InitialisationSettings, rng: np.random.Generator
) -> None:
    """Draw all weights from `rng`: Kaiming normal, zero biases, the head scaled down.

    A head near zero gives all types the same initial Q-values, so that none has to unlearn noise.
    Raises ValueError for a layer that no rule here draws: torch would draw it from its global
    generator, alike in every run.
    """
    for name, module in network.named_modules():
        if not _draw(module, settings, rng):
            for parameter, _ in module.named_parameters(name, recurse=False):
                raise ValueError(
                    f"{parameter} of {type(network).__name__} is a weight that no rule in "
                    "cuttle/training/initialisation.py draws: use a layer that is named there, or "
                    "add a rule"
                )


def _draw(module: nn.Module, settings: InitialisationSettings, rng: np.random.Generator) -> bool:
    """Draw the weights that a layer holds itself; return whether there is a rule for it."""
    match module:
        case nn.Linear() | ZoneLinear():
            _kaiming(rng, module.bias, module.weight, inputs=module.weight.shape[1])
        case nn.Conv1d() | nn.Conv2d():
            _kaiming(rng, module.bias, module.weight, inputs=module.weight[0].numel())
        case CardLinear():
            inputs = module.cards.shape[0] * module.cards.shape[1] + len(module.scalars)
            _kaiming(rng, module.bias, module.cards, module.scalars, inputs=inputs)
        case FeatureLinear() | HeldLinear():
            inputs = module.features.shape[:-1].numel() + len(module.scalars)
            _kaiming(rng, module.bias, module.features, module.scalars, inputs=inputs)
        case nn.Embedding():
            _fill(module.weight, settings.embedding_sd, rng)
        case Trunk():
            sd = settings.head_scale * (2.0 / module.advantage.shape[2]) ** 0.5
            for weight in (module.value, module.advantage):
                if weight is not None:
                    _fill(weight, sd, rng)
            nn.init.zeros_(module.bias)
        case nn.LayerNorm() | nn.RMSNorm() | nn.GroupNorm() | nn.BatchNorm1d() | nn.BatchNorm2d():
            module.reset_parameters()  # draws nothing
        case _:
            return False
    return True


def _kaiming(rng: np.random.Generator, bias: Tensor | None, *weights: Tensor, inputs: int) -> None:
    """Draw the weights of a layer with that many inputs; set its bias, if it has one, to zero."""
    for weight in weights:
        _fill(weight, (2.0 / inputs) ** 0.5, rng)
    if bias is not None:
        nn.init.zeros_(bias)


def _fill(weight: Tensor, sd: float, rng: np.random.Generator) -> None:
    """Draw normal values of that standard deviation."""
    values = rng.normal(0.0, sd, tuple(weight.shape)).astype(np.float32)
    with torch.no_grad():
        weight.copy_(torch.from_numpy(values))
