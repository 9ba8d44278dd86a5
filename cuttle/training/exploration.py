"""Epsilon-greedy play and its schedules. No networks here."""

import numpy as np
from numpy.typing import NDArray

from cuttle.config.schema import ExplorationSettings


def linear(start: float, end: float, share: float) -> float:
    """Return the value at a share of the way, held beyond the ends."""
    return start + (end - start) * min(max(share, 0.0), 1.0)


def epsilon_at(progress: float, settings: ExplorationSettings) -> float:
    """Return epsilon after that share of the budget."""
    if settings.decay_fraction == 0.0:
        return settings.epsilon_end
    return linear(settings.epsilon_start, settings.epsilon_end, progress / settings.decay_fraction)


def explore(
    chosen: NDArray[np.int64],
    legal_mask: NDArray[np.bool_],
    epsilon: float,
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Replace each action with probability epsilon by a uniform legal one.

    Returns the actions `(batch,)` and which of them were drawn at random, `(batch,) bool`.
    """
    is_random = rng.random(len(chosen)) < epsilon
    ranks = legal_mask.cumsum(axis=1)
    drawn = rng.integers(1, ranks[:, -1] + 1)
    uniform = (ranks == drawn[:, None]).argmax(axis=1)
    return np.where(is_random, uniform, chosen), is_random
