"""Many games side by side, seen by whoever must decide. No players, no learning."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from cuttle.env.observation import OBS_WORDS, observe
from cuttle.game.actions import (
    FIRST_CHOICE,
    FIRST_EFFECT,
    FIRST_PLAY,
    FIRST_SCUTTLE,
    NUM_ACTIONS,
)
from cuttle.game.legal import is_legal, legal_count, legal_sets, nth_legal
from cuttle.game.rules import play
from cuttle.game.state import NUM_CARDS, acting, deal, new_games, random_decks, shuffle
from cuttle.game.variants import CUTTLE_CARDS, Rules

_BLOCKS = ((FIRST_PLAY, 52), (FIRST_EFFECT, 36), (FIRST_SCUTTLE, 40), (FIRST_CHOICE, 52))


@dataclass(frozen=True)
class Step:
    """Outcome of one decision in each game; fresh arrays `(num_envs,)`."""

    mover: NDArray[np.uint8]  # seat that decided
    reward: NDArray[np.float32]  # for the mover: 1 won, -1 lost, 0 otherwise
    done: NDArray[np.bool_]  # the game ended with this step
    winner: NDArray[np.int8]  # seat, or -1 for a draw or an unfinished game


@njit(inline="always")
def _write_mask(sets, row):  # type: ignore[no-untyped-def]  # the tuple of legal_sets
    """Write legal sets as booleans `(NUM_ACTIONS,)`."""
    default, play_set, effect, scuttle, choice = sets
    row[0] = default != 0
    for card in range(52):
        row[FIRST_PLAY + card] = (play_set >> card) & 1
    for card in range(36):
        row[FIRST_EFFECT + card] = (effect >> card) & 1
    for card in range(40):
        row[FIRST_SCUTTLE + card] = (scuttle >> card) & 1
    for card in range(52):
        row[FIRST_CHOICE + card] = (choice >> card) & 1


@njit(inline="always")
def _settle(game, rules, skip_forced):  # type: ignore[no-untyped-def]  # a numba record
    """Play decisions that leave no choice; return the legal sets of the next real one."""
    sets = legal_sets(game, rules)
    while skip_forced and legal_count(sets) == 1:
        play(game, nth_legal(sets, 0), rules)
        sets = legal_sets(game, rules)
    return sets


@njit(cache=True)
def _show(games, rules, skip_forced, observation, legal_mask, seats):  # type: ignore[no-untyped-def]
    """Write the view of every game's acting player."""
    for i in range(games.size):
        game = games[i]
        _write_mask(_settle(game, rules, skip_forced), legal_mask[i])
        seats[i] = acting(game)
        observe(game, seats[i], rules, observation[i])


@njit(cache=True)
def _find_illegal(games, actions, rules):  # type: ignore[no-untyped-def]
    """Return the first game whose action is illegal, or -1."""
    for i in range(games.size):
        if not games[i].over and not is_legal(legal_sets(games[i], rules), actions[i]):
            return i
    return -1


@njit(cache=True)
def _step(games, actions, rules, skip_forced, observation, legal_mask, seats,  # type: ignore[no-untyped-def]
          reward, done, winner):  # fmt: skip
    """Play one action in every unfinished game and write the next views."""
    for i in range(games.size):
        game = games[i]
        reward[i] = 0.0
        done[i] = False
        winner[i] = -1
        if game.over:
            continue
        mover = acting(game)
        play(game, actions[i], rules)
        sets = _settle(game, rules, skip_forced)
        if game.over:
            done[i] = True
            winner[i] = game.winner
            if game.winner >= 0:
                reward[i] = 1.0 if game.winner == mover else -1.0
        _write_mask(sets, legal_mask[i])
        seats[i] = acting(game)
        observe(game, seats[i], rules, observation[i])


@njit(cache=True)
def _deal_anew(games, deck, rng):  # type: ignore[no-untyped-def]
    """Shuffle and deal every finished game."""
    for i in range(games.size):
        if games[i].over:
            shuffle(deck, rng)
            deal(games[i], deck)


@njit(cache=True)
def _deal_all(games, decks):  # type: ignore[no-untyped-def]
    for i in range(games.size):
        deal(games[i], decks[i])


class DealtGames:
    """Games from given deals, each played once; a finished game stays as it is.

    `observation (n, OBS_WORDS) int64`, `legal_mask (n, NUM_ACTIONS) bool` and `acting (n,) uint8`
    show each game to the seat that must decide. They are live buffers: copy what you keep.
    With `skip_forced`, decisions with a single legal action are played unseen.
    """

    def __init__(
        self,
        decks: NDArray[np.uint8],
        *,
        rules: Rules = CUTTLE_CARDS,
        skip_forced: bool = True,
    ) -> None:
        """Deal one game for each deck order of `decks (n, 52)`."""
        num_envs = len(decks)
        self.rules = rules
        self.skip_forced = skip_forced
        self.games = new_games(num_envs)
        self.observation = np.empty((num_envs, OBS_WORDS), np.int64)
        self.legal_mask = np.empty((num_envs, NUM_ACTIONS), np.bool_)
        self.acting = np.empty(num_envs, np.uint8)
        _deal_all(self.games, decks)
        self._show()

    @property
    def over(self) -> NDArray[np.bool_]:
        """Tell which games are finished, `(n,) bool`."""
        finished: NDArray[np.bool_] = self.games["over"].copy()
        return finished

    @property
    def winner(self) -> NDArray[np.int8]:
        """Return the winning seat of each game, -1 where there is none, `(n,) int8`."""
        winners: NDArray[np.int8] = self.games["winner"].copy()
        return winners

    def step(self, actions: NDArray[np.int64]) -> Step:
        """Play `actions (n,)`, one a game; those of finished games are ignored.

        Raises ValueError for an illegal action, before anything is played.
        """
        illegal = _find_illegal(self.games, actions, self.rules)
        if illegal >= 0:
            raise ValueError(
                f"action {actions[illegal]} is not legal in game {illegal}; "
                "choose one that legal_mask allows"
            )
        num_envs = len(self.games)
        mover = self.acting.copy()
        reward = np.empty(num_envs, np.float32)
        done = np.empty(num_envs, np.bool_)
        winner = np.empty(num_envs, np.int8)
        _step(
            self.games,
            actions,
            self.rules,
            self.skip_forced,
            self.observation,
            self.legal_mask,
            self.acting,
            reward,
            done,
            winner,
        )
        return Step(mover, reward, done, winner)

    def _show(self) -> None:
        _show(
            self.games,
            self.rules,
            self.skip_forced,
            self.observation,
            self.legal_mask,
            self.acting,
        )


class VectorEnv(DealtGames):
    """Endless games: a finished one is dealt anew at once, from `rng`."""

    def __init__(
        self,
        num_envs: int,
        rng: np.random.Generator,
        *,
        rules: Rules = CUTTLE_CARDS,
        skip_forced: bool = True,
    ) -> None:
        """Deal `num_envs` games from `rng`, which this object goes on using."""
        super().__init__(random_decks(num_envs, rng), rules=rules, skip_forced=skip_forced)
        self._rng = rng
        self._deck = np.arange(NUM_CARDS, dtype=np.uint8)

    def step(self, actions: NDArray[np.int64]) -> Step:
        """Play `actions (n,)`, one a game, and deal the finished games anew."""
        outcome = super().step(actions)
        if outcome.done.any():
            _deal_anew(self.games, self._deck, self._rng)
            self._show()
        return outcome

    def state_dict(self) -> dict[str, Any]:
        """Return everything needed to continue exactly here; fresh arrays and plain values."""
        return {
            "games": self.games.view(np.uint8).reshape(len(self.games), -1).copy(),
            "deck": self._deck.copy(),
            "rng": self._rng.bit_generator.state,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue where `state_dict` was taken."""
        self.games[:] = np.ascontiguousarray(state["games"]).view(self.games.dtype).reshape(-1)
        self._deck[:] = state["deck"]
        self._rng.bit_generator.state = state["rng"]
        self._show()
