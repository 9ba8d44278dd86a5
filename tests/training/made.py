"""Network types that no folder holds: layers with a mode, a state or a generator. No assertions."""

import random
from typing import Any

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


class OwnNoise(nn.Module):
    """Add noise while learning, from a generator that the layer creates, seeds and saves."""

    def __init__(self) -> None:
        super().__init__()
        self._rng = np.random.default_rng(3)

    def forward(self, x: Tensor) -> Tensor:
        noise = self._rng.normal(scale=0.1, size=tuple(x.shape)) if self.training else 0.0
        return x + torch.as_tensor(noise, dtype=torch.float32)

    def get_extra_state(self) -> dict[str, Any]:
        return dict(self._rng.bit_generator.state)

    def set_extra_state(self, state: dict[str, Any]) -> None:
        self._rng.bit_generator.state = state


class Stateful(Dropped):
    """Hold a number drawn when it is built, a buffer that `state_dict` leaves out, a generator."""

    def __init__(self, *, zones: int, trunk: TrunkSettings) -> None:
        super().__init__(zones=zones, trunk=trunk)
        self.before = OwnNoise()
        self.shift = torch.rand(1).item()
        self.register_buffer("count", torch.zeros(1), persistent=False)

    def forward(self, zones: Tensor, scalars: Tensor, action: Tensor | None = None) -> Tensor:
        self.count += self.training
        return super().forward(zones, scalars + self.shift + 0.01 * self.count, action)


MADE = (Dropped, BatchNormalised, Noisy, Stateful)
