"""One statistic per file: `compute(study)` returns a frame. No files are written, nothing is drawn.

A file added here is found by its name. The first sentence of its docstring says what it answers. A
frame has a row per thing asked about, also where there is no answer: its cells are NaN then and
`note` says why.
"""

from collections.abc import Sequence

import pandas as pd

from cuttle.analysis import registry, statistics
from cuttle.analysis.data import Study


def evaluate(study: Study, names: Sequence[str] | None = None) -> dict[str, pd.DataFrame]:
    """Compute statistics by name, all of them if none is named; of one experiment only."""
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
