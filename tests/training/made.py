"""Network types that no folder holds: layers with a mode, a state or a generator. No assertions."""

import random

import numpy as np
import torch
from torch import Tensor, nn

from cuttle.env.observation import SCALAR_DIM
from cuttle.networks.boolean import Boolean
from cuttle.networks.trunk import TrunkSettings


class Dropped(Boolean):
    """Drop scalars while learning; torch draws which from its global generator."""

    def __init__(self, *, zones: int, trunk: TrunkSettings) -> None:
        super().__init__(zones=zones, trunk=trunk)
        self.before = nn.Dropout(0.2)

    def forward(self, zones: Tensor, scalars: Tensor, action: Tensor | None = None) -> Tensor:
        return super().forward(zones, self.before(scalars), action)


class BatchNormalised(Dropped):
    """Normalise scalars by the batch while learning, by running averages otherwise."""

    def __init__(self, *, zones: int, trunk: TrunkSettings) -> None:
        super().__init__(zones=zones, trunk=trunk)
        self.before = nn.BatchNorm1d(SCALAR_DIM)


class Noisy(Boolean):
    """Add noise in every mode, from every global generator, by a buffer drawn at random."""

    def __init__(self, *, zones: int, trunk: TrunkSettings) -> None:
        super().__init__(zones=zones, trunk=trunk)
        self.register_buffer("scale", 0.1 * torch.rand(1))

    def forward(self, zones: Tensor, scalars: Tensor, action: Tensor | None = None) -> Tensor:
        noise = torch.rand(1) + np.random.rand() + random.random()
        return super().forward(zones, scalars + self.scale * noise, action)


MADE = (Dropped, BatchNormalised, Noisy)
