"""Layers over packed zones: linear maps of the cards that are there. No features, no trunk.

On a CPU the rows of the cards that are there are added one by one; elsewhere the zones are unpacked
and multiplied with the table.
"""

from typing import Any

import torch
from torch import Tensor, nn

from cuttle.networks import kernels
from cuttle.networks.held import HeldZones, add_products, arrays, spread, subtract_empty
from cuttle.networks.rows import add_row_gradients, add_rows, list_cards
from cuttle.networks.scalars import multiply_scalars


def bits(zones: Tensor) -> Tensor:
    """Unpack card sets `(...) int64` to `(..., 52) float32` of 0 and 1."""
    return (zones.unsqueeze(-1) >> torch.arange(52, device=zones.device) & 1).float()


def encode_cards(held: HeldZones, table: Tensor, bias: Tensor) -> Tensor:
    """Sum table rows over the cards of each held zone, add the bias, cut negatives off by ReLU.

    `table (tables, 52, width)` and `bias (tables, width)` hold one entry for each kind of zone,
    or one for all. Returns `(entries, width)`.
    """
    if table.device.type == "cpu":
        encoded: Tensor = _EncodeEach.apply(held.cards, held.kind, table, bias)  # type: ignore[no-untyped-call]  # torch's
        return encoded
    which = held.kind if len(table) > 1 else torch.zeros_like(held.kind)
    return torch.relu(bias[which] + (bits(held.cards).unsqueeze(1) @ table[which]).squeeze(1))


class CardLinear(nn.Module):
    """A linear layer over all zones' booleans and the scalars."""

    def __init__(self, zones: int, scalars: int, out_features: int) -> None:
        """Create a row of weights for every card of every zone and for every scalar."""
        super().__init__()
        self.cards = nn.Parameter(torch.empty(zones, 52, out_features))
        self.scalars = nn.Parameter(torch.empty(scalars, out_features))
        self.bias = nn.Parameter(torch.empty(out_features))

    def forward(self, zones: Tensor, scalars: Tensor) -> Tensor:
        """Map packed `(batch, zones)` and `(batch, scalars)` to `(batch, out_features)`."""
        table, start = self.cards.flatten(0, 1), multiply_scalars(scalars, self.scalars, self.bias)
        if table.device.type == "cpu":
            summed: Tensor = _AddCards.apply(zones, table, start)  # type: ignore[no-untyped-call]  # torch's
            return summed
        return start.addmm_(bits(zones).flatten(1), table)


class ZoneLinear(nn.Module):
    """A linear layer of its own for every kind of zone."""

    def __init__(self, zones: int, in_features: int, out_features: int) -> None:
        """Create `weight (zones, in_features, out_features)`, `bias (zones, out_features)`."""
        super().__init__()
        self.weight = nn.Parameter(torch.empty(zones, in_features, out_features))
        self.bias = nn.Parameter(torch.empty(zones, out_features))

    def forward(self, held: HeldZones, features: Tensor) -> Tensor:
        """Map `(entries, in_features)` to `(entries, out_features)`."""
        each = torch.arange(len(features), device=features.device)
        return add_products(held, features, self.weight, each, spread(held, self.bias))


class HeldLinear(nn.Module):
    """A linear layer over the encodings of all zones and the scalars."""

    def __init__(self, zones: int, encoded_dim: int, scalars: int, out_features: int) -> None:
        """Create a row of weights for every feature of every zone and for every scalar."""
        super().__init__()
        self.features = nn.Parameter(torch.empty(zones, encoded_dim, out_features))
        self.scalars = nn.Parameter(torch.empty(scalars, out_features))
        self.bias = nn.Parameter(torch.empty(out_features))

    def forward(self, encoded: tuple[HeldZones, Tensor], scalars: Tensor) -> Tensor:
        """Map held zones, their `(entries, encoded_dim)` and `(batch, scalars)` to `(batch, out)`.

        What is constant for each kind is worked out once, as if all zones were empty.
        """
        held, features = encoded
        filled, empty = subtract_empty(held, features)
        level = torch.addmv(self.bias, self.features.flatten(0, 1).t(), empty.flatten())
        start = multiply_scalars(scalars, self.scalars, level)
        return add_products(held, filled, self.features, held.row, start)


class _AddCards(torch.autograd.Function):
    """The sum over all cards of all zones, added in place."""

    @staticmethod
    def forward(ctx: Any, zones: Tensor, table: Tensor, start: Tensor) -> Tensor:
        packed, weights, into = arrays(zones, table, start)
        ctx.cards, ctx.table_shape = list_cards(packed), table.shape
        ctx.mark_dirty(start)
        add_rows(ctx.cards, weights, into, into)
        return start

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, Tensor, Tensor]:
        of_table = gradient.new_zeros(ctx.table_shape)
        add_row_gradients(ctx.cards, *arrays(gradient, of_table))
        return None, of_table, gradient


class _EncodeEach(torch.autograd.Function):
    """The sums over the cards of each zone, after ReLU."""

    @staticmethod
    def forward(ctx: Any, cards: Tensor, zone: Tensor, table: Tensor, bias: Tensor) -> Tensor:
        out = table.new_empty(len(cards), table.shape[2])
        kernels.encode_each(*arrays(cards, zone, table, bias, out))
        ctx.save_for_backward(cards, zone, out)
        ctx.shapes = table.shape, bias.shape
        return out

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, None, Tensor, Tensor]:
        of_table, of_bias = (gradient.new_zeros(shape) for shape in ctx.shapes)
        kernels.add_each_gradients(*arrays(*ctx.saved_tensors, gradient, of_table, of_bias))
        return None, None, of_table, of_bias
