"""Games as coin flips: intervals of one rate, and how much of the spread of runs they explain."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from cuttle.analysis.estimators.core import TAIL, Estimate, FloatArray, NotComputable, variance_of
from cuttle.analysis.estimators.descriptive import Interval
from cuttle.analysis.estimators.distributions import (
    chi2_lower,
    chi2_upper,
    f_upper,
    normal_quantile,
)

Counts = Sequence[int] | NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class VarianceComponents(Estimate):
    """The variance of win rates over runs, split into the games' noise and the rest.

    Where runs share their deals, their luck varies less than the binomial has it: then binomial_var
    and the share are upper bounds, between_seed_var a lower one, and p_under says nothing.

    total_var: of the rates, ddof 1; binomial_var: mean p (1 - p) / (games - 1)
    between_seed_var: their difference, at least 0
    share_of_variance_from_finite_games: binomial_var / total_var, at most 1; None if total is 0
    dispersion_chi2: sum (w - G p)^2 / (G p (1 - p)) at the pooled rate p
    p_over: probability of as much spread from coin flips alone; small means seeds matter
    p_under: probability of as little spread; small means more alike than independent games
    """

    pooled_rate: float
    total_var: float
    binomial_var: float
    between_seed_var: float
    share_of_variance_from_finite_games: float | None
    dispersion_chi2: float
    dispersion_df: int
    p_over: float
    p_under: float


@dataclass(frozen=True, slots=True)
class QuasiBinomial(Estimate):
    """Logistic regression of wins on group with a common dispersion.

    coefficients: logit of the first group's pooled rate, then each other group's difference to it
    dispersion: Pearson chi-square over its degrees of freedom
    """

    coefficients: tuple[float, ...]
    standard_errors: tuple[float, ...]
    dispersion: float
    deviance: float
    null_deviance: float
    F: float
    df1: int
    df2: int
    p: float


def wilson_interval(wins: int, games: int) -> Interval:
    """Score interval of a rate (Wilson 1927)."""
    z, rate = normal_quantile(1 - TAIL), wins / games
    center = (rate + z**2 / (2 * games)) / (1 + z**2 / games)
    spread = rate * (1 - rate) / games + z**2 / (4 * games**2)
    half = z * math.sqrt(spread) / (1 + z**2 / games)
    return Interval(max(0.0, center - half), min(1.0, center + half))


def clopper_pearson_interval(wins: int, games: int) -> Interval:
    """Interval of a rate that never covers less than it says (Clopper & Pearson 1934)."""
    low = 0.0 if wins == 0 else float(special.betaincinv(wins, games - wins + 1, TAIL))
    high = 1.0 if wins == games else float(special.betaincinv(wins + 1, games - wins, 1 - TAIL))
    return Interval(low, high)


def jeffreys_interval(wins: int, games: int) -> Interval:
    """Equal-tailed interval of the posterior under Jeffreys' prior (Brown, Cai & DasGupta 2001)."""
    a, b = wins + 0.5, games - wins + 0.5
    return Interval(
        float(special.betaincinv(a, b, TAIL)), float(special.betaincinv(a, b, 1 - TAIL))
    )


def variance_components(wins: Counts, games: Counts) -> VarianceComponents | NotComputable:
    """Split the variance over runs by the method of moments; test its size against coin flips."""
    w, g = np.asarray(wins, dtype=np.float64), np.asarray(games, dtype=np.float64)
    if w.size < 2:
        return NotComputable(f"n < 2: no spread from {w.size} run(s)")
    if np.any(g < 2):
        return NotComputable("a run with fewer than 2 games has no binomial variance")
    pooled = float(w.sum() / g.sum())
    if pooled in (0.0, 1.0):
        return NotComputable("every game was won" if pooled else "no game was won")
    rates = w / g
    total, binomial = variance_of(rates), float(np.mean(rates * (1 - rates) / (g - 1)))
    chi2 = _pearson(w, g, pooled)
    return VarianceComponents(
        pooled_rate=pooled,
        total_var=total,
        binomial_var=binomial,
        between_seed_var=max(0.0, total - binomial),
        share_of_variance_from_finite_games=min(1.0, binomial / total) if total else None,
        dispersion_chi2=chi2,
        dispersion_df=w.size - 1,
        p_over=chi2_upper(chi2, w.size - 1),
        p_under=chi2_lower(chi2, w.size - 1),
    )


def quasi_binomial(
    groups: Mapping[str, tuple[Counts, Counts]],
) -> QuasiBinomial | NotComputable:
    """Compare groups of (wins, games) by logistic regression (McCullagh & Nelder 1989, ch. 4)."""
    counts = [
        (np.asarray(w, dtype=np.float64), np.asarray(g, dtype=np.float64))
        for w, g in groups.values()
        if len(w)
    ]
    k, n = len(counts), sum(w.size for w, _ in counts)
    if k < 2 or n <= k:
        return NotComputable("needs 2 groups and more runs than groups")
    rates = [float(w.sum() / g.sum()) for w, g in counts]
    if any(rate in (0.0, 1.0) for rate in rates):
        return NotComputable("a group won all or none of its games: its logit is infinite")
    grand = sum(float(w.sum()) for w, _ in counts) / sum(float(g.sum()) for _, g in counts)
    chi2 = sum(_pearson(w, g, p) for (w, g), p in zip(counts, rates, strict=True))
    dispersion = chi2 / (n - k)
    if dispersion == 0:
        return NotComputable("zero dispersion: identical results across seeds")
    deviance = sum(_deviance(w, g, p) for (w, g), p in zip(counts, rates, strict=True))
    null = sum(_deviance(w, g, grand) for w, g in counts)
    logits = [math.log(p / (1 - p)) for p in rates]
    errors = [1 / (float(g.sum()) * p * (1 - p)) for (_, g), p in zip(counts, rates, strict=True)]
    f = (null - deviance) / (k - 1) / dispersion
    return QuasiBinomial(
        coefficients=(logits[0], *(x - logits[0] for x in logits[1:])),
        standard_errors=tuple(
            math.sqrt(dispersion * e) for e in (errors[0], *(x + errors[0] for x in errors[1:]))
        ),
        dispersion=dispersion,
        deviance=deviance,
        null_deviance=null,
        F=f,
        df1=k - 1,
        df2=n - k,
        p=f_upper(f, k - 1, n - k),
    )


def _pearson(wins: FloatArray, games: FloatArray, rate: float) -> float:
    return math.fsum((wins - games * rate) ** 2 / (games * rate * (1 - rate)))


def _deviance(wins: FloatArray, games: FloatArray, rate: float) -> float:
    """Twice the log-likelihood that the saturated model has above a common rate."""
    losses = games - wins
    won = special.xlogy(wins, wins / (games * rate))
    lost = special.xlogy(losses, losses / (games * (1 - rate)))
    return 2 * math.fsum(won + lost)
