"""Initial weights, the same rule for every network type. No layers here."""

import numpy as np
import torch
from torch import Tensor, nn

from cuttle.networks.trunk import Trunk, ZoneLinear
from cuttle.training.settings import InitialisationSettings


def initialise(
    network: nn.Module, settings: InitialisationSettings, rng: np.random.Generator
) -> None:
    """Draw all weights from `rng`: Kaiming normal, zero biases, the head scaled down.

    A head near zero gives all types the same initial Q-values, so that none has to unlearn noise.
    """
    for module in network.modules():
        if isinstance(module, nn.Linear | ZoneLinear):
            _fill(module.weight, (2.0 / module.weight.shape[-1]) ** 0.5, rng)
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            _fill(module.weight, settings.embedding_sd, rng)
        elif isinstance(module, nn.LayerNorm):
            module.reset_parameters()
    for module in network.modules():
        if isinstance(module, Trunk):
            with torch.no_grad():
                module.head.weight.mul_(settings.head_scale)


def _fill(weight: Tensor, sd: float, rng: np.random.Generator) -> None:
    """Draw normal values of that standard deviation."""
    values = rng.normal(0.0, sd, tuple(weight.shape)).astype(np.float32)
    with torch.no_grad():
        weight.copy_(torch.from_numpy(values))
