"""What this study could see: detectable differences, needed runs, and games against runs."""

import math
from typing import Any

from cuttle.analysis.estimators.binomial import VarianceComponents, variance_components
from cuttle.analysis.estimators.core import ALPHA, NotComputable
from cuttle.analysis.estimators.omnibus import Anova, anova
from cuttle.analysis.estimators.power import (
    POWER,
    mde_anova,
    mde_two_sample,
    needed_two_sample,
    sd_interval,
)
from cuttle.analysis.opponents import groups_with_runs, per_opponent
from cuttle.analysis.study import Study

EFFECTS = (0.5, 0.8, 1.0, 1.5, 2.0)
POINTS = (0.02, 0.05, 0.10)
GAMES = (124, 250, 500, 1000, 2000, 5000)
SD_CONFIDENCE = 0.6  # its upper end is the one-sided 80 % limit of the sd


def compute(study: Study) -> Any:
    """Compute detectable effects at this study's size and spread, by opponent."""
    return per_opponent(study, lambda opponent: _block(study, opponent))


def _block(study: Study, opponent: str) -> dict[str, Any]:
    groups = groups_with_runs(study, opponent)
    sizes = [rates.size for rates in groups.values() if rates.size >= 2]
    k = len(sizes)
    if k < 2:
        return {"study": NotComputable("fewer than 2 types with 2 runs or more")}
    m, n = k * (k - 1) // 2, min(sizes)
    fit = anova({name: rates for name, rates in groups.items() if rates.size >= 2})
    d = mde_two_sample(n, ALPHA / m, POWER)
    return {
        "alpha": ALPHA,
        "power": POWER,
        "family_size": m,
        "alpha_per_pair": ALPHA / m,
        "n": n,
        "mde_d": d,
        "mde_d_uncorrected": mde_two_sample(n, ALPHA, POWER),
        "mde_anova_f": mde_anova(k, n, ALPHA, POWER),
        "study": _in_points(fit, d, m),
        "runs_needed_by_effect": {
            f"{effect:g}": needed_two_sample(effect, ALPHA / m, POWER).n for effect in EFFECTS
        },
        "more_games": _more_games(study, opponent, d),
        "caution": "a significant difference at this size overstates the true one on average",
    }


def _in_points(fit: Anova | NotComputable, d: float, m: int) -> Any:
    """Translate the detectable effect into win rate by the pooled sd of runs."""
    if isinstance(fit, NotComputable):
        return fit
    sd = fit.residual_sd
    upper = sd_interval(sd, fit.df2, SD_CONFIDENCE).high
    return {
        "pooled_sd": sd,
        "pooled_sd_upper_80": upper,
        "mde": d * sd,
        "mde_at_upper_sd": d * upper,
        "runs_needed_by_difference": {
            f"{points:g}": needed_two_sample(points / sd, ALPHA / m, POWER).n for points in POINTS
        },
    }


def _more_games(study: Study, opponent: str, d: float) -> Any:
    """Predict the sd of runs and the detectable difference for other numbers of final games."""
    parts = [
        part
        for tallies in study.tallies(opponent).values()
        if isinstance(
            part := variance_components([t.wins for t in tallies], [t.games for t in tallies]),
            VarianceComponents,
        )
    ]
    if not parts:
        return NotComputable("no type with a variance over runs")
    seeds = sum(part.between_seed_var for part in parts) / len(parts)
    flips = sum(part.pooled_rate * (1 - part.pooled_rate) for part in parts) / len(parts)
    table = {str(games): math.sqrt(seeds + flips / games) for games in GAMES}
    return {
        "between_seed_sd": math.sqrt(seeds),
        "sd_by_games": table,
        "mde_by_games": {games: d * sd for games, sd in table.items()},
    }
