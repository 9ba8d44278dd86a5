"""A player that chooses uniformly."""

import numpy as np
from numpy.typing import NDArray

from cuttle.game.jit import kernel


class Randomized:
    """Uniform random play."""

    def act(
        self,
        observation: NDArray[np.int64],
        legal_mask: NDArray[np.bool_],
        rng: np.random.Generator,
    ) -> NDArray[np.int64]:
        """Choose a legal action `(batch,)` for each row, all equally likely."""
        return _choose(legal_mask, rng.random(len(legal_mask)))


@kernel
def _choose(legal_mask: NDArray[np.bool_], drawn: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the legal action at the drawn share, from 0 to 1, of each row's legal actions."""
    actions = np.empty(len(legal_mask), np.int64)
    for row in range(len(legal_mask)):
        legal = legal_mask[row]
        num_legal = 0
        for action in range(legal.size):
            num_legal += legal[action]
        skipped = np.int64(drawn[row] * num_legal)
        for action in range(legal.size):
            skipped -= legal[action]
            if skipped < 0:
                actions[row] = action
                break
    return actions
