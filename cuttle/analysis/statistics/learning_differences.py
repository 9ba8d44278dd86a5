"""In which rounds conditions learn differently: the max-T test over all rounds and pairs."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from cuttle.analysis.data import Study
from cuttle.analysis.families import Pair, planned_pairs
from cuttle.analysis.multiplicity import holm, holm_factors
from cuttle.analysis.numerics import ALPHA, degenerate, table
from cuttle.analysis.per_study import once_per_study
from cuttle.analysis.permutation import flip, permute

COLUMNS = (
    "opponent", "factor", "a", "b", "round", "n_a", "n_b", "t_abs", "p_round", "p_pair",
    "p_pair_holm", "p_round_holm", "differs", "method", "note",
)  # fmt: skip


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Compare learning curves round by round, over the runs that reached each round.

    p_round: corrected over the rounds of a pair; p_pair: its smallest, for the pair as a whole
    p_round_holm: corrected over rounds and over the planned pairs of the factor; `differs` says
        whether it is below .05, so that all rounds named in a family hold together
    """
    rows: list[dict[str, Any]] = []
    for opponent in study.opponents:
        curves = study.curves[study.curves["opponent"] == opponent]
        wide = {
            str(name): group.pivot(index="run", columns="round", values="win_rate")
            for name, group in curves.drop_duplicates(["condition", "run", "round"]).groupby(
                "condition", observed=False
            )
        }
        for pair in planned_pairs(study):
            rows += [
                {"opponent": opponent, **pair._asdict(), **row}
                for row in _rounds(pair, wide[pair.a], wide[pair.b], study.is_paired)
            ]
    result = table(rows, COLUMNS)
    for _, family in result.groupby(["opponent", "factor"], sort=False):
        _correct(result, family)
    result["differs"] = result["p_round_holm"] < ALPHA
    return result


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
    x, y = a[rounds].to_numpy(), b[rounds].to_numpy()
    test = flip(x - y) if is_paired else permute(x, y)
    known = ~np.isnan(x - y) if is_paired else None
    for place, number in enumerate(rounds):
        n_a = int(known[:, place].sum()) if known is not None else int(a[number].count())
        n_b = n_a if known is not None else int(b[number].count())
        yield {
            "round": number,
            "n_a": n_a,
            "n_b": n_b,
            "t_abs": test.t[place],
            "p_round": test.p_round[place],
            "p_pair": test.p,
            "method": test.method,
        }


def _correct(result: pd.DataFrame, family: pd.DataFrame) -> None:
    """Correct over pairs: a round by the factor that Holm gives its pair, and never before it."""
    pairs = family.drop_duplicates(["a", "b"])[["a", "b", "p_pair"]]
    pairs = pairs.assign(holm=holm(pairs["p_pair"]), by=holm_factors(pairs["p_pair"]))
    of_row = family[["a", "b"]].merge(pairs, on=["a", "b"], how="left").set_index(family.index)
    stepped = (family["p_round"] * of_row["by"]).clip(upper=1.0)
    result.loc[family.index, "p_pair_holm"] = of_row["holm"]
    result.loc[family.index, "p_round_holm"] = np.maximum(stepped, of_row["holm"])
