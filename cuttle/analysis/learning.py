"""Learning curves of all runs over the rounds they share. No tests, no figures."""

from dataclasses import dataclass
from functools import reduce

import numpy as np

from cuttle.analysis.estimators.core import FloatArray
from cuttle.analysis.matches import IntArray
from cuttle.analysis.study import Study


@dataclass(frozen=True, slots=True)
class LearningCurves:
    """Win rates by round: `rounds` is (rounds,) int64, each type (runs, rounds) float64."""

    rounds: IntArray
    types: dict[str, FloatArray]


def learning_curves(study: Study, opponent: str) -> LearningCurves:
    """Stack the curves of every type that has some, over the rounds common to all runs."""
    groups = {name: curves for name, curves in study.curves(opponent).items() if curves}
    every = [curve.rounds for curves in groups.values() for curve in curves]
    if not every:
        return LearningCurves(np.zeros(0, dtype=np.int64), {})
    distinct = list({rounds.tobytes(): rounds for rounds in every}.values())
    rounds = reduce(np.intersect1d, distinct)
    stacked = {
        name: np.array([c.win_rate[np.searchsorted(c.rounds, rounds)] for c in curves])
        for name, curves in groups.items()
    }
    return LearningCurves(rounds, stacked)
