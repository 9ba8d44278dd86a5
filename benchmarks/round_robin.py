"""Round robin of the fixed opponents, both seats.

    python benchmarks/round_robin.py [--games 10000] [--seed 0] [--opponents NAME,NAME]

Every pair plays the same deals twice, once from each seat. The default leaves out monte_carlo, to
which a decision is work of milliseconds.
"""

import argparse
import itertools
import time

import numpy as np

from cuttle import opponents
from cuttle.env.match import play_deals
from cuttle.game.state import random_decks


def wins_draws(first: str, second: str, decks: np.ndarray, seed: int) -> tuple[int, int]:
    """Count the wins and draws of `first`, which plays every deal from both seats."""
    players = opponents.load(first), opponents.load(second)
    as_first = play_deals(players, decks, np.random.default_rng([seed, 0]))
    as_dealer = play_deals(players[::-1], decks, np.random.default_rng([seed, 1]))
    wins = int((as_first == 0).sum() + (as_dealer == 1).sum())
    return wins, int((as_first < 0).sum() + (as_dealer < 0).sum())


def main() -> None:
    """Play the round robin and print the table of win percentages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--games", type=int, default=10_000, help="games a cell, both seats")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--opponents", default="gap_maximizer,high_card,randomized")
    arguments = parser.parse_args()
    decks = random_decks(arguments.games // 2, np.random.default_rng(arguments.seed))
    print(f"{arguments.games} games a cell, half from each seat; win % of the row (draw %)")
    for first, second in itertools.product(arguments.opponents.split(","), repeat=2):
        started = time.perf_counter()
        wins, draws = wins_draws(first, second, decks, arguments.seed)
        games = 2 * len(decks)
        print(
            f"{first:>15} vs {second:<15} {100 * wins / games:6.2f} ({100 * draws / games:.2f})"
            f"   {time.perf_counter() - started:.2f} s"
        )


if __name__ == "__main__":
    main()
