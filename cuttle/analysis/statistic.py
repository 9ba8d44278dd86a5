"""What makes a function a statistic: its columns, its name, one computation per study.

Every function under `@statistic` or `@by_opponent` in the files of `cuttle/analysis/statistics` is
exported under its own name.
"""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Protocol

import pandas as pd

from cuttle.analysis.data import Study
from cuttle.analysis.numerics import Row, table


class Statistic(Protocol):
    """Returns its frame, or the rows of one opponent, as a copy that may be changed."""

    __name__: str

    def __call__(self, study: Study, opponent: str | None = None) -> pd.DataFrame: ...


STATISTICS: dict[str, Statistic] = {}


def statistic(columns: str) -> Callable[[Callable[[Study], Iterable[Row]]], Statistic]:
    """Make a function that yields rows a statistic with these columns, separated by spaces.

    Its frame is kept on the study; `functools.cache` would keep every study alive. It raises
    ValueError for a study of several experiments: statistics are of one.
    """

    def decorate(rows: Callable[[Study], Iterable[Row]]) -> Statistic:
        name = rows.__name__

        @functools.wraps(rows)
        def compute(study: Study, opponent: str | None = None) -> pd.DataFrame:
            if len(study.paths) > 1:
                raise ValueError(f"statistics are of one experiment, not of {study.name}")
            if name not in study.results:
                study.results[name] = table(list(rows(study)), columns.split())
            frame = study.results[name]
            return frame.copy(deep=False) if opponent is None else of_opponent(frame, opponent)

        STATISTICS[name] = compute
        return compute

    return decorate


def by_opponent(columns: str) -> Callable[[Callable[[Study, str], Iterable[Row]]], Statistic]:
    """Make a function that yields the rows of one opponent a statistic of all opponents."""

    def decorate(rows: Callable[[Study, str], Iterable[Row]]) -> Statistic:
        @functools.wraps(rows)
        def of_all(study: Study) -> Iterable[Row]:
            for opponent in study.opponents:
                yield from ({"opponent": opponent, **row} for row in rows(study, opponent))

        return statistic(f"opponent {columns}")(of_all)

    return decorate


def of_opponent(frame: pd.DataFrame, opponent: str) -> pd.DataFrame:
    """Return the rows of a frame that are about one opponent."""
    return frame[frame["opponent"] == opponent]


def import_modules(package: ModuleType) -> None:
    """Import every module of a package, so that what it defines is known."""
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")


def all_statistics() -> dict[str, Statistic]:
    """Return every statistic by its name, in alphabetical order."""
    from cuttle.analysis import statistics

    import_modules(statistics)
    return dict(sorted(STATISTICS.items()))


def evaluate(study: Study) -> dict[str, pd.DataFrame]:
    """Compute all statistics of a study."""
    results = {}
    for name, compute in all_statistics().items():
        try:
            results[name] = compute(study)
        except Exception as error:
            error.add_note(f"while computing the statistic {name} of {study.name}")
            raise
    return results
