"""The `embedding` type: each zone is the sum of its cards' learnt vectors. No training here."""

from torch import Tensor, nn

from cuttle.networks.cards import HeldLinear, encode_cards
from cuttle.networks.held import HeldZones
from cuttle.networks.trunk import Trunk, TrunkSettings


class Embedding(nn.Module):
    """Sum the embeddings of a zone's cards, encode every zone alike, feed all into the trunk."""

    def __init__(
        self, *, zones: int, trunk: TrunkSettings, embedding_dim: int, zone_encoded_dim: int
    ) -> None:
        """Create the layers; training sets the initial weights."""
        super().__init__()
        self.cards = nn.Embedding(52, embedding_dim)
        self.encoder = nn.Linear(embedding_dim, zone_encoded_dim)
        hidden = HeldLinear(zones, zone_encoded_dim, trunk.scalars, trunk.width)
        self.trunk = Trunk(hidden, trunk)

    def forward(self, zones: Tensor, scalars: Tensor, action: Tensor | None = None) -> Tensor:
        """Map packed `(batch, zones)` and `(batch, scalars)` to Q-values, as `Trunk` does."""
        # Encoding a sum of vectors is summing encoded vectors, so the table is encoded once.
        table = (self.cards.weight @ self.encoder.weight.t()).unsqueeze(0)
        held = HeldZones.of(zones)
        encoded = encode_cards(held, table, self.encoder.bias.unsqueeze(0))
        q: Tensor = self.trunk((held, encoded), scalars, action)
        return q
