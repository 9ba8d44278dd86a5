"""Do types learn differently in any round: bands, and the max-T test over all rounds."""

from typing import Any

import numpy as np

from cuttle.analysis.estimators.core import FloatArray, NotComputable
from cuttle.analysis.estimators.curves import MaxT, best_minus_last, last_k_mean, max_t, t_band
from cuttle.analysis.estimators.descriptive import describe
from cuttle.analysis.estimators.multiplicity import holm, pairs_of
from cuttle.analysis.learning import LearningCurves, learning_curves
from cuttle.analysis.opponents import per_opponent, too_many_types
from cuttle.analysis.study import Study

ALPHA = 0.05
LAST_ROUNDS = 3


def compute(study: Study) -> Any:
    """Compare whole learning curves by opponent."""
    return per_opponent(study, lambda opponent: _block(study, opponent))


def _block(study: Study, opponent: str) -> dict[str, Any]:
    curves = learning_curves(study, opponent)
    if not curves.rounds.size:
        return {"pairs": NotComputable("no rounds that all runs have")}
    return {
        "rounds": curves.rounds,
        "types": {name: _type(matrix) for name, matrix in curves.types.items()},
        "pairs": too_many_types(curves.types) or _pairs(curves),
    }


def _type(matrix: FloatArray) -> dict[str, Any]:
    return {
        "pointwise_band": t_band(matrix),
        "simultaneous_band": t_band(matrix, is_simultaneous=True),
        "mean": matrix.mean(axis=0),
        "best_minus_last": describe(np.array([best_minus_last(curve) for curve in matrix])),
        f"last_{LAST_ROUNDS}_rounds_mean": describe(
            np.array([last_k_mean(curve, LAST_ROUNDS) for curve in matrix])
        ),
    }


def _pairs(curves: LearningCurves) -> list[dict[str, Any]]:
    tests = {
        (a, b): max_t(curves.types[a], curves.types[b]) for a, b in pairs_of(list(curves.types))
    }
    raw = {pair: test.p_global for pair, test in tests.items() if isinstance(test, MaxT)}
    adjusted = dict(zip(raw, holm(list(raw.values())), strict=True))
    rows = []
    for (a, b), test in tests.items():
        row: dict[str, Any] = {"a": a, "b": b, "max_t": test, "p_holm": adjusted.get((a, b))}
        if isinstance(test, MaxT):
            row["rounds_that_differ"] = [
                int(number)
                for number, p in zip(curves.rounds, test.p_adjusted_per_round, strict=True)
                if p < ALPHA
            ]
        rows.append(row)
    return rows
