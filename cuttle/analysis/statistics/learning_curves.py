"""Win rate by round: mean and bands over the runs that reached the round."""

import pandas as pd

from cuttle.analysis.data import Study
from cuttle.analysis.numerics import TAIL, mean_interval, table
from cuttle.analysis.per_study import once_per_study

COLUMNS = ("opponent", "condition", "round", "n", "mean", "ci_low", "ci_high", "band_low",
           "band_high", "note")  # fmt: skip


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Return the mean of each round with its t interval.

    ci_low, ci_high: pointwise, which covers the whole curve in 39% of studies only
    band_low, band_high: by Bonferroni over the rounds, for all of them at once
    """
    rows = []
    for opponent in study.opponents:
        curves = study.curves[study.curves["opponent"] == opponent]
        for condition, of_condition in curves.groupby("condition", observed=True):
            tail = TAIL / of_condition["round"].nunique()
            for number, rates in of_condition.groupby("round")["win_rate"]:
                x = rates.to_numpy()
                _, low, high = mean_interval(x)
                _, band_low, band_high = mean_interval(x, tail)
                values = (opponent, condition, number, x.size, x.mean(), low, high, band_low)
                rows.append(dict(zip(COLUMNS, (*values, band_high, ""), strict=True)))
    return table(rows, COLUMNS)
