"""Many games as one seat of each meets them; an opponent plays the other seat. No learning.

The core of the Gymnasium faces, which add spaces and conventions only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cuttle.env.match import Player
from cuttle.env.observation import OBS_WORDS, observe
from cuttle.env.vector import LOOK, deal_all, ended_by_cap, play_on, write_mask
from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.jit import kernel
from cuttle.game.legal import legal_sets
from cuttle.game.state import Games, acting, new_games
from cuttle.game.variants import CUTTLE_CARDS, Rules

Rows = NDArray[np.int64]  # (n,) indices of games


@dataclass(frozen=True)
class SeatedStep:
    """What a decision and the replies to it led to; fresh arrays `(num_envs,)`."""

    reward: NDArray[np.float64]  # for the own seat: 1 won, -1 lost, 0 otherwise
    terminated: NDArray[np.bool_]  # won, lost or drawn by the rules
    truncated: NDArray[np.bool_]  # stopped by the safety cap on decisions
    illegal: NDArray[np.bool_]  # the action was illegal, which loses the game


@kernel
def _play(
    games: Games,
    rows: Rows,
    actions: NDArray[np.int64],
    rules: Rules,
    skip_forced: bool,
    seats: NDArray[np.uint8],
) -> None:
    """Play `actions`, one for each of the games `rows`, and note in `seats[row]` who is next."""
    for i in range(rows.size):
        game = games[rows[i]]
        play_on(game, actions[i], rules, skip_forced)
        seats[rows[i]] = acting(game)


@kernel
def _view(
    games: Games,
    rows: Rows,
    seats: NDArray[np.uint8],
    rules: Rules,
    observation: NDArray[np.int64],
    legal_mask: NDArray[np.bool_],
) -> None:
    """Write what `seats[row]` knows of each game of `rows`, and what is legal, row by row."""
    for i in range(rows.size):
        game = games[rows[i]]
        observe(game, seats[rows[i]], rules, observation[i])
        write_mask(legal_sets(game, rules), legal_mask[i])


class SeatedGames:
    """Games in which only the decisions of one's own seat are asked for.

    Nothing is dealt at first: call `deal` before `step`.
    """

    def __init__(
        self,
        num_envs: int,
        opponent: Player,
        *,
        rules: Rules = CUTTLE_CARDS,
        skip_forced: bool = True,
    ) -> None:
        """Make room for `num_envs` games; `skip_forced` plays forced decisions unseen."""
        self.games = new_games(num_envs)
        self.seats = np.zeros(num_envs, np.uint8)
        self.rules = rules
        self._acting = np.zeros(num_envs, np.uint8)
        self._opponent = opponent
        self._skip_forced = skip_forced

    def deal(
        self,
        rows: Rows,
        decks: NDArray[np.uint8],
        seats: NDArray[np.uint8],
        rng: np.random.Generator,
    ) -> None:
        """Start the games `rows` from `decks (len(rows), 52)`, sitting at `seats (len(rows),)`.

        `rng` serves the choices of the opponent, here and in `step`.
        """
        dealt = new_games(len(rows))
        deal_all(dealt, decks)
        self.games[rows] = dealt
        self.seats[rows] = seats
        self._play(rows, np.full(len(rows), LOOK, np.int64))
        self._reply(rows, rng)

    def step(self, actions: NDArray[np.int64], rng: np.random.Generator) -> SeatedStep:
        """Play `actions (num_envs,)` and the opponent's replies; games must be unfinished.

        Raises ValueError for another number of actions. One outside the action table is illegal.
        """
        if actions.shape != self.seats.shape:
            raise ValueError(f"actions must have shape {self.seats.shape}, got {actions.shape}")
        rows = np.arange(len(self.games))
        _, legal_mask = self.view(rows)
        is_action = (actions >= 0) & (actions < NUM_ACTIONS)
        illegal = ~(is_action & legal_mask[rows, np.where(is_action, actions, 0)])
        self.games["over"][illegal] = True
        self.games["winner"][illegal] = 1 - self.seats[illegal]
        rows = rows[~illegal]
        self._play(rows, actions[rows])
        self._reply(rows, rng)
        return self._outcome(illegal)

    def view(self, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return what the own seats know `(len(rows), OBS_WORDS)` and may do `(..., NUM_ACTIONS)`.

        Fresh arrays; nothing is legal in a finished game.
        """
        return self._view(rows, self.seats)

    def _reply(self, rows: Rows, rng: np.random.Generator) -> None:
        """Let the opponent play in the games `rows` until the own seats must decide."""
        while rows.size:
            rows = rows[~self.games["over"][rows] & (self._acting[rows] != self.seats[rows])]
            if rows.size:
                actions = self._opponent.act(*self._view(rows, self._acting), rng)
                self._play(rows, actions)

    def _play(self, rows: Rows, actions: NDArray[np.int64]) -> None:
        _play(self.games, rows, actions, self.rules, self._skip_forced, self._acting)

    def _view(
        self, rows: Rows, seats: NDArray[np.uint8]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        observation = np.empty((len(rows), OBS_WORDS), np.int64)
        legal_mask = np.empty((len(rows), NUM_ACTIONS), np.bool_)
        _view(self.games, rows, seats, self.rules, observation, legal_mask)
        return observation, legal_mask

    def _outcome(self, illegal: NDArray[np.bool_]) -> SeatedStep:
        winner = self.games["winner"]
        truncated = ended_by_cap(self.games, self.rules)
        return SeatedStep(
            reward=np.where(winner < 0, 0.0, np.where(winner == self.seats, 1.0, -1.0)),
            terminated=self.games["over"] & ~truncated,
            truncated=truncated,
            illegal=illegal,
        )
