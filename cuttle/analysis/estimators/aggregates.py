"""Scores of runs over several opponents in one number, as rliable defines them. No intervals.

Here the opponents are rliable's tasks: scores are `(runs, opponents) float64`.
"""

import numpy as np

from cuttle.analysis.estimators.core import FloatArray
from cuttle.analysis.estimators.descriptive import iqm, optimality_gap


def aggregate_mean(scores: FloatArray) -> float:
    """Mean over all scores (Agarwal et al. 2021)."""
    return float(np.mean(scores))


def aggregate_median(scores: FloatArray) -> float:
    """Median over opponents of the mean over runs: the mean where there is one opponent."""
    return float(np.median(np.mean(_two_dimensional(scores), axis=0)))


def aggregate_iqm(scores: FloatArray) -> float:
    """Interquartile mean over all scores together."""
    return iqm(np.ravel(scores))


def aggregate_optimality_gap(scores: FloatArray) -> float:
    """Mean shortfall below 1 over all scores together."""
    return optimality_gap(np.ravel(scores))


def _two_dimensional(scores: FloatArray) -> FloatArray:
    array = np.asarray(scores, dtype=np.float64)
    return array[:, None] if array.ndim == 1 else array
