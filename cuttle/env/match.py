"""Matches: two players meet on given deals. No learning, no statistics."""

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


def play_deals(
    players: tuple[Player, Player],
    decks: NDArray[np.uint8],
    rng: np.random.Generator,
    *,
    rules: Rules = CUTTLE_CARDS,
) -> NDArray[np.int8]:
    """Play one game a deal, `players[0]` moving first; return the winning seats, -1 for a draw.

    `rng` serves the choices of players that use chance.
    """
    games = DealtGames(decks, rules=rules)
    actions = np.zeros(len(decks), np.int64)
    while not (over := games.over).all():
        for seat, player in enumerate(players):
            turn = np.flatnonzero(~over & (games.acting == seat))
            if turn.size:
                actions[turn] = player.act(games.observation[turn], games.legal_mask[turn], rng)
        games.step(actions)
    return games.winner
