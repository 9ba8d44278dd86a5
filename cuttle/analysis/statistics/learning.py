"""Learning curves: areas under them, thresholds, rounds in which conditions differ."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from cuttle.analysis.data import Study, by_condition
from cuttle.analysis.multiplicity import holm, holm_factors
from cuttle.analysis.numerics import (
    ALPHA,
    DESCRIPTION,
    NAN,
    TAIL,
    FloatArray,
    Row,
    degenerate,
    describe,
    mean_interval,
    rows_of,
    table,
)
from cuttle.analysis.pairs import COLUMNS, Pair, compare_pairs, planned_pairs, values_by_run
from cuttle.analysis.permutation import flip, permute
from cuttle.analysis.statistic import by_opponent, of_opponent

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)  # .5 is even with the opponent; the others are all shown
LAST_ROUNDS = 3
ROUND_TESTS = (
    "factor a b round n_a n_b t_abs p_round p_pair p_pair_holm p_round_holm differs method note"
)


@by_opponent("condition round n mean ci_low ci_high band_low band_high note")
def learning_curves(study: Study, opponent: str) -> Iterator[Row]:
    """Return the mean of each round with its t interval, over the runs that reached the round.

    ci_low, ci_high: pointwise, which covers the whole curve in 39% of studies only
    band_low, band_high: by Bonferroni over the rounds, for all of them at once
    """
    for condition, curves in of_opponent(study.curves, opponent).groupby(
        "condition", observed=True
    ):
        tail = TAIL / curves["round"].nunique()
        for number, rates in curves.groupby("round")["win_rate"]:
            x = rates.to_numpy()
            row = {"condition": condition, "round": number, "n": x.size, "mean": x.mean()}
            row["ci_low"], row["ci_high"] = mean_interval(x)[1:]
            row["band_low"], row["band_high"] = mean_interval(x, tail)[1:]
            yield {**row, "note": describe(x)["note"]}


@by_opponent(
    "run_id condition run num_rounds is_short area best_minus_last last_rounds_mean"
    f" {' '.join(f'reached_{t:g}' for t in THRESHOLDS)} note"
)
def learning_runs(study: Study, opponent: str) -> Iterator[Row]:
    """Summarise every curve; a run that ended before others of its condition has no area.

    area: by trapezoids over the span of rounds, so a mean win rate
    best_minus_last: what reporting the best round would add
    reached_T: first of two rounds in a row at or above T; NaN where never
    """
    for condition, curves in of_opponent(study.curves, opponent).groupby(
        "condition", observed=True, sort=False
    ):
        wide = curves.pivot(index="round", columns="run_id", values="win_rate")
        numbers = curves.drop_duplicates("run_id").set_index("run_id")["run"]
        for run_id in wide.columns:
            curve = wide[run_id].dropna()
            row = {"run_id": run_id, "condition": condition, "run": numbers[run_id]}
            row |= {"num_rounds": len(curve), "is_short": len(curve) < len(wide)}
            rounds, rates = curve.index.to_numpy(), curve.to_numpy()
            row |= {f"reached_{t:g}": _reached(rounds, rates >= t) for t in THRESHOLDS}
            is_whole = len(curve) == len(wide)
            note = {"note": f"{len(curve)} of {len(wide)} rounds"}
            yield {**row, **(_summary(rounds, rates) if is_whole else note)}


def _summary(rounds: FloatArray, rates: FloatArray) -> dict[str, float]:
    span = rounds[-1] - rounds[0]
    return {
        "area": float(np.trapezoid(rates, rounds) / span) if span else float(rates[0]),
        "best_minus_last": float(rates.max() - rates[-1]),
        "last_rounds_mean": float(rates[-LAST_ROUNDS:].mean()),
    }


def _reached(rounds: FloatArray, is_above: Any) -> float:
    """Return the first of two rounds in a row: a single one may be sampling error."""
    held = np.flatnonzero(is_above[:-1] & is_above[1:])
    return float(rounds[held[0]]) if held.size else NAN


def _runs_with_areas(study: Study, opponent: str) -> pd.DataFrame:
    """Return the summaries of curves with the conditions of the plan, in its order."""
    ordered = pd.CategoricalDtype(study.labels, ordered=True)
    return learning_runs(study, opponent).astype({"condition": ordered, "area": "float64"})


@by_opponent(f"condition {DESCRIPTION} note")
def areas(study: Study, opponent: str) -> Iterator[Row]:
    """Describe the areas of the runs that have all rounds; secondary to the final win rate."""
    for name, values in by_condition(_runs_with_areas(study, opponent), "area").items():
        yield {"condition": name, **describe(values)}


@by_opponent(COLUMNS)
def area_comparisons(study: Study, opponent: str) -> list[dict[str, Any]]:
    """Compare areas, a minus b, by the test of the final win rates."""
    values = values_by_run(_runs_with_areas(study, opponent), "area")
    return rows_of(compare_pairs(planned_pairs(study), values, is_paired=study.is_paired))


@by_opponent("threshold condition n n_reached median note")
def thresholds(study: Study, opponent: str) -> Iterator[Row]:
    """Count the runs that reached each win rate; one that never did is counted, not imputed."""
    runs = learning_runs(study, opponent)
    for threshold in THRESHOLDS:
        for condition in study.labels:
            rounds = runs.loc[runs["condition"] == condition, f"reached_{threshold:g}"]
            first = rounds.fillna(np.inf).to_numpy(float)
            median = float(np.median(first)) if first.size else NAN
            row = {"threshold": threshold, "condition": condition, "n": first.size}
            row |= {"n_reached": int(np.isfinite(first).sum()), "median": median}
            if not np.isfinite(median):
                note = "half of the runs or more never reached it" if first.size else "no results"
                row |= {"median": NAN, "note": note}
            yield row


@by_opponent(ROUND_TESTS)
def learning_differences(study: Study, opponent: str) -> list[dict[str, Any]]:
    """Compare learning curves round by round, over the runs that reached each round.

    p_round: corrected over the rounds of a pair by max-T; p_pair: its smallest, for the pair
    p_round_holm: corrected over rounds and over the planned pairs of the factor; `differs` says
        whether it is below .05, so that all rounds named in a family hold together
    """
    curves = of_opponent(study.curves, opponent).groupby("condition", observed=False)
    keys = ["run"] if study.is_paired else ["run", "run_id"]  # merged runs may share a number
    wide = {
        str(name): group.pivot(index=keys, columns="round", values="win_rate")
        for name, group in curves
    }
    rows = [
        {**pair._asdict(), **row}
        for pair in planned_pairs(study)
        for row in _rounds(pair, wide[pair.a], wide[pair.b], study.is_paired)
    ]
    result = table(rows, ROUND_TESTS.split())
    for _, family in result.groupby("factor", sort=False):
        _correct(result, family)
    return rows_of(result.assign(differs=result["p_round_holm"] < ALPHA))


def _rounds(
    pair: Pair, a: pd.DataFrame, b: pd.DataFrame, is_paired: bool
) -> Iterator[dict[str, Any]]:
    """Yield a row per round that two runs of both reached, or one that says why there is none."""
    if is_paired:
        common = a.index.intersection(b.index)
        a, b = a.loc[common], b.loc[common]
    rounds = [r for r in a.columns.intersection(b.columns) if min(a[r].count(), b[r].count()) > 1]
    if not rounds:
        both = {pair.a: np.zeros(len(a)), pair.b: np.zeros(len(b))}
        reason = degenerate(both, varying="none") or "no round that two runs of both have"
        yield {"n_a": len(a), "n_b": len(b), "note": reason}
        return
    a, b = a[rounds], b[rounds]
    if is_paired:
        test, n_a = flip((a - b).to_numpy()), (a - b).count()
        n_b = n_a
    else:
        test, n_a, n_b = permute(a.to_numpy(), b.to_numpy()), a.count(), b.count()
    for number, t, p in zip(rounds, test.t, test.p_round, strict=True):
        row = {"round": number, "n_a": n_a[number], "n_b": n_b[number], "t_abs": t, "p_round": p}
        yield {**row, "p_pair": test.p, "method": test.method}


def _correct(result: pd.DataFrame, family: pd.DataFrame) -> None:
    """Correct over pairs: a round by the factor that Holm gives its pair, and never before it."""
    pairs = family.drop_duplicates(["a", "b"])[["a", "b", "p_pair"]]
    pairs = pairs.assign(holm=holm(pairs["p_pair"]), by=holm_factors(pairs["p_pair"]))
    of_row = family[["a", "b"]].merge(pairs, on=["a", "b"], how="left").set_index(family.index)
    stepped = (family["p_round"] * of_row["by"]).clip(upper=1.0)
    result.loc[family.index, "p_pair_holm"] = of_row["holm"]
    result.loc[family.index, "p_round_holm"] = np.maximum(stepped, of_row["holm"])
