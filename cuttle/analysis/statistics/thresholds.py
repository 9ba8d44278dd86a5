"""How many rounds conditions need to reach a win rate."""

import numpy as np
import pandas as pd

from cuttle.analysis.data import Study
from cuttle.analysis.numerics import NAN, table
from cuttle.analysis.per_study import once_per_study
from cuttle.analysis.statistics import learning_runs
from cuttle.analysis.statistics.learning_runs import THRESHOLDS

COLUMNS = ("opponent", "threshold", "condition", "n", "n_reached", "median", "note")


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Count the runs that reached each win rate; one that never did is counted, not imputed."""
    runs = learning_runs.compute(study)
    rows = []
    for opponent in study.opponents:
        for threshold in THRESHOLDS:
            for condition in study.labels:
                is_one = (runs["opponent"] == opponent) & (runs["condition"] == condition)
                first = runs.loc[is_one, f"reached_{threshold:g}"].fillna(np.inf).to_numpy(float)
                row = {"opponent": opponent, "threshold": threshold, "condition": condition}
                middle = float(np.median(first)) if first.size else NAN
                is_known = np.isfinite(middle)
                note = "half of the runs or more never reached it" if first.size else "no runs"
                row |= {"n": first.size, "n_reached": int(np.isfinite(first).sum())}
                rows.append(
                    {**row, "median": middle if is_known else NAN, "note": note * (not is_known)}
                )
    return table(rows, COLUMNS)
