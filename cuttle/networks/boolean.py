"""The `boolean` type: the zones as they are, side by side. No training here."""

from torch import Tensor, nn

from cuttle.networks.cards import CardLinear
from cuttle.networks.trunk import Trunk, TrunkSettings


class Boolean(nn.Module):
    """Feed every zone's 52 booleans straight into the trunk."""

    def __init__(self, *, zones: int, trunk: TrunkSettings) -> None:
        """Create the layers; training sets the initial weights."""
        super().__init__()
        self.trunk = Trunk(CardLinear(zones, trunk.scalars, trunk.width), trunk)

    def forward(self, zones: Tensor, scalars: Tensor, action: Tensor | None = None) -> Tensor:
        """Map packed `(batch, zones)` and `(batch, scalars)` to Q-values, as `Trunk` does."""
        q: Tensor = self.trunk(zones, scalars, action)
        return q
