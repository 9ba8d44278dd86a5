"""The `blind` type, a control: it sees a constant instead of the state. No training here."""

from torch import Tensor, nn

from cuttle.networks.trunk import Trunk


class Blind(nn.Module):
    """Rank the actions without looking; what another type gains over it is worth of the state."""

    def __init__(self, *, zones: int, scalars: int, num_actions: int, hidden_units: int) -> None:
        """Lay out the layers; zones and scalars are taken to look like the other types."""
        super().__init__()
        hidden = nn.Linear(1, hidden_units)
        self.trunk = Trunk(hidden, hidden_units=hidden_units, num_actions=num_actions)

    def forward(self, zones: Tensor, scalars: Tensor) -> Tensor:
        """Return the same Q-values in every row, `(batch, num_actions)`."""
        q: Tensor = self.trunk(scalars.new_ones(len(zones), 1))
        return q
