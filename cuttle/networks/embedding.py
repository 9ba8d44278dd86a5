"""The `embedding` type: each zone is the sum of its cards' learned vectors. No training here."""

import torch
from torch import Tensor, nn

from cuttle.networks.cards import sum_cards
from cuttle.networks.trunk import Trunk


class Embedding(nn.Module):
    """Sum the embeddings of a zone's cards, encode every zone alike, feed all into the trunk."""

    def __init__(
        self,
        *,
        zones: int,
        scalars: int,
        num_actions: int,
        embedding_dim: int,
        zone_encoded_dim: int,
        hidden_units: int,
    ) -> None:
        """Lay out the layers; training sets the initial weights."""
        super().__init__()
        self.cards = nn.Embedding(52, embedding_dim)
        self.encoder = nn.Linear(embedding_dim, zone_encoded_dim)
        hidden = nn.Linear(zones * zone_encoded_dim + scalars, hidden_units)
        self.trunk = Trunk(hidden, hidden_units=hidden_units, num_actions=num_actions)

    def forward(self, zones: Tensor, scalars: Tensor) -> Tensor:
        """Map packed `(batch, zones)` and `(batch, scalars)` to Q `(batch, num_actions)`."""
        # Encoding a sum of vectors is summing encoded vectors, so the table is encoded once.
        table = (self.cards.weight @ self.encoder.weight.t()).unsqueeze(0)
        bias = self.encoder.bias.expand(zones.shape[1], -1)
        encoded = torch.relu(sum_cards(zones, table, bias)).flatten(1)
        q: Tensor = self.trunk(torch.cat((encoded, scalars), dim=1))
        return q
