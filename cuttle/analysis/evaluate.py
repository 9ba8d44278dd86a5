"""All statistics of a study, found by their files."""

from collections.abc import Sequence

import pandas as pd

from cuttle.analysis import registry, statistics
from cuttle.analysis.data import Study


def evaluate(study: Study, names: Sequence[str] | None = None) -> dict[str, pd.DataFrame]:
    """Compute statistics by name, all of them if none is named.

    Raises ValueError for a study of several experiments: statistics are of one.
    """
    if len(study.paths) > 1:
        raise ValueError(f"statistics are of one experiment, not of {study.name}")
    results = {}
    for name in registry.names(statistics) if names is None else names:
        try:
            results[name] = registry.load(statistics, name).compute(study)
        except Exception as error:
            error.add_note(f"while computing the statistic {name} of {study.name}")
            raise
    return results
