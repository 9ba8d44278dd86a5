"""What differences other numbers of final games would let the same runs detect."""

import math

import pandas as pd

from cuttle.analysis.data import Study, by_condition
from cuttle.analysis.numerics import FloatArray, rows_of, table
from cuttle.analysis.per_study import once_per_study
from cuttle.analysis.statistics import comparisons

GAMES = (124, 250, 500, 1000, 2000, 5000)
COLUMNS = ("opponent", "factor", "a", "b", "games", "mde", "note")


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Predict the detectable difference of each pair from the spread of its runs.

    Only the sampling error of games shrinks with their number, by the binomial or the whole spread
    if that is less. As runs share their deals, it is less than the binomial: more games help at
    most so much.
    """
    rows = []
    for opponent in study.opponents:
        final = study.final[study.final["opponent"] == opponent]
        rates, played = by_condition(final, "win_rate"), by_condition(final, "games")
        compared = comparisons.compute(study)
        found = compared[(compared["opponent"] == opponent) & (compared["detectable"] <= 1)]
        for pair in rows_of(found):
            a, b = pair["a"], pair["b"]
            error = _error(rates[a], played[a]) + _error(rates[b], played[b])
            share = min(1.0, pair["se"] ** 2 / error) if error else 0.0
            for games in GAMES:
                other = _error(rates[a], games) + _error(rates[b], games)
                se = math.sqrt(max(0.0, pair["se"] ** 2 + share * (other - error)))
                row = {name: pair[name] for name in ("opponent", "factor", "a", "b")}
                mde = pair["detectable"] * se / pair["se"]
                rows.append({**row, "games": games, "mde": mde})
    return table(rows, COLUMNS)


def _error(rates: FloatArray, games: FloatArray | int) -> float:
    """Return the binomial variance of the mean of runs."""
    return float((rates * (1 - rates) / games).mean() / rates.size)
