"""The `boolean` type: the zones as they are, side by side. No training here."""

from torch import Tensor, nn

from cuttle.networks.cards import CardLinear
from cuttle.networks.trunk import Trunk


class Boolean(nn.Module):
    """Feed every zone's 52 booleans and the scalars straight into the trunk."""

    def __init__(self, *, zones: int, scalars: int, num_actions: int, hidden_units: int) -> None:
        """Lay out the layers; training sets the initial weights."""
        super().__init__()
        hidden = CardLinear(zones, scalars, hidden_units)
        self.trunk = Trunk(hidden, hidden_units=hidden_units, num_actions=num_actions)

    def forward(self, zones: Tensor, scalars: Tensor) -> Tensor:
        """Map packed `(batch, zones)` and `(batch, scalars)` to Q `(batch, num_actions)`."""
        q: Tensor = self.trunk(zones, scalars)
        return q
