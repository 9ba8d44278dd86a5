"""Many games side by side. No players, no learning."""

import textwrap
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cuttle.env.advance import LOOK, WAIT, Step, advance, new_step, new_views
from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.cards import ALL_CARDS, NUM_CARDS, bit
from cuttle.game.jit import kernel
from cuttle.game.legal import is_legal
from cuttle.game.state import Games, deal, new_games, random_decks, random_streams
from cuttle.game.variants import CUTTLE_CARDS, Rules, checked

Rows = NDArray[np.int64]  # (n,) indices of games


@kernel
def _find_illegal(
    games: Games, rows: Rows, actions: NDArray[np.int64], legal: NDArray[np.int64]
) -> int:
    """Return the first place in `rows` whose game is unfinished and whose action illegal, or -1."""
    for i in range(rows.size):
        row = legal[rows[i]]
        sets = (row[0], row[1], row[2], row[3], row[4])
        if not games[rows[i]].over and not is_legal(sets, actions[i]):
            return i
    return -1


@kernel
def _find_no_deck(decks: NDArray[np.uint8]) -> int:
    """Return the first row of `decks (num_envs, 52)` that lacks a card, or -1."""
    for i in range(len(decks)):
        cards = np.int64(0)
        for position in range(NUM_CARDS):
            if decks[i, position] < NUM_CARDS:
                cards |= bit(decks[i, position])
        if cards != ALL_CARDS:
            return i
    return -1


@kernel
def _deal(games: Games, rows: Rows, decks: NDArray[np.uint8]) -> None:
    """Start the games `rows (n,)` from the deck orders `decks (n, 52)`."""
    for i in range(rows.size):
        deal(games[rows[i]], decks[i])


def as_actions(actions: Any) -> NDArray[np.int64]:
    """Return action ids as int64, of any shape; raise TypeError for what is no integer."""
    given = np.asarray(actions)
    if given.dtype.kind not in "iu":
        shown = textwrap.shorten(repr(given.tolist()), 60)  # characters
        raise TypeError(f"an action must be an integer from 0 to {NUM_ACTIONS - 1}, got {shown}")
    return given.astype(np.int64, order="C", copy=False)


def ended_by_cap(games: Games, rules: Rules) -> NDArray[np.bool_]:
    """Return which games the safety cap on decisions ended, `(num_envs,) bool`."""
    is_draw = games["over"] & (games["winner"] < 0)
    capped: NDArray[np.bool_] = is_draw & (games["passes"] < rules.passes_for_draw)
    return capped


class DealtGames:
    """Games from given deals, each played once; a finished game stays as it is.

    `observation (num_envs, OBS_WORDS) int64`, `legal_mask (num_envs, NUM_ACTIONS) bool` and
    `acting (num_envs,) uint8` show each game to the seat that must decide. They are live buffers:
    copy what you keep. With `skip_forced`, decisions with a single legal action are played unseen.
    """

    def __init__(
        self,
        decks: NDArray[np.uint8],
        *,
        rules: Rules = CUTTLE_CARDS,
        skip_forced: bool = True,
    ) -> None:
        """Deal one game for each deck order of `decks (num_envs, 52)`.

        Raises ValueError as `deal` and `checked` do.
        """
        num_envs = len(decks)
        self.rules = checked(rules)
        self.skip_forced = skip_forced
        self.games = new_games(num_envs)
        self._rows = np.arange(num_envs)
        self._streams = np.zeros(num_envs, np.uint64)
        self.views = new_views(num_envs)
        self._auto_reset = False
        self.observation, self.legal_mask, self.acting, _ = self.views
        self.deal(self._rows, decks)

    @property
    def over(self) -> NDArray[np.bool_]:
        """Return which games are finished, `(num_envs,) bool`."""
        finished: NDArray[np.bool_] = self.games["over"].copy()
        return finished

    @property
    def winner(self) -> NDArray[np.int8]:
        """Return the winning seat of each game, -1 where there is none, `(num_envs,) int8`."""
        winners: NDArray[np.int8] = self.games["winner"].copy()
        return winners

    def deal(self, rows: Rows, decks: NDArray[np.uint8]) -> None:
        """Start the games `rows (n,)` anew from the deck orders `decks (n, 52)`.

        Raises ValueError for a row that is no game and a deck without each of the 52 cards once.
        """
        rows = self._checked(rows)
        # Compiled code reads a deck without looking at its size.
        if decks.ndim != 2 or decks.shape[1] != NUM_CARDS:
            raise ValueError(f"decks must have shape (num_envs, {NUM_CARDS}), got {decks.shape}")
        if len(decks) != len(rows):
            raise ValueError(f"decks must be as many as rows, {len(rows)}, got {len(decks)}")
        decks = np.ascontiguousarray(decks, np.uint8)
        wrong = _find_no_deck(decks)
        if wrong >= 0:
            raise ValueError(f"a deck must hold each of the {NUM_CARDS} cards once: row {wrong}")
        _deal(self.games, rows, decks)
        self._look(rows)

    def step(
        self, actions: NDArray[np.int64], out: Step | None = None, *, rows: Rows | None = None
    ) -> Step:
        """Play `actions (num_envs,)`, or `(len(rows),)` in the games `rows` while others wait.

        Those of finished games are ignored. The outcome is written into `out` if given, else into
        fresh arrays. Before anything is played, raises TypeError for what is no integer and
        ValueError for an illegal action.
        """
        places = self._rows if rows is None else self._checked(rows)
        actions = as_actions(actions)
        if actions.shape != places.shape:
            raise ValueError(f"actions must have shape {places.shape}, got {actions.shape}")
        illegal = _find_illegal(self.games, places, actions, self.views.legal)
        if illegal >= 0:
            raise ValueError(
                f"action {actions[illegal]} is not legal in game {places[illegal]}; "
                "choose one that legal_mask allows"
            )
        outcome = new_step(len(self.games)) if out is None else out
        if any(array.shape != self._rows.shape for array in outcome):
            raise ValueError(f"out must hold arrays of shape {self._rows.shape}, as of new_step")
        self._advance(actions if rows is None else self._spread(places, actions), outcome)
        return outcome

    def forfeit(self, rows: Rows, losers: NDArray[np.uint8]) -> None:
        """End the games `rows (n,)`, lost by the seats `losers (n,)`; nothing is legal then."""
        self.games["over"][rows] = True
        self.games["winner"][rows] = 1 - losers
        self.views.legal[rows] = 0
        self.legal_mask[rows] = False

    def _checked(self, rows: Rows) -> Rows:
        """Return rows that compiled code may index; raise ValueError for others."""
        given = np.asarray(rows)
        is_index = given.ndim == 1 and given.dtype.kind in "iu"
        if not is_index or ((given < 0) | (given >= len(self.games))).any():
            shown = textwrap.shorten(repr(given.tolist()), 60)  # characters
            raise ValueError(f"rows must be indices from 0 to {len(self.games) - 1}, got {shown}")
        return given.astype(np.int64, copy=False)

    def _spread(self, rows: Rows, actions: NDArray[np.int64] | int) -> NDArray[np.int64]:
        """Return `(num_envs,)` actions that let all but the games `rows` wait."""
        spread = np.full(len(self.games), WAIT, np.int64)
        spread[rows] = actions
        return spread

    def _advance(self, actions: NDArray[np.int64], step: Step) -> None:
        options = (self.skip_forced, self._auto_reset)
        advance(self.games, actions, self._streams, self.rules, options, self.views, step)

    def _look(self, rows: Rows) -> None:
        """Show the games `rows` without playing."""
        self._advance(self._spread(rows, LOOK), new_step(len(self.games)))


class VectorEnv(DealtGames):
    """Endless games: a finished one is dealt anew at once.

    Every place has a stream of deals of its own, so what happens in one game changes no other.
    """

    def __init__(
        self,
        num_envs: int,
        rng: np.random.Generator,
        *,
        rules: Rules = CUTTLE_CARDS,
        skip_forced: bool = True,
    ) -> None:
        """Deal `num_envs` games and draw the streams of the following ones from `rng`."""
        super().__init__(random_decks(num_envs, rng), rules=rules, skip_forced=skip_forced)
        self._auto_reset = True
        self._streams = random_streams(num_envs, rng)

    def state_dict(self) -> dict[str, Any]:
        """Return everything needed to continue exactly here; fresh arrays and plain values."""
        return {
            "games": self.games.view(np.uint8).reshape(len(self.games), -1).copy(),
            "streams": self._streams.copy(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue where `state_dict` was taken; raise ValueError for another number of games."""
        if len(state["games"]) != len(self.games):
            raise ValueError(
                f"a state of {len(self.games)} games is needed, got {len(state['games'])}"
            )
        self.games[:] = np.ascontiguousarray(state["games"]).view(self.games.dtype).reshape(-1)
        self._streams[:] = state["streams"]
        self._look(self._rows)
