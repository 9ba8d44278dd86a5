"""A player that chooses uniformly among the legal actions."""

import numpy as np
from numpy.typing import NDArray


class Randomized:
    """Uniform random play."""

    def act(
        self,
        observation: NDArray[np.int64],
        legal_mask: NDArray[np.bool_],
        rng: np.random.Generator,
    ) -> NDArray[np.int64]:
        """Choose a legal action `(batch,)` for each row, all equally likely."""
        ranks = legal_mask.cumsum(axis=1)
        drawn = rng.integers(1, ranks[:, -1] + 1)
        return (ranks == drawn[:, None]).argmax(axis=1)
