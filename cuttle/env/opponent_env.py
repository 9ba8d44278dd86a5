"""Many games against an opponent. No learning, no other library.

The Gymnasium wrappers are views of it that add spaces and conventions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cuttle.env.match import Player, let_play
from cuttle.env.observation import observation_of
from cuttle.env.vector import DealtGames, Rows, as_actions, ended_by_cap
from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.state import Games, random_decks
from cuttle.game.variants import CUTTLE_CARDS, Rules, checked

MAX_DEALS = 100  # of a place in which the opponent ends every game before the own seat decides


@dataclass(frozen=True)
class OpponentStep:
    """What a decision and the replies to it led to; fresh arrays `(num_envs,)`."""

    reward: NDArray[np.float64]  # for the own seat: 1 won, -1 lost, 0 otherwise
    terminated: NDArray[np.bool_]  # won, lost or drawn by the rules
    truncated: NDArray[np.bool_]  # stopped by the safety cap on decisions
    illegal: NDArray[np.bool_]  # the action was illegal, which loses the game


class OpponentEnv:
    """Games in which only the decisions of one's own seat are asked for.

    `seats (num_envs,) uint8` are the own seats. Call `reset` before anything else.
    """

    def __init__(
        self,
        num_envs: int,
        opponent: Player,
        *,
        seat: int | None = None,
        rules: Rules = CUTTLE_CARDS,
        skip_forced: bool = True,
    ) -> None:
        """Set up `num_envs` games; `skip_forced` plays forced decisions unseen.

        `seat` is 0 to move first, 1 to deal, None to draw it anew for each game.
        """
        if seat not in (None, 0, 1):
            raise ValueError(
                f"seat must be 0 (moves first), 1 (dealer) or None (drawn), got {seat!r}"
            )
        self.seats = np.zeros(num_envs, np.uint8)
        self.rules = checked(rules)
        self._opponent = opponent
        self._seat = seat
        self._skip_forced = skip_forced
        self._dealt: DealtGames | None = None

    @property
    def games(self) -> Games:
        """Return the games `(num_envs,) GAME`."""
        return self._started().games

    def reset(self, rng: np.random.Generator, rows: Rows | None = None) -> None:
        """Deal the games `rows`, by default all, and let the opponent play where it begins.

        One that is over by then is dealt anew; raises ValueError where that does not help.
        `rng` serves the deals, the seats and the choices of the opponent.
        """
        over, num_deals = self._deal(rng, rows), 1
        while over.size:
            if num_deals == MAX_DEALS:
                raise ValueError(
                    f"{MAX_DEALS} games in a row were over before seat {self.seats[over[0]]} could "
                    "decide: raise max_decisions or king_goals of the rules"
                )
            over, num_deals = self._deal(rng, over), num_deals + 1

    def _deal(self, rng: np.random.Generator, rows: Rows | None) -> Rows:
        """Deal once, as `reset` does; return those of the rows that are over already."""
        places = np.arange(len(self.seats)) if rows is None else rows
        decks = random_decks(len(places), rng)
        drawn = rng.integers(0, 2, len(places)) if self._seat is None else self._seat
        self.seats[places] = drawn
        if rows is None:
            self._dealt = DealtGames(decks, rules=self.rules, skip_forced=self._skip_forced)
        else:
            self._started().deal(places, decks)
        self._reply(rng)
        return places[self.games["over"][places]]

    def step(self, actions: NDArray[np.int64], rng: np.random.Generator) -> OpponentStep:
        """Play `actions (num_envs,)` and the opponent's replies.

        One outside the action table is illegal. Raises TypeError for what is no integer, ValueError
        for another number of actions and RuntimeError where a game is not begun or already over.
        """
        dealt = self._started()
        actions = as_actions(actions)
        if actions.shape != self.seats.shape:
            raise ValueError(f"actions must have shape {self.seats.shape}, got {actions.shape}")
        if dealt.over.any():
            raise RuntimeError(f"game {dealt.over.argmax()} is over: call reset before step")
        is_action = (actions >= 0) & (actions < NUM_ACTIONS)
        rows = np.arange(len(actions))
        illegal = ~(is_action & dealt.legal_mask[rows, np.where(is_action, actions, 0)])
        dealt.forfeit(rows[illegal], self.seats[illegal])
        dealt.step(actions[~illegal], rows=rows[~illegal])
        self._reply(rng)
        return self._outcome(illegal)

    def view(self, rows: Rows) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return what the own seats know `(len(rows), OBS_WORDS)` and may do `(..., NUM_ACTIONS)`.

        Fresh arrays; nothing is legal in a finished game.
        """
        dealt = self._started()
        observation = dealt.observation[rows]
        for i in np.flatnonzero(dealt.games["over"][rows]):  # shown to whoever would be next
            seat = int(self.seats[rows[i]])
            observation[i] = observation_of(dealt.games[rows[i]], seat, self.rules)
        return observation, dealt.legal_mask[rows]

    def _started(self) -> DealtGames:
        """Return the games; raise RuntimeError before the first reset."""
        if self._dealt is None:
            raise RuntimeError("no game has been dealt: call reset first")
        return self._dealt

    def _reply(self, rng: np.random.Generator) -> None:
        """Let the opponent play until the own seats must decide."""
        let_play(self._started(), [(self._opponent, 1 - self.seats)], rng)

    def _outcome(self, illegal: NDArray[np.bool_]) -> OpponentStep:
        games = self.games
        winner = games["winner"]
        truncated = ended_by_cap(games, self.rules)
        return OpponentStep(
            reward=np.where(winner < 0, 0.0, np.where(winner == self.seats, 1.0, -1.0)),
            terminated=games["over"] & ~truncated,
            truncated=truncated,
            illegal=illegal,
        )
