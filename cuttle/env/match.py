"""Matches between players: the loop in which they decide, and matches on given deals."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cuttle.env.vector import DealtGames
from cuttle.game.variants import CUTTLE_CARDS, Rules


class Player(Protocol):
    """Whoever chooses actions from what the acting player may know."""

    def act(
        self,
        observation: NDArray[np.int64],
        legal_mask: NDArray[np.bool_],
        rng: np.random.Generator,
    ) -> NDArray[np.int64]:
        """Choose legal actions `(batch,)` for `(batch, OBS_WORDS)`, `(batch, NUM_ACTIONS)`."""


Seated = tuple[Player, NDArray[np.uint8]]  # a player and its seat in each game, (num_envs,)


def let_play(games: DealtGames, seated: Sequence[Seated], rng: np.random.Generator) -> None:
    """Play until no unfinished game waits for one of these players.

    `rng` serves the choices of players that use chance.
    """
    while True:
        running = ~games.over
        turns = [
            (player, np.flatnonzero(running & (games.acting == seats))) for player, seats in seated
        ]
        chosen = [
            (rows, player.act(games.observation[rows], games.legal_mask[rows], rng))
            for player, rows in turns
            if rows.size
        ]
        if not chosen:
            return
        rows, actions = map(np.concatenate, zip(*chosen, strict=True))
        games.step(actions, rows=rows)


def play_deals(
    players: tuple[Player, Player],
    decks: NDArray[np.uint8],
    rng: np.random.Generator,
    *,
    rules: Rules = CUTTLE_CARDS,
) -> NDArray[np.int8]:
    """Play one game per deal, `players[0]` moving first; return the winning seats, -1 for a draw.

    `rng` serves the choices of players that use chance.
    """
    games = DealtGames(decks, rules=rules)
    seats = (np.full(len(decks), seat, np.uint8) for seat in range(2))
    let_play(games, tuple(zip(players, seats, strict=True)), rng)
    return games.winner
