"""Final win rates of each condition by seat; seat 0 moves first."""

import pandas as pd

from cuttle.analysis.data import Study, by_condition
from cuttle.analysis.numerics import DESCRIPTION, describe, table
from cuttle.analysis.per_study import once_per_study
from cuttle.runs.layout import Stage

COLUMNS = ("opponent", "condition", "seat", *DESCRIPTION, "note")


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Describe the final win rates of each seat."""
    matches = study.matches
    if study.final_source != Stage.FINAL:
        last = matches.groupby("run_id")["round"].transform("max")
        matches = matches.assign(stage=Stage.FINAL).where(matches["round"] == last).dropna()
    final = matches[matches["stage"] == Stage.FINAL]
    rows = []
    for opponent in study.opponents:
        played = final[final["opponent"] == opponent]
        rows += [
            {"opponent": opponent, "condition": name, "seat": seat, **describe(rates)}
            for seat, of_seat in played.groupby("seat")
            for name, rates in by_condition(of_seat, "win_rate").items()
        ]
    return table(rows, COLUMNS)
