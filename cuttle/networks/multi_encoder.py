"""The `multi_encoder` type: a small encoder of its own for every zone. No training here."""

import torch
from torch import Tensor, nn

from cuttle.networks.trunk import Trunk, ZoneLinear


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
        self._zones = zones
        self.first = ZoneLinear(zones, 52, encoder_hidden_dim)
        self.second = ZoneLinear(zones, encoder_hidden_dim, zone_encoded_dim)
        self.trunk = Trunk(
            zones * zone_encoded_dim + scalars, hidden_units=hidden_units, num_actions=num_actions
        )

    def forward(self, observation: Tensor) -> Tensor:
        """Map `(batch, obs_dim)` to Q-values `(batch, num_actions)`."""
        batch = len(observation)
        cards = observation[:, : 52 * self._zones].reshape(batch, self._zones, 52)
        scalars = observation[:, 52 * self._zones :]
        encoded = self.second(torch.relu(self.first(cards.transpose(0, 1))))
        features = encoded.transpose(0, 1).reshape(batch, -1)
        q: Tensor = self.trunk(torch.cat((features, scalars), dim=1))
        return q
