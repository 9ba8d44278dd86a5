"""What all network types share: the trunk after the features.

No features and no initial weights here: those come from the types and from training.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from cuttle.networks.head import value_all, value_allowed, value_chosen
from cuttle.networks.scalars import multiply_scalars


@dataclass(frozen=True)
class TrunkSettings:
    """Sizes and layers of the trunk, the same for all types of a study."""

    ensemble_size: int  # networks of an ensemble side by side, whose mean plays
    hidden_units: int  # of each member
    num_actions: int
    scalars: int  # that reach the hidden layer beside the features; 0 for none
    normalise: bool  # the hidden layer
    dueling: bool  # one state value added to the advantages of all actions

    @property
    def width(self) -> int:
        """Return the hidden units of all members."""
        return self.ensemble_size * self.hidden_units


class Trunk(nn.Module):
    """A hidden layer over features and scalars, then Q-values, for each member on its own."""

    def __init__(self, hidden: nn.Module, settings: TrunkSettings) -> None:
        """Take the hidden layer, which maps features and scalars to `settings.width`."""
        super().__init__()
        members, units = settings.ensemble_size, settings.hidden_units
        self.hidden = hidden
        # Also makes the hidden scale, and so the initial values, alike in all types.
        self.norm = nn.LayerNorm(units) if settings.normalise else nn.Identity()
        self.value = nn.Parameter(torch.empty(members, units)) if settings.dueling else None
        self.advantage = nn.Parameter(torch.empty(settings.num_actions, members, units))
        self.bias = nn.Parameter(torch.empty(settings.num_actions, members))
        self._scalars = settings.scalars

    def forward(self, features: Tensor, scalars: Tensor, action: Tensor | None = None) -> Tensor:
        """Value the actions by what a type makes of the zones and by `(batch, scalars)`.

        Returns the mean of the members for every action, `(batch, num_actions)`; with `action
        (batch,)` what each member thinks of that action alone, `(batch, members)`; with a mask
        `(batch, num_actions) bool` in its place, the means of those actions, -inf for the others.
        """
        hidden = self.hidden(features, scalars[:, : self._scalars])
        _, members, units = self.advantage.shape
        hidden = hidden.view(-1, members, units)
        # Adding its weights to those of every advantage adds the value to every advantage.
        weight = self.advantage if self.value is None else self.advantage + self.value
        if action is None:
            return value_all(hidden, self.norm, weight, self.bias)
        value = value_allowed if action.dtype == torch.bool else value_chosen
        return value(hidden, self.norm, weight, self.bias, action)


class FeatureLinear(nn.Module):
    """A linear layer over features and scalars side by side."""

    def __init__(self, features: int, scalars: int, out_features: int) -> None:
        """Create a row of weights for every feature and every scalar."""
        super().__init__()
        self.features = nn.Parameter(torch.empty(features, out_features))
        self.scalars = nn.Parameter(torch.empty(scalars, out_features))
        self.bias = nn.Parameter(torch.empty(out_features))

    def forward(self, features: Tensor, scalars: Tensor) -> Tensor:
        """Map `(batch, features)` and `(batch, scalars)` to `(batch, out_features)`."""
        return multiply_scalars(scalars, self.scalars, self.bias).addmm_(features, self.features)
