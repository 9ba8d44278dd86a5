"""How fast types learn: area under the learning curve, and rounds to a win rate."""

import math
from typing import Any

import numpy as np

from cuttle.analysis.estimators.core import FloatArray, NotComputable
from cuttle.analysis.estimators.curves import aulc, rounds_to_threshold
from cuttle.analysis.estimators.descriptive import describe
from cuttle.analysis.estimators.multiplicity import holm, pairs_of
from cuttle.analysis.estimators.ranks import MannWhitney, mann_whitney
from cuttle.analysis.learning import LearningCurves, learning_curves
from cuttle.analysis.opponents import per_opponent
from cuttle.analysis.pairwise import compare_groups
from cuttle.analysis.study import Study

# Half is even with the opponent; the others are shown, not chosen after looking.
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)
CONSECUTIVE = 2  # a single round above the line may be luck


@per_opponent
def compute(study: Study, opponent: str) -> dict[str, Any]:
    """Measure sample efficiency; secondary to the final win rate."""
    curves = learning_curves(study, opponent)
    if not curves.rounds.size:
        return {"area": NotComputable("no rounds that all runs have")}
    areas = {
        name: np.array([aulc(curves.rounds, curve) for curve in matrix])
        for name, matrix in curves.types.items()
    }
    return {
        "area_under_curve": {
            "types": {name: describe(values) for name, values in areas.items()},
            "pairs": compare_groups(areas),
        },
        "rounds_to_threshold": {
            f"{threshold:g}": _threshold(curves, threshold) for threshold in THRESHOLDS
        },
    }


def _threshold(curves: LearningCurves, threshold: float) -> dict[str, Any]:
    """Compare first crossings by rank; a run that never crosses ranks behind all that do."""
    firsts = {
        name: [rounds_to_threshold(curves.rounds, c, threshold, CONSECUTIVE) for c in matrix]
        for name, matrix in curves.types.items()
    }
    ranked = {
        name: np.array([math.inf if first is None else float(first) for first in values])
        for name, values in firsts.items()
    }
    return {
        "consecutive_rounds": CONSECUTIVE,
        "types": {
            name: {
                "rounds": values,
                "n": len(values),
                "n_reached": sum(first is not None for first in values),
                "median": _median(ranked[name]),
            }
            for name, values in firsts.items()
        },
        "pairs": _pairs(ranked),
    }


def _median(firsts: FloatArray) -> Any:
    """Median round, or a reason where at least half of the runs never got there."""
    middle = np.sort(firsts)[[(firsts.size - 1) // 2, firsts.size // 2]]
    if not np.isfinite(middle).all():
        return NotComputable("half of the runs or more never reached it")
    return float(middle.mean())


def _pairs(ranked: dict[str, FloatArray]) -> list[dict[str, Any]]:
    # Of negatives, so that P(X > Y) is the probability that a is there in fewer rounds.
    tests = {(a, b): mann_whitney(-ranked[a], -ranked[b]) for a, b in pairs_of(list(ranked))}
    raw = {pair: test.p for pair, test in tests.items() if isinstance(test, MannWhitney)}
    adjusted = dict(zip(raw, holm(list(raw.values())), strict=True))
    return [
        {"a": a, "b": b, "mann_whitney": test, "p_holm": adjusted.get((a, b))}
        for (a, b), test in tests.items()
    ]
