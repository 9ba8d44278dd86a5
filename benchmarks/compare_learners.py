"""Other libraries' learners beside ours. Prints two tables; writes nothing.

    pip install stable-baselines3 sb3-contrib     # neither is a dependency
    python benchmarks/compare_learners.py [--steps 100000] [--games 2000] [--updates 200]

Method. One thread, processor time of this process.

    update    an update of 512 samples, drawing them included: Stable-Baselines3's DQN, a network of
              1,094 inputs, 208 hidden units and 181 actions; ours, `boolean` at `training=full`:
              the same sizes, with layer normalisation, an ensemble of four, masked targets, suits
              renamed, and a target network that follows each update
    training  sb3-contrib's MaskablePPO, as it comes, by `cuttle.env.gymnasium` against an opponent;
              then games from a seat drawn for each, by its likeliest legal actions
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
import torch
from gymnasium import spaces
from numpy.typing import NDArray
from sb3_contrib import MaskablePPO
from stable_baselines3 import DQN
from stable_baselines3.common.logger import configure

from benchmarks.training import composed
from cuttle import opponents
from cuttle.config.reading import read
from cuttle.config.schema import TrainingSettings
from cuttle.env.gymnasium import CuttleEnv
from cuttle.env.observation import OBS_DIM
from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.variants import CUTTLE_CARDS
from cuttle.launch.build import build_network
from cuttle.training.dqn import DQNLearner
from cuttle.training.initialisation import initialise
from cuttle.training.player import SoftmaxPlayer
from cuttle.training.replay import Replay
from cuttle.training.self_play import SelfPlay

BATCH, HIDDEN = 512, 208
OPPONENTS = ("randomized", "gap_maximizer")


class FlatCuttle(gymnasium.ObservationWrapper[NDArray[np.float32], np.int64, Any]):
    """Our environment as sb3-contrib asks: a flat observation, and the mask from a method."""

    def __init__(self, opponent: str) -> None:
        super().__init__(CuttleEnv(opponents.load(opponent, CUTTLE_CARDS)))
        self.observation_space = spaces.Box(0.0, 1.0, (OBS_DIM,), np.float32)
        self._mask = np.ones(NUM_ACTIONS, np.bool_)

    def observation(self, observation: Any) -> NDArray[np.float32]:
        self._mask = observation["action_mask"].astype(np.bool_)
        flat: NDArray[np.float32] = observation["observation"]
        return flat

    def action_masks(self) -> NDArray[np.bool_]:
        return self._mask


def milliseconds(update: Callable[[], object], repetitions: int) -> float:
    """Return the median processor time of an update; the first ones are not counted."""
    times = []
    for _ in range(repetitions + 5):
        started = time.process_time()
        update()
        times.append(time.process_time() - started)
    return 1_000 * float(np.median(times[5:]))


def sb3_update() -> Callable[[], object]:
    """Return an update of Stable-Baselines3's DQN, its buffer filled with random values."""
    layers = {"net_arch": [HIDDEN]}
    env = FlatCuttle("randomized")
    model = DQN("MlpPolicy", env, batch_size=BATCH, buffer_size=4_096, policy_kwargs=layers, seed=0)
    model.set_logger(configure(None, []))
    rng = np.random.default_rng(0)
    for _ in range(4_096):
        state, after = rng.random((2, 1, OBS_DIM), np.float32)
        action, reward = rng.integers(0, NUM_ACTIONS, 1), rng.normal(size=1)
        model.replay_buffer.add(state, after, action, reward, np.zeros(1), [{}])
    return lambda: model.train(gradient_steps=1, batch_size=BATCH)


def our_update() -> Callable[[], object]:
    """Return an update of ours, its replay filled by self-play."""
    config = composed("boolean", "full", [])
    settings = read(TrainingSettings, config["training"], "training")
    network, rng = build_network(config), np.random.default_rng(0)
    initialise(network, settings.initialisation, rng)
    learner = DQNLearner(network=network, settings=settings.learner, device=torch.device("cpu"))
    replay = Replay(settings.self_play.num_envs, settings.replay)
    games = SelfPlay(
        num_envs=settings.self_play.num_envs, seed=0, rules=CUTTLE_CARDS, replay=replay
    )
    player = SoftmaxPlayer(
        lambda x: learner.q_values(x, target=False), suit_averaging=False, temperature=0.05
    )
    while len(replay) < 4_096:
        games.tick(player, epsilon=0.1)
    return lambda: learner.learn(replay.sample(settings.learner.batch_size, rng), 1e-3)


def win_rate(model: MaskablePPO, opponent: str, games: int) -> float:
    """Play games by the likeliest legal actions; return the share won."""
    env, won = FlatCuttle(opponent), 0
    for game in range(games):
        observation, _ = env.reset(seed=game)
        reward, over = 0.0, False
        while not over:
            masks = env.action_masks()
            action, _ = model.predict(observation, action_masks=masks, deterministic=True)
            observation, reward, terminated, truncated, _ = env.step(action)
            over = terminated or truncated
        won += reward > 0
    return won / games


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=100_000, help="of MaskablePPO")
    parser.add_argument("--games", type=int, default=2_000, help="played afterwards, an opponent")
    parser.add_argument("--updates", type=int, default=200)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print("update of 512                        ms")
    for name, update in (
        ("Stable-Baselines3 DQN", sb3_update()),
        ("cuttle, boolean", our_update()),
    ):
        print(f"{name:<30}{milliseconds(update, arguments.updates):9.1f}", flush=True)
    print("\nMaskablePPO against       s   wins of randomized   of gap_maximizer")
    for opponent in OPPONENTS:
        model = MaskablePPO("MlpPolicy", FlatCuttle(opponent), seed=0)
        started = time.process_time()
        model.learn(arguments.steps)
        spent = time.process_time() - started
        rates = [win_rate(model, other, arguments.games) for other in OPPONENTS]
        print(f"{opponent:<20}{spent:7.0f}{rates[0]:21.1%}{rates[1]:19.1%}", flush=True)


if __name__ == "__main__":
    main()
