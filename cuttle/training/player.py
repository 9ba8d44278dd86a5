"""A network as a player: the legal action of highest value, or one that comes near. No learning."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cuttle.env.symmetry import SUIT_ROTATIONS, rename_in_actions, rename_suits
from cuttle.game.actions import NUM_ACTIONS

# From packed observations (batch, OBS_WORDS) to Q-values (batch, num_actions).
ValueFunction = Callable[[NDArray[np.int64]], NDArray[np.float32]]


class GreedyPlayer:
    """Plays the legal action of highest Q-value; of equal ones the lowest id.

    With `suit_averaging`, Q is the mean over the four rotations of the suits: names of suits hardly
    matter in Cuttle, so what differs between the rotations is mostly error.
    """

    def __init__(self, q_values: ValueFunction, *, suit_averaging: bool) -> None:
        """Take what values the actions."""
        self._q_values = q_values
        self._orders = SUIT_ROTATIONS if suit_averaging else SUIT_ROTATIONS[:1]

    def act(
        self,
        observation: NDArray[np.int64],
        legal_mask: NDArray[np.bool_],
        rng: np.random.Generator,
    ) -> NDArray[np.int64]:
        """Choose a legal action `(batch,)` for each packed observation; no chance involved."""
        q = np.where(legal_mask, self._mean_q(observation), -np.inf)
        actions: NDArray[np.int64] = q.argmax(axis=1)
        return actions

    def _mean_q(self, observation: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the mean of Q over the rotations, `(batch, num_actions)`."""
        batch = len(observation)
        packed = np.tile(observation, (len(self._orders), 1))
        rename_suits(packed, self._orders.repeat(batch, axis=0))
        rotated = self._q_values(packed).reshape(len(self._orders), batch, NUM_ACTIONS)
        total = np.zeros((batch, NUM_ACTIONS), np.float32)
        for q, order in zip(rotated, self._orders, strict=True):
            renamed = np.arange(NUM_ACTIONS)
            rename_in_actions(renamed, np.tile(order, (NUM_ACTIONS, 1)))
            total += q[:, renamed]
        mean: NDArray[np.float32] = total / np.float32(len(self._orders))
        return mean


class SoftmaxPlayer(GreedyPlayer):
    """Draws a legal action with probability proportional to exp(Q / temperature); greedy at zero.

    So chance falls on actions that seem about as good, and hardly on those that lose the game.
    """

    def __init__(
        self, q_values: ValueFunction, *, suit_averaging: bool, temperature: float
    ) -> None:
        """Take what values the actions; the temperature is in units of Q."""
        super().__init__(q_values, suit_averaging=suit_averaging)
        self._temperature = temperature

    def act(
        self,
        observation: NDArray[np.int64],
        legal_mask: NDArray[np.bool_],
        rng: np.random.Generator,
    ) -> NDArray[np.int64]:
        """Draw a legal action `(batch,)` for each packed observation."""
        # The highest of Q / temperature plus Gumbel noise is a draw from the softmax.
        q = np.full(legal_mask.shape, -np.inf)
        noise = rng.gumbel(0.0, self._temperature, int(legal_mask.sum()))
        q[legal_mask] = self._mean_q(observation)[legal_mask] + noise
        actions: NDArray[np.int64] = q.argmax(axis=1)
        return actions
