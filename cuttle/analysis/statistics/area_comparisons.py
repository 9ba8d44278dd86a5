"""Do conditions differ in the area under the learning curve; secondary to the final win rate."""

import pandas as pd

from cuttle.analysis.data import Study
from cuttle.analysis.per_study import once_per_study
from cuttle.analysis.statistics import learning_runs
from cuttle.analysis.statistics.areas import with_conditions
from cuttle.analysis.statistics.comparisons import compare_against_each


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Compare areas, a minus b, by the test of the final win rates."""
    runs = with_conditions(study, learning_runs.compute(study))
    return compare_against_each(study, runs, "area")
