"""Layers over packed zones: linear maps of the cards that are there. No features, no trunk.

On a CPU the rows of the cards that are there are added one by one; elsewhere the zones are unpacked
and multiplied with the table.
"""

from typing import Any

import torch
from torch import Tensor, nn

from cuttle.env.card_sums import add_row_gradients, sum_rows


def sum_cards(zones: Tensor, table: Tensor, bias: Tensor) -> Tensor:
    """Sum table rows over the cards of each zone and add the bias.

    `zones (batch, zones) int64` are card sets. `table (tables, 52, width)` holds a row for each
    card, either one table a zone or one for all. The shape of `bias (sums, width)` says
    what is summed: zones rows for a sum each, one row for a sum over all zones.
    Returns `(batch, sums, width)`.
    """
    if zones.device.type != "cpu":
        return multiply_cards(zones, table, bias)
    sums: Tensor = _CardSum.apply(zones, table, bias)  # type: ignore[no-untyped-call]  # torch's
    return sums


def multiply_cards(zones: Tensor, table: Tensor, bias: Tensor) -> Tensor:
    """Return what `sum_cards` does, by products with the unpacked zones."""
    sums = (bits(zones).unsqueeze(2) @ table).squeeze(2)
    return bias + (sums if len(bias) > 1 else sums.sum(dim=1, keepdim=True))


def bits(zones: Tensor) -> Tensor:
    """Unpack card sets `(batch, zones) int64` to `(batch, zones, 52) float32` of 0 and 1."""
    return (zones.unsqueeze(2) >> torch.arange(52, device=zones.device) & 1).float()


class _CardSum(torch.autograd.Function):
    """`sum_cards` by compiled loops."""

    @staticmethod
    def forward(ctx: Any, zones: Tensor, table: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(zones)
        ctx.table_shape = table.shape
        out = table.new_empty(len(zones), *bias.shape)
        sum_rows(zones.numpy(), _array(table), _array(bias), out.numpy())
        return out

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, Tensor, Tensor]:
        (zones,) = ctx.saved_tensors
        table_gradient = torch.zeros(ctx.table_shape)
        add_row_gradients(zones.numpy(), _array(gradient), table_gradient.numpy())
        return None, table_gradient, gradient.sum(dim=0)


def _array(tensor: Tensor) -> Any:
    return tensor.detach().contiguous().numpy()


class CardLinear(nn.Module):
    """A linear layer over all zones' booleans and the scalars."""

    def __init__(self, zones: int, scalars: int, out_features: int) -> None:
        """Lay out a row of weights for every card of every zone and for every scalar."""
        super().__init__()
        self.cards = nn.Parameter(torch.empty(zones, 52, out_features))
        self.scalars = nn.Parameter(torch.empty(scalars, out_features))
        self.bias = nn.Parameter(torch.empty(out_features))

    def forward(self, zones: Tensor, scalars: Tensor) -> Tensor:
        """Map packed `(batch, zones)` and `(batch, scalars)` to `(batch, out_features)`."""
        summed = sum_cards(zones, self.cards, self.bias.unsqueeze(0)).squeeze(1)
        return torch.addmm(summed, scalars, self.scalars)


class ZoneLinear(nn.Module):
    """A linear layer of its own for every zone, all worked out in one product."""

    def __init__(self, zones: int, in_features: int, out_features: int) -> None:
        """Lay out `weight (zones, in_features, out_features)`, `bias (zones, out_features)`."""
        super().__init__()
        self.weight = nn.Parameter(torch.empty(zones, in_features, out_features))
        self.bias = nn.Parameter(torch.empty(zones, out_features))

    def forward(self, zones: Tensor) -> Tensor:
        """Map `(batch, zones, in_features)` to `(batch, zones, out_features)`."""
        out = torch.baddbmm(self.bias.unsqueeze(1), zones.transpose(0, 1), self.weight)
        return out.transpose(0, 1)
