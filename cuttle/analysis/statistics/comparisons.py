"""The primary comparison: one test for all pairs of conditions, chosen before seeing the data."""

import pandas as pd

from cuttle.analysis.data import Study
from cuttle.analysis.families import planned_pairs
from cuttle.analysis.pairs import COLUMNS, compare_pairs, values_by_run
from cuttle.analysis.per_study import once_per_study


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Compare final win rates, a minus b, by Welch's test or, if declared, by paired runs."""
    return compare_against_each(study, study.final, "win_rate")


def compare_against_each(study: Study, frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Compare a column of a frame of runs for every opponent."""
    pairs, blocks = planned_pairs(study), []
    for opponent in study.opponents:
        values = values_by_run(frame[frame["opponent"] == opponent], column)
        block = compare_pairs(pairs, values, is_paired=study.is_paired)
        block.insert(0, "opponent", opponent)
        blocks.append(block)
    return (
        pd.concat(blocks, ignore_index=True)
        if blocks
        else pd.DataFrame(columns=["opponent", *COLUMNS])
    )
