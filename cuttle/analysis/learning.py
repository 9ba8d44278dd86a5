"""Learning curves of all runs over the rounds they share, and their comparison. No figures."""

from dataclasses import dataclass
from functools import lru_cache, reduce

import numpy as np

from cuttle.analysis.estimators.core import FloatArray, NotComputable
from cuttle.analysis.estimators.multiplicity import holm, pairs_of
from cuttle.analysis.estimators.permutation import MaxT, max_t
from cuttle.analysis.matches import IntArray
from cuttle.analysis.study import Study


@dataclass(frozen=True, slots=True)
class LearningCurves:
    """Win rates by round: `rounds` is (rounds,) int64, each type (runs, rounds) float64."""

    rounds: IntArray
    types: dict[str, FloatArray]


@lru_cache(maxsize=8)
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


@dataclass(frozen=True, slots=True)
class CurvePair:
    """Whether the curves of types a and b differ in any round; p_holm is None without a test."""

    a: str
    b: str
    max_t: MaxT | NotComputable
    p_holm: float | None


@lru_cache(maxsize=8)
def compare_curves(study: Study, opponent: str) -> tuple[CurvePair, ...]:
    """Compare the learning curves of all pairs of types by max-T, with Holm over the pairs."""
    types = learning_curves(study, opponent).types
    tests = {(a, b): max_t(types[a], types[b]) for a, b in pairs_of(list(types))}
    raw = {pair: test.p_global for pair, test in tests.items() if isinstance(test, MaxT)}
    adjusted = dict(zip(raw, holm(list(raw.values())), strict=True))
    return tuple(CurvePair(*pair, test, adjusted.get(pair)) for pair, test in tests.items())
