"""How each run learned: area under its curve, last rounds, first round at a win rate."""

import numpy as np
import pandas as pd

from cuttle.analysis.data import Study
from cuttle.analysis.numerics import NAN, FloatArray, table
from cuttle.analysis.per_study import once_per_study

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)  # .5 is even with the opponent; the others are all shown
LAST_ROUNDS = 3
COLUMNS = (
    "opponent", "run_id", "condition", "run", "num_rounds", "is_short", "area",
    "best_minus_last", "last_rounds_mean", *(f"reached_{t:g}" for t in THRESHOLDS), "note",
)  # fmt: skip


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Summarise every curve; a run that ended before others of its condition has no area.

    area: by trapezoids over the span of rounds, so a mean win rate
    best_minus_last: what reporting the best round would add
    reached_T: first of two rounds in a row at or above T; NaN where never
    """
    rows = []
    keys = ["opponent", "condition"]
    for (opponent, condition), curves in study.curves.groupby(keys, observed=True, sort=False):
        wide = curves.pivot(index="round", columns="run_id", values="win_rate")
        numbers = curves.drop_duplicates("run_id").set_index("run_id")["run"]
        for run_id in wide.columns:
            curve = wide[run_id].dropna()
            row = {"opponent": opponent, "run_id": run_id, "condition": condition}
            is_short = len(curve) < len(wide)
            row |= {"run": numbers[run_id], "num_rounds": len(curve), "is_short": is_short}
            row |= _reached(curve.index.to_numpy(), curve.to_numpy())
            if is_short:
                row["note"] = f"has {len(curve)} of {len(wide)} rounds"
            else:
                row |= _summary(curve.index.to_numpy(), curve.to_numpy())
            rows.append(row)
    return table(rows, COLUMNS)


def _summary(rounds: FloatArray, rates: FloatArray) -> dict[str, float]:
    span = rounds[-1] - rounds[0]
    return {
        "area": float(np.trapezoid(rates, rounds) / span) if span else float(rates[0]),
        "best_minus_last": float(rates.max() - rates[-1]),
        "last_rounds_mean": float(rates[-LAST_ROUNDS:].mean()),
    }


def _reached(rounds: FloatArray, rates: FloatArray) -> dict[str, float]:
    """Return the first round at each threshold from which it is held for two rounds.

    A single round above it may be sampling error.
    """
    reached = {}
    for threshold in THRESHOLDS:
        is_above = rates >= threshold
        held = np.flatnonzero(is_above[:-1] & is_above[1:])
        reached[f"reached_{threshold:g}"] = float(rounds[held[0]]) if held.size else NAN
    return reached
