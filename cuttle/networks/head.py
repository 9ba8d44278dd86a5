"""The head: values of a normalised hidden layer, on a CPU by compiled loops. No parameters."""

from typing import Any, TypeGuard

import numpy as np
import torch
from torch import Tensor, nn

from cuttle.networks import kernels
from cuttle.networks.held import arrays

# `hidden (batch, members, units)`, `weight (actions, members, units)`, `bias (actions, members)`;
# `norm` is of the units.


def value_all(hidden: Tensor, norm: nn.Module, weight: Tensor, bias: Tensor) -> Tensor:
    """Return the members' mean value of every action, `(batch, actions)`."""
    active, rows = torch.relu(norm(hidden)).flatten(1), weight.flatten(1).t()
    return torch.addmm(bias.mean(dim=1), active, rows, alpha=1 / weight.shape[1])


def value_allowed(
    hidden: Tensor, norm: nn.Module, weight: Tensor, bias: Tensor, allowed: Tensor
) -> Tensor:
    """Return what `value_all` does where `allowed (batch, actions) bool`, and -inf elsewhere."""
    if torch.is_grad_enabled() or not _is_compiled(norm, hidden):
        return value_all(hidden, norm, weight, bias).masked_fill(~allowed, -torch.inf)
    out = hidden.new_empty(allowed.shape)
    units, *parts = arrays(hidden, norm.weight, norm.bias)
    as_bits = torch.from_numpy(np.packbits(allowed.numpy(), axis=1, bitorder="little"))
    kernels.value_allowed(units, (*parts, norm.eps), *arrays(weight.flatten(1), bias, out, as_bits))
    return out


def value_chosen(
    hidden: Tensor, norm: nn.Module, weight: Tensor, bias: Tensor, action: Tensor
) -> Tensor:
    """Return each member's value of one action per row, `action (batch,)`: `(batch, members)`."""
    if not _is_compiled(norm, hidden):
        return (torch.relu(norm(hidden)) * weight[action]).sum(dim=2) + bias[action]
    out: Tensor = _ValueChosen.apply(hidden, norm.weight, norm.bias, norm.eps, weight, bias, action)  # type: ignore[no-untyped-call]  # torch's
    return out


def _is_compiled(norm: nn.Module, hidden: Tensor) -> TypeGuard[nn.LayerNorm]:
    return hidden.device.type == "cpu" and isinstance(norm, nn.LayerNorm)


class _ValueChosen(torch.autograd.Function):
    """`value_chosen` by compiled loops."""

    @staticmethod
    def forward(
        ctx: Any,
        hidden: Tensor,
        norm_weight: Tensor,
        norm_bias: Tensor,
        eps: float,
        weight: Tensor,
        bias: Tensor,
        action: Tensor,
    ) -> Tensor:
        out = hidden.new_empty(3, *hidden.shape[:2])
        units, *norm = arrays(hidden, norm_weight, norm_bias)
        kernels.value_chosen(units, (*norm, eps), *arrays(weight, bias, action, out))
        ctx.save_for_backward(hidden, norm_weight, norm_bias, weight, action, out)
        return out[0].clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        hidden, norm_weight, norm_bias, weight, action, forward = ctx.saved_tensors
        shapes = norm_weight.shape, norm_bias.shape, weight.shape, weight.shape[:2]
        out = [hidden.new_empty(hidden.shape), *(weight.new_zeros(shape) for shape in shapes)]
        units, *norm = arrays(hidden, norm_weight, norm_bias)
        chosen, which, before, slope = arrays(weight, action, forward, gradient)
        into = tuple(arrays(*out))
        kernels.value_chosen_gradients(units, (*norm, 0.0), chosen, which, before, slope, into)
        return *out[:3], None, *out[3:], None
