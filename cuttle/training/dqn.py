"""Deep Q-learning: targets, the update, the target network. No games, no memory.

Values are of the player who decides. A negative bootstrap weight turns the opponent's value
into the player's own, since what one wins the other loses.
"""

import copy
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cuttle.config.schema import LearnerSettings
from cuttle.env.observation import split
from cuttle.training.adam import Adam
from cuttle.training.replay import Batch
from cuttle.training.saved import network_state, restore_network


def td_targets(
    *, reward: Tensor, bootstrap: Tensor, q_next: Tensor, q_next_choice: Tensor | None
) -> Tensor:
    """Return `reward + bootstrap * q_next[best]`, `(batch,) float32` like its first two terms.

    `best` is the action of highest `q_next_choice`, or of highest `q_next` without one. Both are
    `(batch, num_actions) float32`, -inf for what is not allowed.
    """
    if q_next_choice is None:
        return reward + bootstrap * q_next.amax(dim=1)
    best = q_next_choice.argmax(dim=1, keepdim=True)
    return reward + bootstrap * q_next.gather(1, best).squeeze(1)


class DQNLearner:
    """An online network that learns, and a target network that follows it.

    The online network is in training mode in the gradient step and nowhere else, so that dropout
    or batch statistics reach neither what is played nor the targets.
    """

    def __init__(
        self, *, network: nn.Module, settings: LearnerSettings, device: torch.device
    ) -> None:
        """Take the initialised network over to the device and copy the target from it."""
        self.network = network.to(device).eval()
        for parameter in self.network.parameters():
            parameter.data = parameter.data.contiguous()  # as its gradients are
        self.target = copy.deepcopy(self.network).requires_grad_(False)
        self.num_updates = 0
        self._device = device
        self._settings = settings
        self._parameters: list[Tensor] = list(self.network.parameters())
        self._target_parameters: list[Tensor] = list(self.target.parameters())
        self._has_buffers = any(True for _ in self.network.buffers())
        pairs = zip(self._parameters, self._target_parameters, strict=True)
        learnt = [pair for pair in pairs if pair[0].requires_grad]
        self._learnt = [parameter for parameter, _ in learnt]
        self._optimizer = Adam(self._learnt, [target for _, target in learnt])
        self._sums = torch.zeros(2, device=device)  # of loss and chosen q, since `take_means`
        self._num_summed = 0

    def q_values(self, observation: NDArray[np.int64], *, target: bool) -> NDArray[np.float32]:
        """Value all actions of `(batch, OBS_WORDS)` by the target or the online network."""
        network = self.target if target else self.network
        with torch.inference_mode():
            q: NDArray[np.float32] = network(*self._inputs(observation)).cpu().numpy()
        return q

    def learn(self, batch: Batch, learning_rate: float) -> None:
        """Take a gradient step for each `batch_size` transitions of the batch.

        All targets are worked out before the first step: one pass costs less than many, and the
        target network hardly moves in between.
        """
        targets = self._targets(batch)
        zones, scalars = self._inputs(batch.observation)
        actions = self._to_device(batch.action)
        size = self._settings.batch_size
        parts = (torch.split(part, size) for part in (zones, scalars, actions, targets))
        self.network.train()
        for part in zip(*parts, strict=True):
            self._step(*part, learning_rate=learning_rate)
        self.network.eval()

    def _step(
        self,
        zones: Tensor,
        scalars: Tensor,
        action: Tensor,
        target: Tensor,
        *,
        learning_rate: float,
    ) -> None:
        """Take one gradient step towards targets `(batch_size,)`; let the target network follow."""
        q_t = self.network(zones, scalars, action)
        # Every member learns the target of all, which is what makes it less noisy.
        loss = nn.functional.huber_loss(
            q_t, target.unsqueeze(1).expand_as(q_t), delta=self._settings.huber_delta
        )
        gradients = torch.autograd.grad(loss, self._learnt, allow_unused=True)
        tau = self._settings.target_tau if self._settings.target_period is None else 0.0
        self._optimizer.step(gradients, learning_rate=learning_rate, target_tau=tau)
        self.num_updates += 1
        self._copy_to_target()
        self._sums += torch.stack((loss.detach(), q_t.detach().mean()))
        self._num_summed += 1

    def take_means(self) -> tuple[float | None, float | None]:
        """Return mean loss and mean chosen Q since the last call; None without an update."""
        if self._num_summed == 0:
            return None, None
        loss, q = (self._sums / self._num_summed).tolist()
        self._sums.zero_()
        self._num_summed = 0
        return loss, q

    def _targets(self, batch: Batch) -> Tensor:
        """Work out the batch's targets, `(batch,)`."""
        inputs = self._inputs(batch.next_observation)
        allowed = self._to_device(batch.next_legal_mask) if self._settings.mask_targets else None
        with torch.no_grad():
            q_next = self.target(*inputs, allowed)
            return td_targets(
                reward=self._to_device(batch.reward),
                bootstrap=self._to_device(batch.bootstrap),
                q_next=q_next,
                q_next_choice=self.network(*inputs, allowed) if self._settings.double else None,
            )

    def _copy_to_target(self) -> None:
        """Copy what the target network takes as it is: after each update, or after each period.

        Buffers, such as the means and variances of batch normalisation, are copied whenever its
        weights move: they are averages over batches already, and counters cannot be averaged.
        """
        period = self._settings.target_period
        if period is not None and self.num_updates % period == 0:
            with torch.no_grad():
                torch._foreach_copy_(self._target_parameters, self._parameters)
        if self._has_buffers and (period is None or self.num_updates % period == 0):
            for buffer, target in zip(self.network.buffers(), self.target.buffers(), strict=True):
                target.copy_(buffer)

    def _inputs(self, observation: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Return what a network takes of packed observations `(batch, OBS_WORDS)`."""
        zones, scalars = split(observation)
        return self._to_device(zones), self._to_device(scalars)

    def _to_device(self, array: NDArray[Any]) -> Tensor:
        return torch.from_numpy(array).to(self._device)

    def state_dict(self) -> dict[str, Any]:
        """Return weights, optimiser and counters at a moment without pending means."""
        assert self._num_summed == 0, "take_means must be called before the state is taken"
        return {
            "network": network_state(self.network),
            "target": network_state(self.target),
            "optimizer": self._optimizer.state_dict(),
            "num_updates": self.num_updates,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue where `state_dict` was taken."""
        restore_network(self.network, state["network"])
        restore_network(self.target, state["target"])
        self._optimizer.load_state_dict(state["optimizer"])
        self.num_updates = state["num_updates"]
