"""How much of the spread of runs the sampling error of their games can explain, at most.

All runs play the same deals from both seats, so that their results vary less than those of
independent games: what the binomial says is an upper bound.
"""

from typing import Any

import pandas as pd
from scipy import special

from cuttle.analysis.data import Study, by_condition
from cuttle.analysis.numerics import ALPHA, FloatArray, degenerate, is_constant, table
from cuttle.analysis.per_study import once_per_study

COLUMNS = (
    "opponent", "condition", "n", "pooled_rate", "total_var", "binomial_var", "between_seed_var",
    "share_of_games", "chi2", "df", "p_over", "p_under", "reading", "note",
)  # fmt: skip


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Split the variance over runs by the method of moments, and test it against the binomial.

    binomial_var: mean p (1 - p) / (games - 1); between_seed_var: total less binomial, at least 0
    chi2: sum (w - G p)^2 / (G p (1 - p)) at the pooled rate (Cochran 1954); p_over small: the runs
        vary more than independent games, so the seed matters; p_under small: less
    """
    rows = []
    for opponent in study.opponents:
        final = study.final[study.final["opponent"] == opponent]
        wins, games = by_condition(final, "wins"), by_condition(final, "games")
        rows += [
            {
                "opponent": opponent,
                "condition": name,
                **split_variance(name, wins[name], games[name]),
            }
            for name in study.labels
        ]
    return table(rows, COLUMNS)


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
        "n": wins.size,
        "pooled_rate": pooled,
        "total_var": total,
        "binomial_var": binomial,
        "between_seed_var": max(0.0, total - binomial),
        "share_of_games": min(1.0, binomial / total) if total else 1.0,
        "chi2": chi2,
        "df": df,
        "p_over": p_over,
        "p_under": float(special.chdtr(df, chi2)),
        "reading": _reading(total, p_over),
    }


def _reading(total: float, p_over: float) -> str:
    if total == 0:
        return "all runs have the same win rate"
    if p_over < ALPHA:
        return "runs vary more than sampling error explains: the seed matters"
    return (
        "the spread is within what the sampling error of independent games could explain; as all "
        "runs play the same deals, that is an upper bound, and the seed may still matter"
    )
