"""PettingZoo wrapper: both seats as agents that decide one after the other (AEC). No learning.

Needs the extra `envs`. An observation is a dict of `observation (OBS_DIM,) float32`, see
`cuttle.env.observation`, and `action_mask (181,) int8`, zeros for the agent that does not decide.
The order of agents follows the game: one agent may decide several times in a row.
"""

from typing import Any

import gymnasium
import numpy as np
import pettingzoo
from gymnasium import spaces
from gymnasium.utils import seeding
from pettingzoo.utils import wrappers

from cuttle.env.observation import observation_of
from cuttle.env.render import board
from cuttle.env.spaces import (
    RENDER_MODES,
    Observation,
    check_render_mode,
    observation_space,
    unpacked,
)
from cuttle.env.vector import DealtGames, as_actions, ended_by_cap
from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.state import random_decks
from cuttle.game.variants import CUTTLE_CARDS, Rules, checked

AGENTS = ("player_0", "player_1")  # player_0 moves first, player_1 deals


def env(**arguments: Any) -> pettingzoo.AECEnv[str, Observation, int]:
    """Make a `CuttleAEC` with PettingZoo's usual wrappers."""
    # Not with TerminateIllegalWrapper: it truncates as well, and its rewards are not zero-sum.
    game: Any = wrappers.AssertOutOfBoundsWrapper(CuttleAEC(**arguments))
    wrapped: pettingzoo.AECEnv[str, Observation, int] = wrappers.OrderEnforcingWrapper(game)
    return wrapped


class CuttleAEC(pettingzoo.AECEnv[str, Observation, int]):
    """One game; `max_cycles` decisions of both agents together truncate it, None never does.

    With `skip_forced`, decisions that leave no choice are played unseen. An illegal action loses
    the game at once and sets `illegal_action` in the agent's info.
    """

    metadata = {  # noqa: RUF012  # the name and form PettingZoo asks for
        "name": "cuttle_v0",
        "render_modes": RENDER_MODES,
        "is_parallelizable": False,
    }

    def __init__(
        self,
        *,
        rules: Rules = CUTTLE_CARDS,
        max_cycles: int | None = None,
        skip_forced: bool = True,
        render_mode: str | None = None,
    ) -> None:
        """Set the table; call `reset` to deal."""
        super().__init__()
        if max_cycles is not None and max_cycles < 1:
            raise ValueError(f"max_cycles must be None or at least 1, got {max_cycles}")
        check_render_mode(render_mode)
        self.possible_agents = list(AGENTS)
        self.render_mode = render_mode
        self._rules = checked(rules)
        self._max_cycles = max_cycles
        self._skip_forced = skip_forced
        self._rng = np.random.default_rng()
        self._dealt: DealtGames | None = None
        self.observation_spaces = {agent: observation_space() for agent in AGENTS}
        self.action_spaces = {agent: spaces.Discrete(NUM_ACTIONS) for agent in AGENTS}

    def observation_space(self, agent: str) -> gymnasium.Space[Any]:
        """Return the space of an agent's observations, always the same object."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> gymnasium.Space[Any]:
        """Return the space of an agent's actions, always the same object."""
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Deal a new game; there are no options."""
        if seed is not None:
            self._rng, _ = seeding.np_random(seed)
        decks = random_decks(1, self._rng)
        self._dealt = DealtGames(decks, rules=self._rules, skip_forced=self._skip_forced)
        self._cycles = 0
        self.agents = list(AGENTS)
        self.rewards = dict.fromkeys(AGENTS, 0.0)
        self._cumulative_rewards = dict.fromkeys(AGENTS, 0.0)
        self.terminations = dict.fromkeys(AGENTS, False)
        self.truncations = dict.fromkeys(AGENTS, False)
        self.infos: dict[str, dict[str, Any]] = {agent: {} for agent in AGENTS}
        self.agent_selection = AGENTS[self._games.acting[0]]

    def observe(self, agent: str) -> Observation:
        """Return what an agent may know now, fresh."""
        packed = observation_of(self._games.games[0], AGENTS.index(agent), self._rules)
        decides = agent == self.agent_selection and not self._has_ended()
        observation = unpacked(packed[None], self._games.legal_mask & decides)
        return {key: value[0] for key, value in observation.items()}

    def step(self, action: int | None) -> None:
        """Play the selected agent's action; None once it is terminated or truncated.

        Raises TypeError for what is no integer and RuntimeError before the first reset.
        """
        games = self._games
        if self._has_ended():
            self._was_dead_step(action)
            return
        actions = as_actions([action])
        self._cumulative_rewards[self.agent_selection] = 0.0
        if 0 <= actions[0] < NUM_ACTIONS and games.legal_mask[0, actions[0]]:
            games.step(actions)
        else:
            games.forfeit(np.zeros(1, np.int64), games.acting)
            self.infos[self.agent_selection] = {"illegal_action": True}
        self._cycles += 1
        self._settle()
        self._accumulate_rewards()
        if self._has_ended():
            self._deads_step_first()

    def render(self) -> str | None:
        """Draw the board with both hands open."""
        if self.render_mode is None:
            return None
        return board(self._games.games[0], self._rules, names=AGENTS)

    def close(self) -> None:
        """Hold nothing that would need closing."""

    @property
    def _games(self) -> DealtGames:
        """Return the game as a batch of one; raise RuntimeError before the first reset."""
        if self._dealt is None:
            raise RuntimeError("no game has been dealt: call reset first")
        return self._dealt

    def _has_ended(self) -> bool:
        selected = self.agent_selection
        return self.terminations[selected] or self.truncations[selected]

    def _settle(self) -> None:
        """Take rewards, ends and the next agent from the game."""
        game = self._games.games[0]
        winner = int(game["winner"])
        for seat, agent in enumerate(AGENTS):
            self.rewards[agent] = 0.0 if winner < 0 else (1.0 if seat == winner else -1.0)
        is_over = bool(game["over"])
        is_capped = bool(ended_by_cap(self._games.games, self._rules)[0])
        stops = is_capped or (not is_over and self._cycles == self._max_cycles)
        self.terminations = dict.fromkeys(AGENTS, is_over and not is_capped)
        self.truncations = dict.fromkeys(AGENTS, stops)
        self.agent_selection = AGENTS[self._games.acting[0]]
