"""How many runs per condition an effect of a given size needs."""

import pandas as pd

from cuttle.analysis.data import Study
from cuttle.analysis.families import planned_pairs
from cuttle.analysis.numerics import ALPHA, table
from cuttle.analysis.per_study import once_per_study
from cuttle.analysis.statistics.power import needed_runs

SIZES = (0.5, 0.8, 1.0, 1.5, 2.0)
COLUMNS = ("factor", "effect", "size", "runs", "note")


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Return the runs, or pairs, that find an effect with 80% power, corrected for its family."""
    factors = [pair.factor for pair in planned_pairs(study)]
    effect = "dz" if study.is_paired else "d"
    rows = [
        {
            "factor": factor,
            "effect": effect,
            "size": size,
            "runs": needed_runs(size, ALPHA / factors.count(factor), effect),
        }
        for factor in dict.fromkeys(factors)
        for size in SIZES
    ]
    return table(rows, COLUMNS)
