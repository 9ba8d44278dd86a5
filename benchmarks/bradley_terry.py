"""Ratings of players on one scale from the games between them (Bradley-Terry, in Elo). No games.

A player rated r wins against one rated s with probability 1 / (1 + 10^((s - r) / 400)); a draw is
half a win. Intervals resample deals, because all pairs play the same deals from both seats.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cuttle.analysis.numerics import TAIL, FloatArray

ELO = 400 / math.log(10)  # rating points in one unit of log odds
# Virtual drawn deals a pair: without any, whoever never lost would have an infinite rating.
PRIOR_DRAWS = 1.0
_TOLERANCE = 1e-10  # of the log odds
_MOST_STEPS = 100

Results = Mapping[tuple[str, str], FloatArray]  # pair -> score of the first, a deal: 0 to 1


@dataclass(frozen=True, slots=True)
class Rating:
    """Rating of one player in Elo relative to the anchor, with a percentile interval."""

    name: str
    elo: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Misfit:
    """The pair whose score the ratings miss most; large where A beats B beats C beats A."""

    pair: tuple[str, str]
    observed: float  # mean score of the first, 0 to 1
    expected: float


def fit(scores: FloatArray, games: FloatArray) -> FloatArray:
    """Return log strengths `(players,)` of mean 0 by maximum likelihood (Newton).

    scores, games: (players, players), row against column; games is symmetric
    """
    prior = PRIOR_DRAWS * (games > 0)
    games = games + prior
    scores = scores + prior / 2
    strength = np.zeros(len(games))
    for _ in range(_MOST_STEPS):
        expected = expected_scores(strength)
        weight = games * expected * (1 - expected)
        gradient = (scores - games * expected).sum(axis=1)
        # Adding a constant to all strengths changes nothing: the ones make the matrix regular.
        curvature = np.diag(weight.sum(axis=1)) - weight + 1 / len(games)
        step = np.clip(np.linalg.solve(curvature, gradient), -1.0, 1.0)
        strength += step
        if np.abs(step).max() < _TOLERANCE:
            break
    centred: FloatArray = strength - strength.mean()
    return centred


def expected_scores(strength: FloatArray) -> FloatArray:
    """Return the expected score a game of every player (row) against every other (column)."""
    scores: FloatArray = 1 / (1 + np.exp(strength[None, :] - strength[:, None]))
    return scores


def rate(
    results: Results, *, anchor: str, rng: np.random.Generator, resamples: int = 1_000
) -> list[Rating]:
    """Rate all players of a round robin, best first; the anchor has 0 by definition.

    Every pair must have a score for the same deals; `rng` draws the resamples of deals. Raises
    ValueError for an anchor that did not play.
    """
    names = _names(results)
    if anchor not in names:
        raise ValueError(f"anchor must be one of {', '.join(names)}, got {anchor!r}")
    table = np.array([np.asarray(scores, np.float64) for scores in results.values()])
    num_deals = table.shape[1]
    zero = names.index(anchor)
    counts = rng.multinomial(num_deals, np.full(num_deals, 1 / num_deals), resamples)
    samples = np.array([_elo(results, names, table @ count, num_deals) for count in counts])
    elo = _elo(results, names, table.sum(axis=1), num_deals)
    relative = samples - samples[:, [zero]]
    low, high = np.percentile(relative, [100 * TAIL, 100 - 100 * TAIL], axis=0)
    ratings = [
        Rating(name, float(elo[i] - elo[zero]), float(low[i]), float(high[i]))
        for i, name in enumerate(names)
    ]
    return sorted(ratings, key=lambda rating: -rating.elo)


def worst_misfit(results: Results) -> Misfit:
    """Find the pair whose observed score is farthest from what the ratings say."""
    names = _names(results)
    num_deals = len(next(iter(results.values())))
    totals = np.array([np.asarray(scores, np.float64).sum() for scores in results.values()])
    expected = expected_scores(_elo(results, names, totals, num_deals) / ELO)
    misfits = [
        Misfit(pair, total / num_deals, float(expected[names.index(pair[0]), names.index(pair[1])]))
        for pair, total in zip(results, totals, strict=True)
    ]
    return max(misfits, key=lambda misfit: abs(misfit.observed - misfit.expected))


def _names(results: Results) -> list[str]:
    return sorted({name for pair in results for name in pair})


def _elo(results: Results, names: list[str], totals: NDArray[np.float64], deals: int) -> FloatArray:
    """Fit the ratings in Elo from each pair's total score over `deals` games."""
    scores = np.zeros((len(names), len(names)))
    games = np.zeros_like(scores)
    for (first, second), total in zip(results, totals, strict=True):
        i, j = names.index(first), names.index(second)
        scores[i, j], scores[j, i] = total, deals - total
        games[i, j] = games[j, i] = deals
    return ELO * fit(scores, games)
