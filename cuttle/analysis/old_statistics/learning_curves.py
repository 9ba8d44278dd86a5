"""Do types learn differently in any round: bands, and the max-T test over all rounds."""

from typing import Any

import numpy as np

from cuttle.analysis.estimators.core import ALPHA, FloatArray, NotComputable
from cuttle.analysis.estimators.curves import best_minus_last, last_k_mean, t_band
from cuttle.analysis.estimators.descriptive import describe
from cuttle.analysis.estimators.permutation import MaxT
from cuttle.analysis.learning import CurvePair, compare_curves, learning_curves
from cuttle.analysis.matches import IntArray
from cuttle.analysis.opponents import per_opponent
from cuttle.analysis.study import Study

LAST_ROUNDS = 3


@per_opponent
def compute(study: Study, opponent: str) -> dict[str, Any]:
    """Compare whole learning curves."""
    curves = learning_curves(study, opponent)
    if not curves.rounds.size:
        return {"pairs": NotComputable("no rounds that all runs have")}
    return {
        "rounds": curves.rounds,
        "types": {name: _type(matrix) for name, matrix in curves.types.items()},
        "pairs": [_pair(pair, curves.rounds) for pair in compare_curves(study, opponent)],
    }


def _type(matrix: FloatArray) -> dict[str, Any]:
    return {
        "pointwise_band": t_band(matrix),
        "simultaneous_band": t_band(matrix, is_simultaneous=True),
        "mean": matrix.mean(axis=0),
        "best_minus_last": describe(
            np.array([best_minus_last(curve) for curve in matrix]), is_rate=False
        ),
        f"last_{LAST_ROUNDS}_rounds_mean": describe(
            np.array([last_k_mean(curve, LAST_ROUNDS) for curve in matrix])
        ),
    }


def _pair(pair: CurvePair, rounds: IntArray) -> dict[str, Any]:
    row: dict[str, Any] = {"a": pair.a, "b": pair.b, "max_t": pair.max_t, "p_holm": pair.p_holm}
    if isinstance(pair.max_t, MaxT):
        per_round = zip(rounds, pair.max_t.p_adjusted_per_round, strict=True)
        row["rounds_that_differ"] = [int(number) for number, p in per_round if p < ALPHA]
    return row
