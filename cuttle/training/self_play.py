"""Self-play into the replay: many games at once, one decision per game and tick. No learning."""

from typing import Any

import numpy as np

from cuttle.env.vector import VectorEnv
from cuttle.game.variants import Rules
from cuttle.training.exploration import explore
from cuttle.training.player import SoftmaxPlayer
from cuttle.training.replay import Replay
from cuttle.training.streams import restore_stream, stream, stream_state


class SelfPlay:
    """One network plays both seats of all games and remembers both seats' decisions."""

    def __init__(self, *, num_envs: int, seed: int, rules: Rules, replay: Replay) -> None:
        """Deal the games from the stream `deal`; explore from the stream `explore`."""
        self._env = VectorEnv(num_envs, stream(seed, "deal"), rules=rules)
        self._explore_rng = stream(seed, "explore")
        self._replay = replay
        self.num_episodes = 0
        self.num_decisions = 0
        self.num_finished_decisions = 0  # those of finished games
        self._game_decisions = np.zeros(num_envs, np.int64)  # of each running game

    def tick(self, player: SoftmaxPlayer, epsilon: float) -> None:
        """Play and remember one decision in every game."""
        env = self._env
        chosen = player.act(env.observation, env.legal_mask, self._explore_rng)
        actions, is_random = explore(chosen, env.legal_mask, epsilon, self._explore_rng)
        self._replay.add(
            observation=env.observation,
            legal_mask=env.legal_mask,
            action=actions,
            is_random=is_random,
            seat=env.acting,
        )
        step = env.step(actions)
        self._replay.complete_transition(reward=step.reward, done=step.done, next_seat=env.acting)
        self._count(step.done)

    def _count(self, done: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
        """Keep the books of games and decisions."""
        self._game_decisions += 1
        self.num_decisions += len(done)
        self.num_episodes += int(done.sum())
        self.num_finished_decisions += int(self._game_decisions[done].sum())
        self._game_decisions[done] = 0

    def state_dict(self) -> dict[str, Any]:
        """Return everything needed to continue exactly here, except the replay."""
        return {
            "env": self._env.state_dict(),
            "explore_rng": stream_state(self._explore_rng),
            "num_episodes": self.num_episodes,
            "num_decisions": self.num_decisions,
            "num_finished_decisions": self.num_finished_decisions,
            "game_decisions": self._game_decisions.copy(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue where `state_dict` was taken."""
        self._env.load_state_dict(state["env"])
        restore_stream(self._explore_rng, state["explore_rng"])
        self.num_episodes = state["num_episodes"]
        self.num_decisions = state["num_decisions"]
        self.num_finished_decisions = state["num_finished_decisions"]
        self._game_decisions[:] = state["game_decisions"]
