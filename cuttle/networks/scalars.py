"""The product of scalars and weights: one row of the weights per thermometer.

A thermometer shows a number as so many ones, then zeros. With prefix sums of the weights within
each thermometer in place of the weights, and steps `x[k] - x[k + 1]` in place of the scalars, the
product is the same whatever the scalars are, and a thermometer has one step that is not zero.
Other scalars are their own step. So 14 of 106 rows are added where 51 scalars are not zero.
"""

from typing import Any

import torch
from torch import Tensor

from cuttle.env.observation import CONTINUES
from cuttle.game.jit import kernel
from cuttle.networks.held import arrays
from cuttle.networks.kernels import Floats
from cuttle.networks.rows import add_row_gradients, add_rows, list_steps


def multiply_scalars(scalars: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return `bias + scalars @ weight`, `(batch, width)`, of an observation's first scalars."""
    if weight.device.type == "cpu":
        out: Tensor = _Product.apply(scalars, weight, bias)  # type: ignore[no-untyped-call]  # torch's
        return out
    return torch.addmm(bias, scalars, weight)


class _Product(torch.autograd.Function):
    """`multiply_scalars` by compiled loops."""

    @staticmethod
    def forward(ctx: Any, scalars: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        ctx.save_for_backward(weight)
        out, sums = weight.new_empty(len(scalars), len(bias)), torch.empty_like(weight)
        values, rows, start, into, table = arrays(scalars, weight, bias.unsqueeze(0), out, sums)
        ctx.steps = list_steps(values, CONTINUES)
        sum_up(rows, CONTINUES, table)
        add_rows(ctx.steps, table, start, into)
        return out

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor, Tensor]:
        (weight,) = ctx.saved_tensors
        of_weight = torch.zeros_like(weight)
        slope, into = arrays(gradient, of_weight)
        add_row_gradients(ctx.steps, slope, into)
        sum_down(CONTINUES, into)
        of_scalars = gradient @ weight.t() if ctx.needs_input_grad[0] else None
        return of_scalars, of_weight, gradient.sum(dim=0)


@kernel
def sum_up(weight: Floats, continues: Floats, out: Floats) -> None:
    """Write each row of `weight (scalars, width)` plus those before it of the same thermometer.

    `continues` is 1 for scalars whose thermometer goes on with the next one.
    """
    for k in range(len(weight)):
        goes_on = k > 0 and continues[k - 1] == 1
        for j in range(weight.shape[1]):
            out[k, j] = weight[k, j] + out[k - 1, j] if goes_on else weight[k, j]


@kernel
def sum_down(continues: Floats, out: Floats) -> None:
    """Add to each row of `out (scalars, width)` those behind it of the same thermometer."""
    for k in range(len(out) - 2, -1, -1):
        if continues[k] == 1:
            for j in range(out.shape[1]):
                out[k, j] += out[k + 1, j]
