"""Differences of results: between experiments and runs. Reads no settings."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from cuttle.analysis.data import study_of
from cuttle.analysis.diff import Kind, Side
from cuttle.analysis.frames import LAST_ROUND, final_results
from cuttle.analysis.numerics import ALPHA, FloatArray, degenerate, mean_interval
from cuttle.analysis.pairs import welch
from cuttle.analysis.usable import MixedStudyError, UsableRun, read_matches
from cuttle.runs.formatting import truncate
from cuttle.runs.layout import MATCHES_FILE, RunState
from cuttle.runs.reader import read_experiment
from cuttle.runs.run_record import NOT_STARTED

OVER_RUNS, OVER_GAMES = "t, over runs", "Wilson, over the games of one run"
GROUP = ["opponent", "condition", "side"]
CELL = ["n", "games", "win_rate", "ci_low", "ci_high", "interval"]
DIFFERENCE = ["diff", "diff_ci_low", "diff_ci_high"]


def compare_results(sides: Sequence[Side]) -> tuple[pd.DataFrame, list[str]]:
    """Return a row per opponent, condition and side, and notes on what is missing.

    Of two sides the rows of the second have the difference to the first, with Welch's interval.
    The condition is empty where runs alone are compared.
    """
    notes: list[str] = []
    finals = []
    for number, side in enumerate(sides):
        final = _finals(side, notes)
        finals.append(final.assign(side=number, condition=final["condition"].map(side.condition)))
    runs = pd.concat(finals)
    if all(side.kind is not Kind.EXPERIMENT for side in sides):
        runs["condition"] = ""
    rows = []
    first: dict[tuple[str, str], FloatArray] = {}
    for key, group in runs.groupby(GROUP, sort=False):
        row: dict[str, Any] = dict(zip(GROUP, key, strict=True))
        rates = group["win_rate"].to_numpy(dtype=float)
        is_run = sides[row["side"]].kind is Kind.RUN
        row |= _one(group.iloc[0]) if is_run else _several(rates, int(group["games"].sum()))
        before = first.setdefault((row["opponent"], row["condition"]), rates)
        if len(sides) == 2 and before is not rates:
            row |= _difference(rates, before)
        rows.append(row)
    return pd.DataFrame(rows, columns=[*GROUP, *CELL, *DIFFERENCE]), notes


def _finals(side: Side, notes: list[str]) -> pd.DataFrame:
    """Return the final results of the runs that a report would use, or of a lone run so far."""
    empty = pd.DataFrame(columns=["opponent", "condition", "wins", "games", "win_rate"])
    if not side.records:
        return empty
    try:
        if side.kind is Kind.RUN:
            (record,) = side.records
            final, source = final_results([UsableRun(record, read_matches(record.matches))])
            notes += [f"{side.label}: {text}" for text in record.problems if MATCHES_FILE in text]
            final = final.assign(condition=record.condition)
        else:
            study = study_of(read_experiment(side.path))
            final = pd.concat([study.finals(opponent) for opponent in study.opponents] or [empty])
            final, source = final.astype({"condition": "str"}), study.final_source
            notes += _exclusions(side, study.excluded)
    except MixedStudyError as error:
        notes.append(f"{side.label}: no results: {error}")
        return empty
    except ValueError as error:
        notes.append(f"{side.label}: results cannot be read: {error}")
        return empty
    if source is None:
        notes.append(f"{side.label}: no results yet")
    elif source == LAST_ROUND:
        notes.append(f"{side.label}: results are those of the last round")
    return final


def _exclusions(side: Side, excluded: pd.DataFrame) -> list[str]:
    """Name the excluded runs by reason; of unfinished ones, those that have begun by state."""
    begun = excluded[~excluded["state"].isin(list(NOT_STARTED))]
    is_trained = begun["state"].isin([RunState.COMPLETED, RunState.DAMAGED])
    reasons = begun["reason"].where(is_trained, begun["state"])
    return [
        f"{side.label}: excluded from the results, {reason}: {truncate(list(runs['run_id']))}"
        for reason, runs in begun.groupby(reasons, sort=False)
    ]


def _several(rates: FloatArray, games: int) -> dict[str, Any]:
    """Summarise a group of runs: the run is the unit, never the game."""
    _, low, high = mean_interval(rates)
    return dict(zip(CELL, (len(rates), games, rates.mean(), low, high, OVER_RUNS), strict=True))


def _one(run: "pd.Series[Any]") -> dict[str, Any]:
    """Summarise one run: its interval is the sampling error of its games, not that of seeds."""
    low, high = proportion_confint(run["wins"], run["games"], alpha=ALPHA, method="wilson")
    cell = (1, int(run["games"]), run["win_rate"], low, high, OVER_GAMES)
    return dict(zip(CELL, cell, strict=True))


def _difference(last: FloatArray, first: FloatArray) -> dict[str, float]:
    if degenerate({"first": first, "last": last}):
        return {"diff": float(last.mean() - first.mean())}
    test = welch(last, first)
    return {column: test[column.removeprefix("diff_")] for column in DIFFERENCE}
