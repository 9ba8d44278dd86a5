"""The `multi_encoder` type: a small encoder of its own for every zone. No training here."""

import torch
from torch import Tensor, nn

from cuttle.networks.cards import ZoneLinear, sum_cards
from cuttle.networks.trunk import Trunk


class MultiEncoder(nn.Module):
    """Encode each zone by its own two layers and feed all into the trunk."""

    def __init__(
        self,
        *,
        zones: int,
        scalars: int,
        num_actions: int,
        encoder_hidden_dim: int,
        zone_encoded_dim: int,
        hidden_units: int,
    ) -> None:
        """Lay out the layers; training sets the initial weights."""
        super().__init__()
        self.first = ZoneLinear(zones, 52, encoder_hidden_dim)
        self.second = ZoneLinear(zones, encoder_hidden_dim, zone_encoded_dim)
        hidden = nn.Linear(zones * zone_encoded_dim + scalars, hidden_units)
        self.trunk = Trunk(hidden, hidden_units=hidden_units, num_actions=num_actions)

    def forward(self, zones: Tensor, scalars: Tensor) -> Tensor:
        """Map packed `(batch, zones)` and `(batch, scalars)` to Q `(batch, num_actions)`."""
        first = sum_cards(zones, self.first.weight, self.first.bias)
        encoded = self.second(torch.relu(first)).flatten(1)
        q: Tensor = self.trunk(torch.cat((encoded, scalars), dim=1))
        return q
