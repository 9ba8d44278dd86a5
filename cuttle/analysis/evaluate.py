"""All statistics of a Study: finds the files of the folder and calls them. Computes none itself."""

import importlib
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import Any

from cuttle.analysis import statistics
from cuttle.analysis.plain import plain
from cuttle.analysis.study import Study

Statistic = Callable[[Study], Any]


@cache
def statistic_names() -> tuple[str, ...]:
    """List the statistics, which are the files of the folder, by name."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(statistics.__path__)))


def load_statistic(name: str) -> Statistic:
    """Return the function `compute` of one statistic's file, or raise ValueError."""
    if name not in statistic_names():
        known = ", ".join(statistic_names())
        raise ValueError(f"no statistic is called {name!r}; there are: {known}")
    function: Statistic = importlib.import_module(f"{statistics.__name__}.{name}").compute
    return function


def evaluate(study: Study, names: tuple[str, ...] | None = None) -> dict[str, Any]:
    """Compute statistics as plain JSON values by name, all of them if none is named."""
    results = {}
    for name in statistic_names() if names is None else names:
        try:
            results[name] = plain(load_statistic(name)(study))
        except Exception as error:
            error.add_note(f"while computing the statistic {name} of {study.name}")
            raise
    return results
