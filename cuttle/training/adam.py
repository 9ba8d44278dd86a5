"""Adam and the target network's step: one pass over the weights. No losses.

Both pass over every weight in each update and do little with it, so that memory is what they wait
for: together they read and write it once. On a CPU that is a compiled loop.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cuttle.game.jit import kernel

MEAN_DECAY, SQUARE_DECAY, EPS = 0.9, 0.999, 1e-8  # as published, and torch's defaults
SMALLEST = 1e-30  # mean of gradients that is not taken for 0

Values = NDArray[Any]  # flat, of any float type


class Adam:
    """Adam (Kingma and Ba, 2015) for parameters, each followed by its copy in a target network."""

    def __init__(self, parameters: Sequence[Tensor], targets: Sequence[Tensor]) -> None:
        """Take contiguous leaves and what follows them, alike in shape, type and device."""
        self._parameters = parameters
        self._targets = targets
        self._means = [torch.zeros_like(parameter) for parameter in parameters]
        self._squares = [torch.zeros_like(parameter) for parameter in parameters]
        self._num_steps = [0] * len(parameters)  # each with a gradient
        self._is_compiled = all(parameter.device.type == "cpu" for parameter in parameters)
        columns = (parameters, self._means, self._squares, targets)
        self._views: list[Any] = [  # of the same memory, taken once
            tuple(_flat(part) for part in parts) if self._is_compiled else ()
            for parts in zip(*columns, strict=True)
        ]

    def step(
        self, gradients: Sequence[Tensor | None], *, learning_rate: float, target_tau: float
    ) -> None:
        """Take a step, and move each target by `target_tau` of what it lacks; 0 leaves it.

        A parameter without a gradient stays as it is.
        """
        for i, gradient in enumerate(gradients):
            if gradient is None:
                self._targets[i].lerp_(self._parameters[i].detach(), target_tau)
                continue
            self._num_steps[i] += 1
            n = self._num_steps[i]
            rate = learning_rate / (1.0 - MEAN_DECAY**n)
            root = (1.0 - SQUARE_DECAY**n) ** 0.5
            if self._is_compiled:
                _step(_flat(gradient), self._views[i], (rate, root, target_tau))
            else:
                self._step_by_torch(i, gradient, rate, root, target_tau)

    def _step_by_torch(
        self, i: int, gradient: Tensor, rate: float, root: float, target_tau: float
    ) -> None:
        """Do what `_step` does, on any device."""
        mean, square, parameter = self._means[i], self._squares[i], self._parameters[i].detach()
        mean.lerp_(gradient, 1.0 - MEAN_DECAY)
        square.mul_(SQUARE_DECAY).addcmul_(gradient, gradient, value=1.0 - SQUARE_DECAY)
        parameter.addcdiv_(mean, (square.sqrt() / root).add_(EPS), value=-rate)
        self._targets[i].lerp_(parameter, target_tau)

    def state_dict(self) -> dict[str, Any]:
        """Return running means of gradients and their squares, and the steps, as fresh copies."""
        return {
            "means": [mean.clone() for mean in self._means],
            "squares": [square.clone() for square in self._squares],
            "num_steps": list(self._num_steps),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue where `state_dict` was taken."""
        for name, own in (("means", self._means), ("squares", self._squares)):
            for kept, part in zip(state[name], own, strict=True):
                part.copy_(kept)
        self._num_steps = list(state["num_steps"])


def _flat(tensor: Tensor) -> Values:
    """View a tensor on a CPU as one row; copy it where it is not contiguous."""
    flat: Values = tensor.detach().reshape(-1).numpy()
    return flat


@kernel
def _step(
    gradient: Values,
    views: tuple[Values, Values, Values, Values],
    sizes: tuple[float, float, float],
) -> None:
    """Update parameter, mean, square and target, the `views`, all `(weights,)` like `gradient`.

    `sizes` are the rate over the mean's bias, the root of the square's bias and the target's share.
    """
    parameter, mean, square, target = views
    kind = parameter.dtype.type  # constants of that type, so that nothing is computed in float64
    rate, root, share = kind(sizes[0]), kind(1.0 / sizes[1]), kind(sizes[2])
    new, new_square = kind(1.0 - MEAN_DECAY), kind(1.0 - SQUARE_DECAY)
    old_square, eps, smallest = kind(SQUARE_DECAY), kind(EPS), kind(SMALLEST)
    for k in range(len(parameter)):
        slope = gradient[k]
        m = mean[k] + new * (slope - mean[k])
        s = old_square * square[k] + new_square * slope * slope
        # Below that it counts for nothing, and processors are slow with what is not quite zero.
        m = kind(0.0) if abs(m) < smallest else m
        # NumPy's division, since Python's checks for zero, and no vector can do that.
        p = parameter[k] - np.true_divide(rate * m, np.sqrt(s) * root + eps)
        mean[k], square[k], parameter[k] = m, s, p
        target[k] += share * (p - target[k])
