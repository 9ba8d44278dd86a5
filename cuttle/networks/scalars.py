"""The product of the scalars with their weights: one row of the weights per thermometer.

A thermometer shows a number as so many ones, then zeros. With prefix sums of the weights within
each thermometer in place of the weights, and steps `x[k] - x[k + 1]` in place of the scalars, the
product is the same whatever the scalars are, and a thermometer has one step that is not zero.
Other scalars are their own step. So 14 of 106 rows are added where 51 scalars are not zero.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cuttle.env.observation import CONTINUES
from cuttle.game.cards import lowest
from cuttle.game.jit import inlined, kernel
from cuttle.networks.held import arrays
from cuttle.networks.lanes import LANES, fma, load, multiply, nonzero, repeat, store, subtract

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Steps = tuple[Ints, Ints, Floats]  # where each row's steps begin, (batch + 1); scalar, size of each

_WIDE = 7 * LANES  # two such parts of a row make the 208 units of the default trunk


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
        values, rows, start = arrays(scalars, weight, bias)
        ctx.steps = list_steps(values, CONTINUES)
        sums, out = torch.empty_like(weight), weight.new_empty(len(scalars), weight.shape[1])
        sum_steps(ctx.steps, (rows, CONTINUES, sums.numpy()), start, out.numpy())
        return out

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor, Tensor]:
        (weight,) = ctx.saved_tensors
        of_weight = torch.zeros_like(weight)
        add_step_gradients(ctx.steps, CONTINUES, *arrays(gradient, of_weight))
        of_scalars = gradient @ weight.t() if ctx.needs_input_grad[0] else None
        return of_scalars, of_weight, gradient.sum(dim=0)


@kernel
def list_steps(scalars: Floats, continues: Floats) -> Steps:
    """List the steps of `scalars (batch, scalars)` that are not zero, row by row.

    `continues` is 1 for scalars whose thermometer goes on with the next one.
    """
    first = np.empty(len(scalars) + 1, np.int64)
    which, size = np.empty(scalars.size, np.int64), np.empty(scalars.size, np.float32)
    steps = np.empty(scalars.shape[1], np.float32)
    count = 0
    for i in range(len(scalars)):
        first[i] = count
        for k in range(0, scalars.shape[1], LANES):
            following = multiply(load(continues, k), load(scalars[i], k + 1))
            step = subtract(load(scalars[i], k), following)
            store(steps, k, step)
            rest = nonzero(step)
            while rest:
                which[count] = k + lowest(rest)
                size[count] = steps[which[count]]
                count += 1
                rest &= rest - 1
    first[len(scalars)] = count
    return first, which, size


@kernel
def sum_steps(
    steps: Steps, tables: tuple[Floats, Floats, Floats], bias: Floats, out: Floats
) -> None:
    """Write `bias (width)` plus the product of each row's steps, `out (batch, width)`.

    `tables` are the weights `(scalars, width)`, `continues` and room for the weights' prefix sums.
    """
    first, which, size = steps
    weight, continues, sums = tables
    for k in range(len(weight)):
        goes_on = k > 0 and continues[k - 1] == 1
        for j in range(len(bias)):
            sums[k, j] = weight[k, j] + sums[k - 1, j] if goes_on else weight[k, j]
    for i in range(len(out)):
        for k in range(0, len(bias), _WIDE):
            a, b, c, d, e, f, g = _load_wide(bias, k)
            for n in range(first[i], first[i + 1]):
                factor = repeat(size[n])
                row = _load_wide(sums[which[n]], k)
                a, b, c = fma(factor, row[0], a), fma(factor, row[1], b), fma(factor, row[2], c)
                d, e = fma(factor, row[3], d), fma(factor, row[4], e)
                f, g = fma(factor, row[5], f), fma(factor, row[6], g)
            _store_wide(out[i], k, (a, b, c, d, e, f, g))


@kernel
def add_step_gradients(steps: Steps, continues: Floats, gradient: Floats, out: Floats) -> None:
    """Write the gradient of the weights, `out (scalars, width)`, which holds zeros before.

    `gradient (batch, width)` is that of the sums.
    """
    first, which, size = steps
    for k in range(0, out.shape[1], _WIDE):
        for i in range(len(gradient)):
            a, b, c, d, e, f, g = _load_wide(gradient[i], k)
            for n in range(first[i], first[i + 1]):
                factor, into = repeat(size[n]), out[which[n]]
                row = _load_wide(into, k)
                low = fma(factor, a, row[0]), fma(factor, b, row[1]), fma(factor, c, row[2])
                middle = fma(factor, d, row[3]), fma(factor, e, row[4])
                _store_wide(
                    into, k, (*low, *middle, fma(factor, f, row[5]), fma(factor, g, row[6]))
                )
    for k in range(len(out) - 2, -1, -1):
        if continues[k] == 1:
            for j in range(out.shape[1]):
                out[k, j] += out[k + 1, j]


@inlined
def _load_wide(array: Floats, k: int) -> Any:
    """Read seven times sixteen elements from k on."""
    low = load(array, k), load(array, k + LANES), load(array, k + 2 * LANES)
    middle = load(array, k + 3 * LANES), load(array, k + 4 * LANES)
    return (*low, *middle, load(array, k + 5 * LANES), load(array, k + 6 * LANES))


@inlined
def _store_wide(array: Floats, k: int, values: Any) -> None:
    """Write seven times sixteen elements from k on."""
    store(array, k, values[0])
    store(array, k + LANES, values[1])
    store(array, k + 2 * LANES, values[2])
    store(array, k + 3 * LANES, values[3])
    store(array, k + 4 * LANES, values[4])
    store(array, k + 5 * LANES, values[5])
    store(array, k + 6 * LANES, values[6])
