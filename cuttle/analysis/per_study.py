"""Statistics as functions of a study that are computed once for it."""

import functools
from collections.abc import Callable

import pandas as pd

from cuttle.analysis.data import Study

Statistic = Callable[[Study], pd.DataFrame]


def once_per_study(statistic: Statistic) -> Statistic:
    """Keep the result on the study; `functools.cache` would keep every study alive.

    What is returned is a shallow copy, which pandas copies on writing.
    """

    @functools.wraps(statistic)
    def compute(study: Study) -> pd.DataFrame:
        key = f"{statistic.__module__}.{statistic.__name__}"
        if key not in study.results:
            study.results[key] = statistic(study)
        return study.results[key].copy(deep=False)

    return compute
