"""What differences this study could detect, and how many runs smaller ones would need."""

import math
from typing import Any

import pandas as pd
from scipy import stats
from scipy.optimize import brentq

from cuttle.analysis.data import Study
from cuttle.analysis.numerics import ALPHA, NAN, POWER, detectable, rows_of, t_power, table
from cuttle.analysis.per_study import once_per_study
from cuttle.analysis.statistics import comparisons

POINTS = (2, 5, 10)
UPPER = 0.8  # confidence of the upper limit of the sd
MAX_RUNS = 10**8
COLUMNS = (
    "opponent", "factor", "a", "b", "n_a", "n_b", "alpha", "effect", "mde_effect", "sd", "mde",
    "mde_at_upper_sd", *(f"needed_{p}_points" for p in POINTS), "note",
)  # fmt: skip


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Return the difference that each pair's own test finds with 80% power, after Bonferroni.

    mde_effect: the same in d, of independent runs, or dz, of pairs; sd: of runs, pooled as the test
    weighs them, or of differences; mde_at_upper_sd: at the upper 80% limit of the sd, which few
    runs leave uncertain; never "observed power"
    """
    effect = "dz" if study.is_paired else "d"
    rows = []
    for row in rows_of(comparisons.compute(study)):
        keys = ("opponent", "factor", "a", "b", "n_a", "n_b", "note")
        rows.append({**{key: row[key] for key in keys}, "effect": effect, **_pair(row, effect)})
    return table(rows, COLUMNS)


def needed_runs(size: float, alpha: float, effect: str) -> float:
    """Return the runs per condition, or pairs, that find an effect with 80% power.

    NaN where 100 million are not enough.
    """

    def missing(log_n: float) -> float:
        n = math.exp(log_n)
        if effect == "dz":
            return POWER - t_power(size * math.sqrt(n), n - 1, alpha)
        return POWER - t_power(size * math.sqrt(n / 2), 2 * n - 2, alpha)

    ends = math.log(2), math.log(MAX_RUNS)  # below two runs there is no error to test against
    if missing(ends[0]) <= 0:
        return 2
    if missing(ends[1]) > 0:
        return NAN
    return math.ceil(math.exp(float(brentq(missing, *ends, xtol=1e-12))) - 1e-9)


def _pair(row: dict[str, Any], effect: str) -> dict[str, Any]:
    alpha, n_a, n_b = ALPHA / row["family_size"], row["n_a"], row["n_b"]
    if min(n_a, n_b) < 2:
        return {"alpha": alpha}
    is_paired = effect == "dz"
    unit = math.sqrt(1 / n_a) if is_paired else math.sqrt(1 / n_a + 1 / n_b)
    found = {
        "alpha": alpha,
        "mde_effect": detectable(unit, n_a - 1 if is_paired else n_a + n_b - 2, alpha),
    }
    if not row["se"] > 0:
        return found
    sd, df, mde = row["se"] / unit, row["df"], row["detectable"]
    upper = math.sqrt(df / float(stats.chi2.ppf(1 - UPPER, df)))
    is_out_of_reach = mde > 1
    return {
        **found,
        "sd": sd,
        "mde": NAN if is_out_of_reach else mde,
        "mde_at_upper_sd": NAN if mde * upper > 1 else mde * upper,
        **{f"needed_{p}_points": needed_runs(p / 100 / sd, alpha, effect) for p in POINTS},
        "note": "too few runs to detect any difference" if is_out_of_reach else row["note"],
    }
