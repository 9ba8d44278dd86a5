"""Ratings of the fixed opponents, and of trained runs if given, from a round robin.

    python benchmarks/ratings.py [RUN_DIR ...] [--games 2000] [--seed 0] [--opponents NAME ...]

Every pair plays the same deals twice, once from each seat. Elo by Bradley-Terry, `randomized` at 0,
draws as half wins, 95% intervals from resampled deals.
"""

import argparse
import itertools
from pathlib import Path

import numpy as np
from bradley_terry import rate, worst_misfit
from numpy.typing import NDArray

from cuttle import opponents
from cuttle.env.match import Player, play_deals
from cuttle.game.state import random_decks
from cuttle.play.model import load_model

RULES = "cuttle_cards"  # of every player here
ANCHOR = "randomized"


def score_of(winner: NDArray[np.int8], *, seat: int) -> NDArray[np.float64]:
    """Return what a seat scored in each game: 1, 0 or half for a draw."""
    return np.where(winner < 0, 0.5, (winner == seat).astype(np.float64))


def mean_scores(
    first: Player, second: Player, decks: NDArray[np.uint8], seed: int
) -> NDArray[np.float64]:
    """Return the score of `first` on each deal, the mean of its games from both seats."""
    as_first = play_deals((first, second), decks, np.random.default_rng([seed, 0]))
    as_dealer = play_deals((second, first), decks, np.random.default_rng([seed, 1]))
    return (score_of(as_first, seat=0) + score_of(as_dealer, seat=1)) / 2


def load_players(names: list[str], run_dirs: list[Path]) -> dict[str, Player]:
    """Load opponents by name and runs by directory, named after the experiment and the run."""
    players = {name: opponents.load(name) for name in names}
    for run_dir in run_dirs:
        path = run_dir.resolve()
        players[f"{path.parent.name}/{path.name}"] = load_model(path, RULES)
    return players


def main() -> None:
    """Play the round robin and print the ratings."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run_dirs", metavar="RUN_DIR", nargs="*", type=Path)
    parser.add_argument("--games", type=int, default=2_000, help="games a pair, both seats")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--opponents", nargs="+", default=opponents.names(), metavar="NAME")
    arguments = parser.parse_args()
    players = load_players(sorted({*arguments.opponents, ANCHOR}), arguments.run_dirs)
    decks = random_decks(arguments.games // 2, np.random.default_rng(arguments.seed))
    results = {}
    for pair in itertools.combinations(players, 2):
        results[pair] = mean_scores(players[pair[0]], players[pair[1]], decks, arguments.seed)
        print(f"{pair[0]} against {pair[1]}: {100 * results[pair].mean():.1f}%", flush=True)
    print(f"\n{'player':<40} {'Elo':>6}  95% interval   ({2 * len(decks)} games per pair)")
    for rating in rate(results, anchor=ANCHOR, rng=np.random.default_rng(arguments.seed)):
        print(f"{rating.name:<40} {rating.elo:>6.0f}  {rating.low:>5.0f} to {rating.high:<5.0f}")
    misfit = worst_misfit(results)
    print(
        f"worst fit: {' against '.join(misfit.pair)}, "
        f"{100 * misfit.observed:.1f} % played, {100 * misfit.expected:.1f} % by the ratings"
    )


if __name__ == "__main__":
    main()
