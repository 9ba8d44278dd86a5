"""How fast conditions learn: the area under the learning curve, as a mean win rate."""

import pandas as pd

from cuttle.analysis.data import Study, by_condition
from cuttle.analysis.numerics import DESCRIPTION, describe, table
from cuttle.analysis.per_study import once_per_study
from cuttle.analysis.statistics import learning_runs

COLUMNS = ("opponent", "condition", *DESCRIPTION, "note")


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Describe the areas of the runs that have all rounds; secondary to the final win rate."""
    runs = with_conditions(study, learning_runs.compute(study))
    rows = [
        {"opponent": opponent, "condition": name, **describe(areas)}
        for opponent in study.opponents
        for name, areas in by_condition(runs[runs["opponent"] == opponent], "area").items()
    ]
    return table(rows, COLUMNS)


def with_conditions(study: Study, runs: pd.DataFrame) -> pd.DataFrame:
    """Make the conditions of a frame those of the plan, in its order."""
    ordered = pd.CategoricalDtype(study.labels, ordered=True)
    return runs.astype({"condition": ordered, "area": "float64"})
