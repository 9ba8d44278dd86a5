"""Final win rates of each condition in numbers: location, spread, interval of the mean."""

import pandas as pd

from cuttle.analysis.data import Study, by_condition
from cuttle.analysis.numerics import DESCRIPTION, describe, table
from cuttle.analysis.per_study import once_per_study

COLUMNS = ("opponent", "condition", *DESCRIPTION, "optimality_gap", "half_draw_rate", "games_min",
           "games_max", "note")  # fmt: skip


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Describe every planned condition against every opponent."""
    rows = []
    for opponent in study.opponents:
        final = study.final[study.final["opponent"] == opponent]
        half_draws, games = by_condition(final, "half_draw_rate"), by_condition(final, "games")
        for condition, rates in by_condition(final, "win_rate").items():
            row = {"opponent": opponent, "condition": condition, **describe(rates)}
            if rates.size:
                row |= {
                    "optimality_gap": 1 - row["mean"],
                    "half_draw_rate": half_draws[condition].mean(),
                    "games_min": games[condition].min(),
                    "games_max": games[condition].max(),
                }
            rows.append(row)
    return table(rows, COLUMNS)
