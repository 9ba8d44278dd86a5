"""The `blind` type: it sees a constant instead of the state. No training here."""

from dataclasses import replace

from torch import Tensor, nn

from cuttle.networks.trunk import FeatureLinear, Trunk, TrunkSettings


class Blind(nn.Module):
    """Rank the actions without looking; what another type gains over it is worth of the state."""

    def __init__(self, *, zones: int, trunk: TrunkSettings) -> None:
        """Create the layers; zones are taken to look like the other types."""
        super().__init__()
        self.trunk = Trunk(FeatureLinear(1, 0, trunk.width), replace(trunk, scalars=0))

    def forward(self, zones: Tensor, scalars: Tensor, action: Tensor | None = None) -> Tensor:
        """Return the same Q-values in every row, in the shape that `Trunk` gives them."""
        q: Tensor = self.trunk(scalars.new_ones(len(zones), 1), scalars, action)
        return q
