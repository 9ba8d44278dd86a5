"""What all network types share: the trunk after the features.

No features and no initial weights here: those come from the types and from training.
"""

import torch
from torch import Tensor, nn


class Trunk(nn.Module):
    """A normalised hidden layer, then a state value plus advantages."""

    def __init__(self, hidden: nn.Module, *, hidden_units: int, num_actions: int) -> None:
        """Take the hidden layer, which ends in `hidden_units`; add the head."""
        super().__init__()
        self.hidden = hidden
        # Also makes the hidden scale, and so the initial values, alike in all types.
        self.norm = nn.LayerNorm(hidden_units)
        self.value = nn.Linear(hidden_units, 1)
        self.advantage = nn.Linear(hidden_units, num_actions)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Map what the hidden layer takes to Q-values `(batch, num_actions)`."""
        features = torch.relu(self.norm(self.hidden(*inputs)))
        # Adding the value's weights to those of every advantage adds it to every advantage.
        weight = self.advantage.weight + self.value.weight
        return nn.functional.linear(features, weight, self.advantage.bias + self.value.bias)
