"""Do conditions differ in the rounds they need to reach a win rate."""

import numpy as np
import pandas as pd

from cuttle.analysis.data import Study
from cuttle.analysis.families import planned_pairs
from cuttle.analysis.multiplicity import holm
from cuttle.analysis.numerics import degenerate, table
from cuttle.analysis.per_study import once_per_study
from cuttle.analysis.ranks import mann_whitney
from cuttle.analysis.statistics import learning_runs
from cuttle.analysis.statistics.learning_runs import THRESHOLDS

COLUMNS = ("opponent", "factor", "a", "b", "threshold", "prob_improvement", "p", "p_holm", "note")


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Compare first rounds by ranks, as if runs were independent; never ranks last.

    prob_improvement: that a run of a needs fewer rounds than one of b, ties half
    """
    runs, rows = learning_runs.compute(study), []
    for opponent in study.opponents:
        for threshold in THRESHOLDS:
            ranked = {
                str(name): -group[f"reached_{threshold:g}"].fillna(np.inf).to_numpy(float)
                for name, group in runs[runs["opponent"] == opponent].groupby("condition")
            }
            for pair in planned_pairs(study):
                x, y = (ranked.get(name, np.zeros(0)) for name in (pair.a, pair.b))
                row = {"opponent": opponent, **pair._asdict(), "threshold": threshold}
                if note := degenerate({pair.a: x, pair.b: y}, least=1, varying="none"):
                    rows.append({**row, "note": note})
                    continue
                u, p = mann_whitney(x, y)
                rows.append({**row, "prob_improvement": u / (x.size * y.size), "p": p})
    result = table(rows, COLUMNS)
    for _, family in result.groupby(["opponent", "factor", "threshold"], sort=False):
        result.loc[family.index, "p_holm"] = holm(family["p"])
    return result
