"""A network as a player: the legal action of highest value. No exploration, no learning."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cuttle.env.observation import OBS_DIM, unpack

ValueFunction = Callable[[NDArray[np.float32]], NDArray[np.float32]]


class GreedyPlayer:
    """Plays the legal action of highest Q-value; of equal ones the lowest id."""

    def __init__(self, q_values: ValueFunction) -> None:
        """Take a function from `(batch, obs_dim)` to `(batch, num_actions)`."""
        self._q_values = q_values

    def act(
        self,
        observation: NDArray[np.int64],
        legal_mask: NDArray[np.bool_],
        rng: np.random.Generator,
    ) -> NDArray[np.int64]:
        """Choose a legal action `(batch,)` for each packed observation; no chance involved."""
        unpacked = np.empty((len(observation), OBS_DIM), np.float32)
        unpack(observation, unpacked)
        q = np.where(legal_mask, self._q_values(unpacked), -np.inf)
        actions: NDArray[np.int64] = q.argmax(axis=1)
        return actions
