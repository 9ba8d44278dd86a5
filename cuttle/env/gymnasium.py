"""Gymnasium wrappers: one seat against a chosen opponent, alone or as a batch. No learning.

Needs the extra `envs`. Both give the same observation, a dict of
`observation (OBS_DIM,) float32`, see `cuttle.env.observation`, and `action_mask (181,) int8`, which
is also in the info. The reward is 1 for a won and -1 for a lost game, 0 otherwise; an illegal
action loses the game at once and sets `illegal_action` in the info. Importing this module
registers `Cuttle-v0` for `gymnasium.make` and `gymnasium.make_vec`; pass `opponent=`, a player or
the name of one of `cuttle.opponents`.
"""

import importlib
from typing import Any, cast

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from cuttle.env.match import Player
from cuttle.env.opponent_env import OpponentEnv
from cuttle.env.render import board
from cuttle.env.spaces import (
    RENDER_MODES,
    Observation,
    check_render_mode,
    observation_space,
    unpacked,
)
from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.variants import CUTTLE_CARDS, Rules


def _player(opponent: Player | str, rules: Rules) -> Player:
    """Return the opponent, built if it is given by name; raise an error for anything else."""
    # Opponents stand above environments, so that they are looked up when one is asked for.
    named = importlib.import_module("cuttle.opponents")
    if isinstance(opponent, str):
        return cast(Player, named.load(opponent, rules))
    if isinstance(opponent, type) or not callable(getattr(opponent, "act", None)):
        names = ", ".join(named.names())
        raise TypeError(f"opponent must be a player or one of {names}, got {opponent!r}")
    return opponent


def _draw(env: OpponentEnv, row: int) -> str:
    """Draw the board of a game as the own seat may know it."""
    seat = int(env.seats[row])
    names = ("you", "opponent") if seat == 0 else ("opponent", "you")
    return board(env.games[row], env.rules, viewer=seat, names=names)


class CuttleEnv(gymnasium.Env[Observation, np.int64]):
    """One game at a time against an opponent: the batch of `OpponentEnv` with a single game.

    `seat` is 0 to move first, 1 to deal, None to draw it anew for each game.
    With `skip_forced`, decisions that leave no choice are played unseen.
    """

    metadata = {"render_modes": RENDER_MODES, "render_fps": 4}  # noqa: RUF012  # the name and form Gymnasium asks

    def __init__(
        self,
        opponent: Player | str,
        *,
        seat: int | None = None,
        rules: Rules = CUTTLE_CARDS,
        skip_forced: bool = True,
        render_mode: str | None = None,
    ) -> None:
        """Seat the opponent; call `reset` to deal."""
        check_render_mode(render_mode)
        self.observation_space = observation_space()
        self.action_space = spaces.Discrete(NUM_ACTIONS)
        self.render_mode = render_mode
        player = _player(opponent, rules)
        self._env = OpponentEnv(1, player, seat=seat, rules=rules, skip_forced=skip_forced)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Deal a new game; there are no options."""
        super().reset(seed=seed)
        self._env.reset(self.np_random)
        observation = self._observe()
        return observation, {"action_mask": observation["action_mask"].copy()}

    def step(self, action: np.int64) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Play one action and the opponent's replies.

        Raises TypeError for what is no integer and RuntimeError where no game is running.
        """
        outcome = self._env.step(np.asarray([action]), self.np_random)
        observation = self._observe()
        info = {
            "action_mask": observation["action_mask"].copy(),
            "illegal_action": bool(outcome.illegal[0]),
        }
        return (
            observation,
            float(outcome.reward[0]),
            bool(outcome.terminated[0]),
            bool(outcome.truncated[0]),
            info,
        )

    def render(self) -> str | None:
        """Draw the board as the own seat may know it."""
        return None if self.render_mode is None else _draw(self._env, 0)

    def _observe(self) -> Observation:
        views = unpacked(*self._env.view(np.zeros(1, np.int64)))
        return {key: value[0] for key, value in views.items()}


class CuttleVectorEnv(gymnasium.vector.VectorEnv[Observation, NDArray[np.int64], NDArray[Any]]):
    """Many games against an opponent, stepped by the batch engine.

    A game that ends is dealt anew within the same step (autoreset mode `SAME_STEP`): the returned
    observation is the first of the new game, the last of the old one is in `infos["final_obs"]`
    and `infos["final_info"]` for the games that `infos["_final_obs"]` marks.
    All games draw on one generator, so a seed fixes the batch as a whole.
    """

    metadata = {  # noqa: RUF012  # as above
        "render_modes": RENDER_MODES,
        "render_fps": 4,
        "autoreset_mode": AutoresetMode.SAME_STEP,
    }

    def __init__(
        self,
        num_envs: int,
        opponent: Player | str,
        *,
        seat: int | None = None,
        rules: Rules = CUTTLE_CARDS,
        skip_forced: bool = True,
        render_mode: str | None = None,
    ) -> None:
        """Seat the opponent in `num_envs` games; call `reset` to deal."""
        check_render_mode(render_mode)
        self.num_envs = num_envs
        self.single_observation_space = observation_space()
        self.single_action_space = spaces.Discrete(NUM_ACTIONS)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.render_mode = render_mode
        player = _player(opponent, rules)
        self._env = OpponentEnv(num_envs, player, seat=seat, rules=rules, skip_forced=skip_forced)
        self._rows = np.arange(num_envs)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Deal every game anew; there are no options."""
        super().reset(seed=seed)
        self._env.reset(self.np_random)
        observation = unpacked(*self._env.view(self._rows))
        return observation, self._infos(observation)

    def step(
        self, actions: NDArray[np.int64]
    ) -> tuple[Observation, NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """Play `actions (num_envs,)` and the opponent's replies; deal finished games anew.

        Raises TypeError for what is no integer and RuntimeError before the first reset.
        """
        outcome = self._env.step(actions, self.np_random)
        done = outcome.terminated | outcome.truncated
        final = unpacked(*self._env.view(np.flatnonzero(done))) if done.any() else None
        if final is not None:
            self._env.reset(self.np_random, np.flatnonzero(done))
        observation = unpacked(*self._env.view(self._rows))
        infos = self._infos(observation)
        if final is not None:
            infos |= self._final(final, done, outcome.illegal)
        return observation, outcome.reward, outcome.terminated, outcome.truncated, infos

    def render(self) -> tuple[str, ...] | None:
        """Draw every board as the own seat may know it."""
        if self.render_mode is None:
            return None
        return tuple(_draw(self._env, row) for row in range(self.num_envs))

    def _infos(self, observation: Observation) -> dict[str, Any]:
        return {
            "action_mask": observation["action_mask"].copy(),
            "_action_mask": np.ones(self.num_envs, np.bool_),
        }

    def _final(
        self, final: Observation, done: NDArray[np.bool_], illegal: NDArray[np.bool_]
    ) -> dict[str, Any]:
        """Return the last views of finished games in the form Gymnasium gives them."""
        final_obs = np.full(self.num_envs, None, dtype=object)
        masks = np.zeros((self.num_envs, NUM_ACTIONS), np.int8)
        masks[done] = final["action_mask"]
        for i, row in enumerate(np.flatnonzero(done)):
            final_obs[row] = {key: value[i].copy() for key, value in final.items()}
        info = {
            "action_mask": masks,
            "_action_mask": done.copy(),
            "illegal_action": illegal.copy(),
            "_illegal_action": done.copy(),
        }
        return {
            "final_obs": final_obs,
            "_final_obs": done.copy(),
            "final_info": info,
            "_final_info": done.copy(),
        }


gymnasium.register(
    id="Cuttle-v0",
    entry_point="cuttle.env.gymnasium:CuttleEnv",
    vector_entry_point="cuttle.env.gymnasium:CuttleVectorEnv",
)
