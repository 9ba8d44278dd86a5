"""The `embedding` type: each zone is the sum of its cards' learned vectors. No training here."""

import torch
from torch import Tensor, nn

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
        self._zones = zones
        self.cards = nn.Embedding(52, embedding_dim)
        self.encoder = nn.Linear(embedding_dim, zone_encoded_dim)
        self.trunk = Trunk(
            zones * zone_encoded_dim + scalars, hidden_units=hidden_units, num_actions=num_actions
        )

    def forward(self, observation: Tensor) -> Tensor:
        """Map `(batch, obs_dim)` to Q-values `(batch, num_actions)`."""
        batch = len(observation)
        cards = observation[:, : 52 * self._zones].reshape(batch * self._zones, 52)
        scalars = observation[:, 52 * self._zones :]
        # A sum of rows over the set bits is a product with the table. The encoder's product is
        # taken with the table first: the same numbers for half the work.
        table = self.cards.weight @ self.encoder.weight.t()
        encoded = torch.relu(torch.addmm(self.encoder.bias, cards, table))
        q: Tensor = self.trunk(torch.cat((encoded.reshape(batch, -1), scalars), dim=1))
        return q
