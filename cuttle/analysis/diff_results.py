"""Differences of results: between experiments and runs. Reads no settings."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from cuttle.analysis.data import MixedStudyError, study_of
from cuttle.analysis.diff import NOT_STARTED, Kind, Side
from cuttle.analysis.frames import LAST_ROUND, final_results
from cuttle.analysis.numerics import ALPHA, FloatArray, degenerate, mean_interval
from cuttle.analysis.pairs import welch
from cuttle.analysis.usable import UsableRun, read_matches
from cuttle.runs.formatting import truncate
from cuttle.runs.layout import MATCHES_FILE, RunState
from cuttle.runs.reader import read_experiment

OVER_RUNS, OVER_GAMES = "t, over runs", "Wilson, over the games of one run"
CELL = ["side", "n", "games", "win_rate", "ci_low", "ci_high", "interval"]
DIFFERENCE = ["diff", "diff_ci_low", "diff_ci_high"]


def compare_results(sides: Sequence[Side]) -> tuple[pd.DataFrame, list[str]]:
    """Return a row per opponent, condition and side, and notes on what is missing.

    Of two sides the rows of the second have the difference to the first, with Welch's interval.
    The condition is empty where runs alone are compared.
    """
    notes: list[str] = []
    by_condition = any(side.kind is Kind.EXPERIMENT for side in sides)
    finals = [_finals(side, notes) for side in sides]
    rows: list[dict[str, Any]] = []
    groups: dict[tuple[str, str], list[FloatArray | None]] = {}
    for number, (side, final) in enumerate(zip(sides, finals, strict=True)):
        if not by_condition:
            final = final.assign(condition="")
        for (opponent, condition), runs in final.groupby(
            ["opponent", "condition"], observed=True, sort=False
        ):
            key = str(opponent), str(condition)
            rates = groups.setdefault(key, [None] * len(sides))
            rates[number] = runs["win_rate"].to_numpy()
            cell = _one(runs) if side.kind is Kind.RUN else _several(runs)
            rows.append(dict(zip(("opponent", "condition"), key, strict=True)) | cell
                        | {"side": number})  # fmt: skip
    for row in rows:
        first, *others = groups[row["opponent"], row["condition"]]
        if len(sides) == 2 and row["side"] == 1 and first is not None and others[0] is not None:
            row |= _difference(others[0], first)
    frame = pd.DataFrame(rows, columns=["opponent", "condition", *CELL, *DIFFERENCE])
    return frame, notes


def _finals(side: Side, notes: list[str]) -> pd.DataFrame:
    """Return the final results of the runs that a report would use, or of a lone run so far."""
    empty = pd.DataFrame(columns=["opponent", "condition", "wins", "games", "win_rate"])
    if not side.records:
        return empty
    if side.kind is Kind.RUN:
        (record,) = side.records
        try:
            final, source = final_results([UsableRun(record, read_matches(record.matches))])
        except ValueError as error:
            notes.append(f"{side.label}: results cannot be read: {error}")
            return empty
        notes += [f"{side.label}: {text}" for text in record.problems if MATCHES_FILE in text]
        final = final.assign(condition=record.condition)
    else:
        try:
            study = study_of(read_experiment(side.path))
        except MixedStudyError as error:
            notes.append(f"{side.label}: no results: {error}")
            return empty
        order = {opponent: place for place, opponent in enumerate(study.opponents)}
        final = study.final.sort_values("opponent", key=lambda o: o.map(order), kind="stable")
        source = study.final_source
        notes += _exclusions(side, study.excluded)
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


def _several(runs: pd.DataFrame) -> dict[str, Any]:
    """Summarise a group of runs: the run is the unit, never the game."""
    rates = runs["win_rate"].to_numpy()
    _, low, high = mean_interval(rates)
    cell = {"n": len(rates), "games": int(runs["games"].sum()), "win_rate": rates.mean()}
    return cell | {"ci_low": low, "ci_high": high, "interval": OVER_RUNS}


def _one(runs: pd.DataFrame) -> dict[str, Any]:
    """Summarise one run: its interval is the sampling error of its games, not that of seeds."""
    run = runs.iloc[0]
    low, high = proportion_confint(run["wins"], run["games"], alpha=ALPHA, method="wilson")
    cell = {"n": 1, "games": int(run["games"]), "win_rate": run["win_rate"]}
    return cell | {"ci_low": low, "ci_high": high, "interval": OVER_GAMES}


def _difference(last: FloatArray, first: FloatArray) -> dict[str, float]:
    if degenerate({"first": first, "last": last}):
        return {"diff": float(last.mean() - first.mean())}
    test = welch(last, first)
    return dict(zip(DIFFERENCE, (test.diff, test.ci_low, test.ci_high), strict=True))
