"""The zones that hold a card: encoders run on these alone, for three of four zones are empty.

All that an encoder makes of an empty zone is one constant for each kind of zone.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from cuttle.networks import held_kernels as kernels


@dataclass(frozen=True)
class HeldZones:
    """The zones of a batch that hold a card, kind by kind, each kind led by one empty zone."""

    cards: Tensor  # (entries,) int64 card sets
    kind: Tensor  # (entries,) int64, the column of the zones that it is from, ascending
    row: Tensor  # (entries,) int64, the row that it is from; 0 for the empty ones
    first: Tensor  # (zones + 1,) int64, where each kind begins, and the number of all

    @classmethod
    def of(cls, zones: Tensor) -> "HeldZones":
        """Find them in packed `zones (batch, zones)`."""
        packed = zones.cpu().contiguous()
        first = packed.new_zeros(packed.shape[1] + 1)
        kernels.count_held(*arrays(packed, first))
        entries = packed.new_empty(3, int(first[-1]))
        kernels.list_held(*arrays(packed, first, entries))
        cards, kind, row = entries.to(zones.device)
        return cls(cards, kind, row, first.to(zones.device))

    @property
    def empty(self) -> Tensor:
        """Return the entries of the empty zones, `(zones,) int64`."""
        return self.first[:-1]


def add_products(held: HeldZones, x: Tensor, weight: Tensor, row: Tensor, start: Tensor) -> Tensor:
    """Add `x[i] @ weight[kind]` of each entry to `start[row[i]]`, in place.

    `x (entries, features)`, `weight (zones, features, width)`, `start (rows, width)` contiguous.
    """
    if x.device.type == "cpu":
        out: Tensor = _Products.apply(held.first, row, x, weight, start)  # type: ignore[no-untyped-call]  # torch's
        return out
    return start.index_add(0, row, (x.unsqueeze(1) @ weight[held.kind]).squeeze(1))


class _Products(torch.autograd.Function):
    """`add_products` by compiled loops."""

    @staticmethod
    def forward(
        ctx: Any, first: Tensor, row: Tensor, x: Tensor, weight: Tensor, start: Tensor
    ) -> Tensor:
        ctx.save_for_backward(first, row, x, weight)
        ctx.mark_dirty(start)
        bounds, to, *parts = arrays(first, row, x, weight, start)
        kernels.add_products(bounds, (np.arange(len(to)), to), *parts)
        return start

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, None, Tensor, Tensor, Tensor]:
        bounds, row, x, weight, slope = arrays(*ctx.saved_tensors, gradient)
        # By torch, whose memory begins where a vector does; NumPy's need not.
        of_x, of_weight = torch.zeros(x.shape), torch.empty(weight.shape)
        transposed = np.ascontiguousarray(weight.transpose(0, 2, 1))
        kernels.add_products(bounds, (row, np.arange(len(x))), slope, transposed, of_x.numpy())
        kernels.sum_outer_products(bounds, row, x, slope, of_weight.numpy())
        return None, None, of_x, of_weight, gradient


def spread(held: HeldZones, rows: Tensor) -> Tensor:
    """Return its kind's row of `rows (zones, width)` for each entry, `(entries, width)`."""
    if rows.device.type == "cpu":
        out: Tensor = _Spread.apply(held.first, rows)  # type: ignore[no-untyped-call]  # torch's
        return out
    return rows[held.kind]


class _Spread(torch.autograd.Function):
    """`spread` by compiled loops."""

    @staticmethod
    def forward(ctx: Any, first: Tensor, rows: Tensor) -> Tensor:
        ctx.save_for_backward(first)
        out = rows.new_empty(int(first[-1]), rows.shape[1])
        kernels.spread(*arrays(first, rows, out))
        return out

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, Tensor]:
        (first,) = ctx.saved_tensors
        of_rows = gradient.new_zeros(len(first) - 1, gradient.shape[1])
        kernels.sum_kinds(*arrays(first, gradient, of_rows))
        return None, of_rows


def subtract_empty(held: HeldZones, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return `x (entries, width)` less its kind's empty zone, and those `(zones, width)`."""
    if x.device.type == "cpu":
        out: tuple[Tensor, Tensor] = _SubtractEmpty.apply(held.first, x)  # type: ignore[no-untyped-call]  # torch's
        return out
    empty = x[held.empty]
    return x - empty[held.kind], empty


class _SubtractEmpty(torch.autograd.Function):
    """`subtract_empty` by compiled loops."""

    @staticmethod
    def forward(ctx: Any, first: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(first)
        out = torch.empty_like(x)
        kernels.subtract_empty(*arrays(first, x, out))
        return out, x[first[:-1]]

    @staticmethod
    def backward(ctx: Any, gradient: Tensor, of_empty: Tensor) -> tuple[None, Tensor]:
        out = torch.empty_like(gradient)
        kernels.subtract_empty_gradients(*arrays(*ctx.saved_tensors, gradient, of_empty, out))
        return None, out


def arrays(*tensors: Tensor) -> list[Any]:
    """View tensors as contiguous arrays, which compiled loops take."""
    return [tensor.contiguous().numpy(force=True) for tensor in tensors]
