"""The `multi_encoder` type: a small encoder of its own for every zone. No training here."""

import torch
from torch import Tensor, nn

from cuttle.networks.cards import ZoneLinear, sum_cards
from cuttle.networks.trunk import FeatureLinear, Trunk, TrunkSettings


class MultiEncoder(nn.Module):
    """Encode each zone by its own two layers and feed all into the trunk."""

    def __init__(
        self, *, zones: int, trunk: TrunkSettings, encoder_hidden_dim: int, zone_encoded_dim: int
    ) -> None:
        """Lay out the layers; training sets the initial weights."""
        super().__init__()
        self.first = ZoneLinear(zones, 52, encoder_hidden_dim)
        self.second = ZoneLinear(zones, encoder_hidden_dim, zone_encoded_dim)
        hidden = FeatureLinear(zones * zone_encoded_dim, trunk.scalars, trunk.width)
        self.trunk = Trunk(hidden, trunk)

    def forward(self, zones: Tensor, scalars: Tensor, action: Tensor | None = None) -> Tensor:
        """Map packed `(batch, zones)` and `(batch, scalars)` to Q-values, as `Trunk` does."""
        first = sum_cards(zones, self.first.weight, self.first.bias)
        encoded = self.second(torch.relu(first)).flatten(1)
        q: Tensor = self.trunk(encoded, scalars, action)
        return q
