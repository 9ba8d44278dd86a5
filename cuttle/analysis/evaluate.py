"""All statistics of a Study, found by their files. Computes none itself."""

from collections.abc import Sequence
from typing import Any

from cuttle.analysis import old_statistics as statistics
from cuttle.analysis import parts
from cuttle.analysis.plain import plain
from cuttle.analysis.study import Study


def evaluate(study: Study, names: Sequence[str] | None = None) -> dict[str, Any]:
    """Compute statistics as plain JSON values by name, all of them if none is named."""
    results = {}
    for name in parts.names(statistics) if names is None else names:
        try:
            results[name] = plain(parts.load(statistics, name).compute(study))
        except Exception as error:
            error.add_note(f"while computing the statistic {name} of {study.name}")
            raise
    return results
