"""The `multi_encoder` type: a separate small encoder for every zone. No training here."""

from torch import Tensor, nn

from cuttle.networks.cards import HeldLinear, ZoneLinear, encode_cards
from cuttle.networks.held import HeldZones
from cuttle.networks.trunk import Trunk, TrunkSettings


class MultiEncoder(nn.Module):
    """Encode each zone by its own two layers and feed all into the trunk."""

    def __init__(
        self, *, zones: int, trunk: TrunkSettings, encoder_hidden_dim: int, zone_encoded_dim: int
    ) -> None:
        """Create the layers; training sets the initial weights."""
        super().__init__()
        self.first = ZoneLinear(zones, 52, encoder_hidden_dim)
        self.second = ZoneLinear(zones, encoder_hidden_dim, zone_encoded_dim)
        hidden = HeldLinear(zones, zone_encoded_dim, trunk.scalars, trunk.width)
        self.trunk = Trunk(hidden, trunk)

    def forward(self, zones: Tensor, scalars: Tensor, action: Tensor | None = None) -> Tensor:
        """Map packed `(batch, zones)` and `(batch, scalars)` to Q-values, as `Trunk` does."""
        held = HeldZones.of(zones)
        first = encode_cards(held, self.first.weight, self.first.bias)
        encoded = self.second(held, first)
        q: Tensor = self.trunk((held, encoded), scalars, action)
        return q
