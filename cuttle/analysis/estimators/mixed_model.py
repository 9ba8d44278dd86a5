"""Logistic regression with a normal effect of each run. No tests of single groups."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import optimize, special

from cuttle.analysis.estimators.binomial import Counts
from cuttle.analysis.estimators.core import Estimate, FloatArray, NotComputable
from cuttle.analysis.estimators.distributions import chi2_upper

NODES = 25
NEWTON_STEPS = 50
CONVERGED = 1e-9
GRADIENT = 1e-6  # of the log-likelihood at its maximum
DIFFERENCE = 1e-4
SMALL_SD = 1e-3  # of a logit; below this the spread of runs is that of coin flips


@dataclass(frozen=True, slots=True)
class LogitNormal(Estimate):
    """Wins ~ Binomial(games, logistic(group + run)), run ~ N(0, sd_run^2), maximum likelihood.

    coefficients: logit of the first group, then each other group's difference to it
    lrt_chi2, p: likelihood ratio against one common group. Its chi-square needs many runs: at level
        .05 it rejects about .13 of true nulls at 3 runs a group, .08 at 7. Read the F of
        `quasi_binomial`, which keeps its level.
    """

    coefficients: tuple[float, ...]
    standard_errors: tuple[float, ...]
    sd_run: float
    log_likelihood: float
    lrt_chi2: float
    df: int
    p: float


@dataclass(frozen=True, slots=True)
class _Data:
    """wins, games: (runs,) float64; design: (runs, coefficients) float64."""

    wins: FloatArray
    games: FloatArray
    design: FloatArray


def logit_normal(groups: Mapping[str, tuple[Counts, Counts]]) -> LogitNormal | NotComputable:
    """Compare groups of (wins, games) with an effect of each run (Pinheiro & Bates 1995, 2.4)."""
    parts = [(w, g) for w, g in groups.values() if len(w)]
    if len(parts) < 2 or sum(len(w) for w, _ in parts) <= len(parts):
        return NotComputable("needs 2 groups and more runs than groups")
    wins = np.concatenate([np.asarray(w, dtype=np.float64) for w, _ in parts])
    games = np.concatenate([np.asarray(g, dtype=np.float64) for _, g in parts])
    member = np.repeat(np.arange(len(parts)), [len(w) for w, _ in parts])
    totals = np.bincount(member, wins) / np.bincount(member, games)
    if np.any((totals == 0) | (totals == 1)):
        return NotComputable("a group won all or none of its games: its logit is infinite")
    design = np.column_stack([np.ones(wins.size), *(member == i for i in range(1, len(parts)))])
    full = _fit(_Data(wins, games, design))
    null = _fit(_Data(wins, games, design[:, :1]))
    lrt = max(0.0, 2 * (null[1] - full[1]))
    return LogitNormal(
        coefficients=tuple(float(b) for b in full[0][:-1]),
        standard_errors=_standard_errors(_Data(wins, games, design), full[0]),
        sd_run=sd if (sd := float(full[0][-1])) >= SMALL_SD else 0.0,
        log_likelihood=-full[1],
        lrt_chi2=lrt,
        df=len(parts) - 1,
        p=chi2_upper(lrt, len(parts) - 1),
    )


def _fit(data: _Data) -> tuple[FloatArray, float]:
    """Minimise the negative log-likelihood over coefficients and the sd of runs."""
    rates = (data.wins + 0.5) / (data.games + 1)
    logits = np.log(rates / (1 - rates))
    start = np.linalg.lstsq(data.design, logits, rcond=None)[0]
    spread = max(float(np.std(logits - data.design @ start)), 0.05)
    found = optimize.minimize(
        _negative_log_likelihood,
        np.append(start, spread),
        args=(data,),
        jac=True,
        method="BFGS",
        options={"gtol": GRADIENT},
    )
    theta = np.asarray(found.x, dtype=np.float64)
    theta[-1] = abs(theta[-1])
    return theta, float(found.fun)


def _negative_log_likelihood(theta: FloatArray, data: _Data) -> tuple[float, FloatArray]:
    """Integrate each run's effect out by Gauss-Hermite nodes at its mode; value and gradient.

    The likelihood is even in the sd, so that a step across zero does no harm.
    """
    eta, sd = data.design @ theta[:-1], float(theta[-1])
    mode, scale = _modes(eta, sd, data)
    nodes, weights = _hermite()
    z = mode[:, None] + math.sqrt(2) * scale[:, None] * nodes
    at = eta[:, None] + sd * z
    inner = _log_binomial(at, data.wins[:, None], data.games[:, None])
    log_terms = inner - z**2 / 2 + nodes**2 + np.log(weights)
    top = log_terms.max(axis=1)
    terms = np.exp(log_terms - top[:, None])
    sums = terms.sum(axis=1)
    integral = top + np.log(sums) + np.log(scale) - 0.5 * math.log(math.pi)
    score = terms * (data.wins[:, None] - data.games[:, None] * special.expit(at))
    by_run = score.sum(axis=1) / sums
    by_sd = float(np.sum((score * z).sum(axis=1) / sums))
    value = -float(np.sum(_log_choose(data) + integral))
    return value, -np.append(data.design.T @ by_run, by_sd)


def _modes(eta: FloatArray, sd: float, data: _Data) -> tuple[FloatArray, FloatArray]:
    """Find where each run's standardised effect is likeliest, and the width there, by Newton."""
    z = np.zeros_like(eta)
    for _ in range(NEWTON_STEPS):
        p = special.expit(eta + sd * z)
        gradient = sd * (data.wins - data.games * p) - z
        step = np.clip(gradient / (sd**2 * data.games * p * (1 - p) + 1), -2.0, 2.0)
        z = z + step
        if np.max(np.abs(step)) < CONVERGED:
            break
    p = special.expit(eta + sd * z)
    return z, 1 / np.sqrt(sd**2 * data.games * p * (1 - p) + 1)


def _hessian(theta: FloatArray, data: _Data) -> FloatArray:
    """Second derivatives by central differences of the gradient."""
    moves = DIFFERENCE * np.eye(theta.size)
    rows = [
        _negative_log_likelihood(theta + move, data)[1]
        - _negative_log_likelihood(theta - move, data)[1]
        for move in moves
    ]
    hessian = np.array(rows) / (2 * DIFFERENCE)
    return np.asarray((hessian + hessian.T) / 2)


def _standard_errors(data: _Data, theta: FloatArray) -> tuple[float, ...]:
    """Invert the Hessian; without a run effect, over the coefficients alone."""
    count = theta.size if theta[-1] >= SMALL_SD else theta.size - 1
    covariance = np.linalg.pinv(_hessian(theta, data)[:count, :count])
    return tuple(float(math.sqrt(max(0.0, v))) for v in np.diag(covariance)[: theta.size - 1])


def _log_binomial(eta: FloatArray, wins: FloatArray, games: FloatArray) -> FloatArray:
    return np.asarray(wins * eta - games * np.logaddexp(0.0, eta))


def _log_choose(data: _Data) -> FloatArray:
    losses = data.games - data.wins
    return np.asarray(
        special.gammaln(data.games + 1)
        - special.gammaln(data.wins + 1)
        - special.gammaln(losses + 1)
    )


@lru_cache(maxsize=1)
def _hermite() -> tuple[FloatArray, FloatArray]:
    nodes, weights = np.polynomial.hermite.hermgauss(NODES)
    return nodes, weights
