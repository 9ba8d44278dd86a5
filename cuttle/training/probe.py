"""Probe of initial Q-values: how large they are before anything is learnt. No training."""

import numpy as np

from cuttle.env.vector import VectorEnv
from cuttle.game.variants import Rules
from cuttle.opponents.randomized import Randomized
from cuttle.training.player import ValueFunction
from cuttle.training.streams import stream

_NUM_GAMES = 256
_NUM_DECISIONS = 12  # into each game, so that most phases and fields have come up


def q_sd(q_values: ValueFunction, rules: Rules) -> float:
    """Return the sd of Q over all actions and over states of random games, the same every time."""
    rng = stream(0, "probe")
    env = VectorEnv(_NUM_GAMES, rng, rules=rules)
    player = Randomized()
    for _ in range(_NUM_DECISIONS):
        env.step(player.act(env.observation, env.legal_mask, rng))
    return float(q_values(env.observation).std(dtype=np.float64))
