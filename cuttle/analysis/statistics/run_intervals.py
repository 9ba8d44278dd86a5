"""The final win rate of each run, with the interval of its games alone (Wilson 1927)."""

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from cuttle.analysis.data import Study
from cuttle.analysis.numerics import ALPHA
from cuttle.analysis.per_study import once_per_study

COLUMNS = ["opponent", "run_id", "condition", "run", "games", "wins", "win_rate"]


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Return the score interval of each run: it says nothing about other seeds."""
    runs = study.final[COLUMNS].copy()
    low, high = proportion_confint(runs["wins"], runs["games"], alpha=ALPHA, method="wilson")
    return runs.assign(ci_low=low, ci_high=high, note="")
