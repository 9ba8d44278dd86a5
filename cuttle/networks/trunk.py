"""What all network types share: the trunk after the features, and a linear layer a zone.

No features and no initial weights here: those come from the types and from training.
"""

import torch
from torch import Tensor, nn


class Trunk(nn.Module):
    """Features to Q-values: a normalised hidden layer, then a state value plus advantages."""

    def __init__(self, features: int, *, hidden_units: int, num_actions: int) -> None:
        """Lay out the two layers; the head's first output is the state value."""
        super().__init__()
        self.hidden = nn.Linear(features, hidden_units)
        # Also makes the hidden scale, and so the initial values, alike in all types.
        self.norm = nn.LayerNorm(hidden_units)
        self.head = nn.Linear(hidden_units, 1 + num_actions)

    def forward(self, features: Tensor) -> Tensor:
        """Map `(batch, features)` to Q-values `(batch, num_actions)`."""
        outputs = self.head(torch.relu(self.norm(self.hidden(features))))
        q: Tensor = outputs[:, :1] + outputs[:, 1:]
        return q


class ZoneLinear(nn.Module):
    """A linear layer of its own for every zone, all worked out in one product."""

    def __init__(self, zones: int, in_features: int, out_features: int) -> None:
        """Lay out `weight (zones, out_features, in_features)`, `bias (zones, 1, out_features)`."""
        super().__init__()
        self.weight = nn.Parameter(torch.empty(zones, out_features, in_features))
        self.bias = nn.Parameter(torch.empty(zones, 1, out_features))

    def forward(self, zones: Tensor) -> Tensor:
        """Map `(zones, batch, in_features)` to `(zones, batch, out_features)`."""
        return torch.baddbmm(self.bias, zones, self.weight.transpose(1, 2))
