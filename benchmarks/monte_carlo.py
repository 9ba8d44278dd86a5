"""Strength and speed of `monte_carlo` by its budget, against the fixed opponents.

    python benchmarks/monte_carlo.py [--budgets 25 100 400 1000 1600] [--games 2000] [--seed 0]

Every pair plays the same deals twice, once from each seat. Speed is decisions of `monte_carlo` by
the CPU seconds of its `act`, so that other work on the machine hardly moves it.
"""

import argparse
import math
import time

import numpy as np
from numpy.typing import NDArray

from cuttle import opponents
from cuttle.env.match import play_deals
from cuttle.game.state import random_decks
from cuttle.opponents.monte_carlo import MonteCarlo

RIVALS = ("randomized", "high_card", "gap_maximizer")


class Clocked:
    """A player whose decisions and seconds are counted."""

    def __init__(self, player: MonteCarlo) -> None:
        """Start the counts at nothing."""
        self.player = player
        self.decisions = 0
        self.seconds = 0.0

    def act(
        self,
        observation: NDArray[np.int64],
        legal_mask: NDArray[np.bool_],
        rng: np.random.Generator,
    ) -> NDArray[np.int64]:
        """Choose as the player does."""
        started = time.process_time()
        actions = self.player.act(observation, legal_mask, rng)
        self.seconds += time.process_time() - started
        self.decisions += len(actions)
        return actions


def main() -> None:
    """Play every budget against every rival and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--budgets", type=int, nargs="+", default=[25, 100, 400, 1000, 1600])
    parser.add_argument("--games", type=int, default=2_000, help="games a cell, both seats")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    decks = random_decks(arguments.games // 2, np.random.default_rng(arguments.seed))
    games = 2 * len(decks)
    print(
        f"{games} games per cell, half from each seat; "
        "win % with 95% margin, decisions per CPU second"
    )
    MonteCarlo(playouts=1).act(*_any_position(), np.random.default_rng(0))  # compile
    for budget in arguments.budgets:
        cells = []
        for rival in RIVALS:
            player = Clocked(MonteCarlo(playouts=budget))
            other = opponents.load(rival)
            first = play_deals((player, other), decks, np.random.default_rng([arguments.seed, 0]))
            second = play_deals((other, player), decks, np.random.default_rng([arguments.seed, 1]))
            rate = ((first == 0).sum() + (second == 1).sum()) / games
            margin = 1.96 * math.sqrt(rate * (1 - rate) / games)
            speed = player.decisions / player.seconds
            cells.append(f"{rival} {100 * rate:5.1f} +- {100 * margin:.1f} ({speed:,.0f}/s)")
        print(f"{budget:>6} playouts: {', '.join(cells)}", flush=True)


def _any_position() -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    from cuttle.env.vector import DealtGames

    games = DealtGames(random_decks(1, np.random.default_rng(0)))
    return games.observation, games.legal_mask


if __name__ == "__main__":
    main()
