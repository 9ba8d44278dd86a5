"""Initial weights, the same rule for every network type. No layers here."""

import numpy as np
import torch
from torch import Tensor, nn

from cuttle.networks.cards import CardLinear, ZoneLinear
from cuttle.networks.trunk import FeatureLinear, Trunk
from cuttle.training.settings import InitialisationSettings


def initialise(
    network: nn.Module, settings: InitialisationSettings, rng: np.random.Generator
) -> None:
    """Draw all weights from `rng`: Kaiming normal, zero biases, the head scaled down.

    A head near zero gives all types the same initial Q-values, so that none has to unlearn noise.
    """
    for module in network.modules():
        if isinstance(module, nn.Linear | ZoneLinear):
            _kaiming(rng, module.bias, module.weight, inputs=module.weight.shape[1])
        elif isinstance(module, CardLinear):
            inputs = module.cards.shape[0] * module.cards.shape[1] + len(module.scalars)
            _kaiming(rng, module.bias, module.cards, module.scalars, inputs=inputs)
        elif isinstance(module, FeatureLinear):
            inputs = len(module.features) + len(module.scalars)
            _kaiming(rng, module.bias, module.features, module.scalars, inputs=inputs)
        elif isinstance(module, nn.Embedding):
            _fill(module.weight, settings.embedding_sd, rng)
        elif isinstance(module, Trunk):
            sd = settings.head_scale * (2.0 / module.advantage.shape[2]) ** 0.5
            for weight in (module.value, module.advantage):
                if weight is not None:
                    _fill(weight, sd, rng)
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.LayerNorm):
            module.reset_parameters()


def _kaiming(rng: np.random.Generator, bias: Tensor, *weights: Tensor, inputs: int) -> None:
    """Draw the weights of a layer with that many inputs; set its bias to zero."""
    for weight in weights:
        _fill(weight, (2.0 / inputs) ** 0.5, rng)
    nn.init.zeros_(bias)


def _fill(weight: Tensor, sd: float, rng: np.random.Generator) -> None:
    """Draw normal values of that standard deviation."""
    values = rng.normal(0.0, sd, tuple(weight.shape)).astype(np.float32)
    with torch.no_grad():
        weight.copy_(torch.from_numpy(values))
