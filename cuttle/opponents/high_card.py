"""A player that plays its highest card: it answers nothing.

It plays the highest card for points or as a royal, else draws or passes; it never counters,
scuttles or uses a one-off of its own will. It takes the highest target and discards the lowest
card.
"""

import numpy as np
from numpy.typing import NDArray

from cuttle.env.observation import scalar
from cuttle.game.actions import DEFAULT, FIRST_EFFECT, FIRST_PLAY, NUM_ACTIONS
from cuttle.game.jit import Int, inlined, kernel


class HighCard:
    """Highest card first."""

    def act(
        self,
        observation: NDArray[np.int64],
        legal_mask: NDArray[np.bool_],
        rng: np.random.Generator,
    ) -> NDArray[np.int64]:
        """Choose a legal action `(batch,)` for each row; no chance involved."""
        discards = (
            scalar(observation, "phase_four")
            + scalar(observation, "phase_five")
            + scalar(observation, "phase_hand_limit")
        )
        return _choose(legal_mask, discards)


@kernel
def _choose(legal_mask: NDArray[np.bool_], discards: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the action of each row."""
    actions = np.empty(len(legal_mask), np.int64)
    for row in range(len(legal_mask)):
        legal = legal_mask[row]
        if discards[row]:
            actions[row] = _first(legal, 0, NUM_ACTIONS, 1)
            continue
        action = _first(legal, FIRST_EFFECT - 1, FIRST_PLAY - 1, -1)
        if action < 0 and legal[DEFAULT]:
            action = DEFAULT
        actions[row] = action if action >= 0 else _first(legal, NUM_ACTIONS - 1, -1, -1)
    return actions


@inlined
def _first(legal: NDArray[np.bool_], start: Int, stop: Int, step: Int) -> Int:
    """Return the first legal action of a range, or -1."""
    for action in range(start, stop, step):
        if legal[action]:
            return action
    return -1
