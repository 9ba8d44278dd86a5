"""What all network types share: the trunk after the features.

No features and no initial weights here: those come from the types and from training.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class TrunkSettings:
    """Sizes and layers of the trunk, the same for all types of a study."""

    hidden_units: int
    num_actions: int
    scalars: int  # that reach the hidden layer beside the features; 0 for none
    normalise: bool  # the hidden layer
    share_value: bool  # one state value added to the advantages of all actions


class Trunk(nn.Module):
    """A hidden layer over features and scalars, then Q-values."""

    def __init__(self, hidden: nn.Module, settings: TrunkSettings) -> None:
        """Take the hidden layer, which maps features and scalars to `hidden_units`."""
        super().__init__()
        units = settings.hidden_units
        self.hidden = hidden
        # Also makes the hidden scale, and so the initial values, alike in all types.
        self.norm = nn.LayerNorm(units) if settings.normalise else nn.Identity()
        self.value = nn.Linear(units, 1) if settings.share_value else None
        self.advantage = nn.Linear(units, settings.num_actions)
        self._scalars = settings.scalars

    def forward(self, features: Tensor, scalars: Tensor) -> Tensor:
        """Map what a type makes of the zones and `(batch, scalars)` to `(batch, num_actions)`."""
        hidden = torch.relu(self.norm(self.hidden(features, scalars[:, : self._scalars])))
        if self.value is None:
            advantage: Tensor = self.advantage(hidden)
            return advantage
        # Adding its weights to those of every advantage adds the value to every advantage.
        weight = self.advantage.weight + self.value.weight
        return nn.functional.linear(hidden, weight, self.advantage.bias + self.value.bias)


class FeatureLinear(nn.Module):
    """A linear layer over features and scalars side by side."""

    def __init__(self, features: int, scalars: int, out_features: int) -> None:
        """Lay out a row of weights for every feature and every scalar."""
        super().__init__()
        self.features = nn.Parameter(torch.empty(features, out_features))
        self.scalars = nn.Parameter(torch.empty(scalars, out_features))
        self.bias = nn.Parameter(torch.empty(out_features))

    def forward(self, features: Tensor, scalars: Tensor) -> Tensor:
        """Map `(batch, features)` and `(batch, scalars)` to `(batch, out_features)`."""
        return torch.addmm(torch.addmm(self.bias, scalars, self.scalars), features, self.features)
