"""What this study could see: detectable differences, needed runs, and games against runs."""

import math
from collections.abc import Sequence
from typing import Any

from cuttle.analysis.estimators.core import ALPHA, NotComputable
from cuttle.analysis.estimators.power import (
    POWER,
    mde_anova,
    mde_paired,
    mde_two_sample,
    needed_paired,
    needed_two_sample,
    sd_interval,
)
from cuttle.analysis.matches import Tally
from cuttle.analysis.opponents import per_opponent
from cuttle.analysis.pairwise import Comparison, compare_types
from cuttle.analysis.study import Study

EFFECTS = (0.5, 0.8, 1.0, 1.5, 2.0)
POINTS = (0.02, 0.05, 0.10)
GAMES = (124, 250, 500, 1000, 2000, 5000)
SD_CONFIDENCE = 0.6  # its upper end is the one-sided 80 % limit of the sd


@per_opponent
def compute(study: Study, opponent: str) -> dict[str, Any]:
    """Compute detectable effects at this study's size and spread."""
    tallies = {name: runs for name, runs in study.tallies(opponent).items() if runs}
    pairs = [p for p in compare_types(study, opponent) if isinstance(p, Comparison)]
    if not pairs:
        return {"pairs": NotComputable("no pair of types with a spread over 2 runs or more")}
    alpha, n = ALPHA / len(pairs), min(min(pair.n_a, pair.n_b) for pair in pairs)
    mde, needed = (
        (mde_paired, needed_paired) if study.is_paired else (mde_two_sample, needed_two_sample)
    )
    types = sum(len(runs) > 1 for runs in tallies.values())
    return {
        "alpha": ALPHA,
        "power": POWER,
        "family_size": len(pairs),
        "alpha_per_pair": alpha,
        "effect": "dz, of pairs" if study.is_paired else "d, of independent runs",
        "n": n,
        "mde_effect": mde(n, alpha),
        "mde_effect_uncorrected": mde(n, ALPHA),
        "mde_anova_f": None if study.is_paired else mde_anova(types, n),
        "runs_needed_by_effect": {f"{effect:g}": needed(effect, alpha).n for effect in EFFECTS},
        "pairs": [_pair(pair, tallies[pair.a], tallies[pair.b]) for pair in pairs],
        "caution": "a significant difference at this size overstates the true one on average",
    }


def _pair(pair: Comparison, a: Sequence[Tally], b: Sequence[Tally]) -> dict[str, Any]:
    """Translate into win rate by the spread of this pair's own runs."""
    is_paired = pair.test == "paired_t"
    # Of differences where paired; else the root mean square of both types, as the runs weigh them.
    sd = pair.se * math.sqrt(pair.n_a if is_paired else 1 / (1 / pair.n_a + 1 / pair.n_b))
    needed = needed_paired if is_paired else needed_two_sample
    alpha = ALPHA / pair.family_size
    return {
        "a": pair.a,
        "b": pair.b,
        "sd": sd,
        "mde": pair.detectable,
        "mde_at_upper_sd": pair.detectable * sd_interval(1.0, pair.df, SD_CONFIDENCE).high,
        "runs_needed_by_difference": {
            f"{points:g}": needed(points / sd, alpha).n for points in POINTS
        },
        "mde_by_games": _by_games(pair, a, b),
    }


def _by_games(pair: Comparison, a: Sequence[Tally], b: Sequence[Tally]) -> dict[str, float]:
    """Predict the detectable difference at other numbers of final games, from the spread seen.

    Only the luck of games shrinks with their number, by the binomial or the whole spread if that
    is less. As runs share their deals, luck is less than the binomial: more games help at most so.
    """
    luck = _luck(a, None) / pair.n_a + _luck(b, None) / pair.n_b
    share = min(1.0, pair.se**2 / luck) if luck else 0.0
    predicted = {}
    for games in GAMES:
        other = _luck(a, games) / pair.n_a + _luck(b, games) / pair.n_b
        error = math.sqrt(max(0.0, pair.se**2 + share * (other - luck)))
        predicted[str(games)] = pair.detectable * error / pair.se
    return predicted


def _luck(runs: Sequence[Tally], games: int | None) -> float:
    """Binomial variance of one run's rate, over its own games or another number, mean over runs."""
    return sum(run.win_rate * (1 - run.win_rate) / (games or run.games) for run in runs) / len(runs)
