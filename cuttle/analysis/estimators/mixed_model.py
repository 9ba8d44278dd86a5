"""Logistic regression with a normal effect of each run. No tests of single groups."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import special

from cuttle.analysis.estimators.binomial import Counts
from cuttle.analysis.estimators.core import Estimate, FloatArray, NotComputable
from cuttle.analysis.estimators.distributions import chi2_upper

NODES = 25
NEWTON_STEPS = 30
SMALL_SD = 1e-4


@dataclass(frozen=True, slots=True)
class LogitNormal(Estimate):
    """Wins ~ Binomial(games, logistic(group + run)), run ~ N(0, sd_run^2), maximum likelihood.

    coefficients: logit of the first group, then each other group's difference to it
    lrt_chi2, p: likelihood ratio against one common group
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
        sd_run=float(abs(full[0][-1])),
        log_likelihood=-full[1],
        lrt_chi2=lrt,
        df=len(parts) - 1,
        p=chi2_upper(lrt, len(parts) - 1),
    )


def _fit(data: _Data) -> tuple[FloatArray, float]:
    """Minimise the negative log-likelihood over coefficients and the sd of runs."""
    from scipy.optimize import minimize  # nothing else of the analysis minimises

    rates = (data.wins + 0.5) / (data.games + 1)
    logits = np.log(rates / (1 - rates))
    start = np.asarray(np.linalg.lstsq(data.design, logits, rcond=None)[0], dtype=np.float64)
    spread = max(float(np.std(logits - data.design @ start)), 0.05)
    bounds: list[tuple[float | None, float | None]] = [(None, None)] * start.size
    result = minimize(
        partial(_negative_log_likelihood, data=data),
        np.append(start, spread),
        method="L-BFGS-B",
        bounds=[*bounds, (0.0, None)],
        options={"ftol": 1e-14, "gtol": 1e-8},
    )
    return np.asarray(result.x, dtype=np.float64), float(result.fun)


def _negative_log_likelihood(theta: NDArray[np.float64], data: _Data) -> float:
    """Integrate each run's effect out by Gauss-Hermite nodes placed at its mode."""
    eta, sd = data.design @ theta[:-1], float(abs(theta[-1]))
    constant = _log_choose(data)
    if sd < SMALL_SD:
        return -float(np.sum(constant + _log_binomial(eta, data.wins, data.games)))
    mode, scale = _modes(eta, sd, data)
    nodes, weights = np.polynomial.hermite.hermgauss(NODES)
    z = mode[:, None] + math.sqrt(2) * scale[:, None] * nodes
    inner = _log_binomial(eta[:, None] + sd * z, data.wins[:, None], data.games[:, None])
    log_terms = inner - z**2 / 2 + nodes**2 + np.log(weights)
    log_integral = special.logsumexp(log_terms, axis=1) + np.log(scale) - 0.5 * math.log(math.pi)
    return -float(np.sum(constant + log_integral))


def _modes(eta: FloatArray, sd: float, data: _Data) -> tuple[FloatArray, FloatArray]:
    """Find where each run's standardised effect is likeliest, and the width there, by Newton."""
    z = np.zeros_like(eta)
    for _ in range(NEWTON_STEPS):
        p = special.expit(eta + sd * z)
        gradient = sd * (data.wins - data.games * p) - z
        curvature = sd**2 * data.games * p * (1 - p) + 1
        step = np.clip(gradient / curvature, -2.0, 2.0)
        z = z + step
        if np.max(np.abs(step)) < 1e-10:
            break
    p = special.expit(eta + sd * z)
    return z, 1 / np.sqrt(sd**2 * data.games * p * (1 - p) + 1)


def _standard_errors(data: _Data, theta: FloatArray) -> tuple[float, ...]:
    """Invert the numeric Hessian; without a run effect, over the coefficients alone."""
    count = theta.size if theta[-1] > SMALL_SD * 10 else theta.size - 1
    step = 1e-3
    moves = step * np.eye(theta.size)[:count]

    def at(shift: FloatArray) -> float:
        return _negative_log_likelihood(theta + shift, data)

    hessian = np.array(
        [[at(a + b) - at(a - b) - at(b - a) + at(-a - b) for b in moves] for a in moves]
    )
    covariance = np.linalg.pinv(hessian / (4 * step**2))
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
