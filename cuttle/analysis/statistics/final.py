"""Final win rates of each condition: in numbers, with intervals, and what their spread is."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import special, stats
from statsmodels.stats.proportion import proportion_confint

from cuttle.analysis.data import Study, by_condition
from cuttle.analysis.numerics import (
    ALPHA,
    CONFIDENCE,
    DESCRIPTION,
    SEED,
    FloatArray,
    Row,
    degenerate,
    describe,
    is_constant,
    rows_of,
)
from cuttle.analysis.statistic import by_opponent, statistic

ALL_OPPONENTS = ""
NUM_RESAMPLES = 9_999
MAX_CELLS = 1_000_000  # of resampled values; large groups take fewer resamples, 999 at least


@by_opponent(f"condition {DESCRIPTION} optimality_gap half_draw_rate games_min games_max note")
def descriptives(study: Study, opponent: str) -> Iterator[Row]:
    """Describe every planned condition: location, spread, t interval of the mean."""
    final = study.finals(opponent)
    half_draws, games = by_condition(final, "half_draw_rate"), by_condition(final, "games")
    for name, rates in by_condition(final, "win_rate").items():
        row = {"condition": name, **describe(rates)}
        if rates.size:
            row |= {"optimality_gap": 1 - row["mean"], "half_draw_rate": half_draws[name].mean()}
            row |= {"games_min": games[name].min(), "games_max": games[name].max()}
        yield row


@by_opponent("run_id condition run games wins win_rate ci_low ci_high note")
def run_intervals(study: Study, opponent: str) -> list[dict[str, Any]]:
    """Return the score interval of each run's games (Wilson 1927), not that of other seeds."""
    runs = study.finals(opponent).drop(columns="opponent")
    low, high = proportion_confint(runs["wins"], runs["games"], alpha=ALPHA, method="wilson")
    return rows_of(runs.assign(ci_low=low, ci_high=high))


@statistic("opponent condition statistic n estimate ci_low ci_high note")
def aggregates(study: Study) -> Iterator[Row]:
    """Return mean, interquartile mean, median and optimality gap with bootstraps, after rliable.

    By opponent, and over all opponents with whole runs resampled; the median is that of the
    opponents' means over runs then, as rliable has it. Percentile intervals at 7 runs cover 87 to
    91%, not 95%: the t interval is the main one.
    """
    wide = study.final.pivot(index=["condition", "run_id"], columns="opponent", values="win_rate")
    blocks = [(opponent, [opponent]) for opponent in study.opponents]
    if len(study.opponents) > 1:
        blocks.append((ALL_OPPONENTS, list(study.opponents)))
    for opponent, columns in blocks:
        scores = wide[columns].dropna()
        conditions = scores.index.get_level_values("condition")
        for name in study.labels:
            of_condition = scores[conditions == name].to_numpy()
            for row in _aggregate(name, of_condition):
                yield {"opponent": opponent, "condition": name, **row}


def _aggregate(name: str, scores: FloatArray) -> list[dict[str, Any]]:
    """Estimate statistics of scores `(runs, opponents)` and bootstrap the same."""
    n, opponents = scores.shape
    note = degenerate({name: scores.ravel()}) or degenerate({name: scores[:, 0]}, varying="none")
    middle = "median" if opponents == 1 else "median_of_opponent_means"
    names = ("mean", "iqm", middle, "optimality_gap")
    ends = np.full((2, len(names)), np.nan)
    if not note:
        resamples = max(999, min(NUM_RESAMPLES, MAX_CELLS // scores.size))
        interval = stats.bootstrap(
            (scores,), _summaries, n_resamples=resamples, batch=max(1, MAX_CELLS // scores.size),
            axis=0, confidence_level=CONFIDENCE, method="percentile", vectorized=True, rng=SEED,
        ).confidence_interval  # fmt: skip
        ends = np.array([interval.low, interval.high])
    estimates = _summaries(scores, axis=0) if n else np.full(len(names), np.nan)
    return [
        {"statistic": s, "n": n, "estimate": e, "ci_low": low, "ci_high": high, "note": note}
        for s, e, low, high in zip(names, estimates, *ends, strict=True)
    ]


def _summaries(scores: FloatArray, axis: int) -> FloatArray:
    """Mean, IQM, median and optimality gap of the runs along an axis and of all opponents.

    scores: `(opponents, ..., runs)` or `(runs, opponents)`; the statistics come first
    """
    runs_last = np.moveaxis(scores, axis, -1)
    pooled = np.concatenate(list(runs_last), axis=-1)
    by_mean = np.median(runs_last.mean(axis=-1), axis=0)
    middle = np.median(runs_last[0], axis=-1) if len(runs_last) == 1 else by_mean
    mean = pooled.mean(axis=-1)
    return np.stack([mean, stats.trim_mean(pooled, 0.25, axis=-1), middle, 1 - mean])


@by_opponent(
    "condition n pooled_rate total_var binomial_var between_seed_var share_of_games chi2 df p_over"
    " p_under reading note"
)
def variance(study: Study, opponent: str) -> Iterator[Row]:
    """Split the variance over runs by the method of moments, and test it against the binomial.

    All runs play the same deals from both seats, so that their results vary less than those of
    independent games: what the binomial explains is an upper bound.

    binomial_var: mean p (1 - p) / (games - 1); between_seed_var: total less binomial, at least 0
    chi2: sum (w - G p)^2 / (G p (1 - p)) at the pooled rate (Cochran 1954); p_over small: the runs
        vary more than independent games, so the seed matters; p_under small: less
    """
    wins, games = (by_condition(study.finals(opponent), column) for column in ("wins", "games"))
    for name in study.labels:
        yield {"condition": name, **split_variance(name, wins[name], games[name])}


def split_variance(name: str, wins: FloatArray, games: FloatArray) -> dict[str, Any]:
    """Split the variance of one condition, of runs with so many wins of so many games."""
    note = degenerate({name: wins}, varying="none")
    if not note and (games < 2).any():
        note = "a run with fewer than two games has no binomial variance"
    pooled = float(wins.sum() / games.sum()) if wins.size else 0.0
    if not note and pooled in (0.0, 1.0):
        note = "every game was won" if pooled else "no game was won"
    if note:
        return {"n": wins.size, "reading": f"cannot be computed: {note}", "note": note}
    rates, df = wins / games, wins.size - 1
    total = 0.0 if is_constant(rates) else float(rates.var(ddof=1))
    binomial = float((rates * (1 - rates) / (games - 1)).mean())
    chi2 = float(((wins - games * pooled) ** 2 / (games * pooled * (1 - pooled))).sum())
    p_over = float(special.chdtrc(df, chi2))
    return {
        "n": wins.size, "pooled_rate": pooled, "total_var": total, "binomial_var": binomial,
        "between_seed_var": max(0.0, total - binomial),
        "share_of_games": min(1.0, binomial / total) if total else 1.0,
        "chi2": chi2, "df": df, "p_over": p_over, "p_under": float(special.chdtr(df, chi2)),
        "reading": _reading(total, p_over),
    }  # fmt: skip


def _reading(total: float, p_over: float) -> str:
    if total == 0:
        return "all runs have the same win rate"
    if p_over < ALPHA:
        return "runs vary more than sampling error explains: the seed matters"
    return (
        "the spread is within what the sampling error of independent games could explain; as all "
        "runs play the same deals, that is an upper bound, and the seed may still matter"
    )
