"""Runs of the same number compared with each other, where the experiment declared them paired."""

import math
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cuttle.analysis.data import Study
from cuttle.analysis.families import planned_pairs
from cuttle.analysis.numerics import ALPHA, NAN, FloatArray, detectable, is_constant, rows_of, table
from cuttle.analysis.pairs import lined_up, values_by_run
from cuttle.analysis.per_study import once_per_study
from cuttle.analysis.statistics import comparisons

UNPAIRED = (
    "the experiment did not declare its seeds paired (seed=paired); pairing is decided before the "
    "sweep, never after seeing the correlation"
)
COLUMNS = (
    "opponent", "factor", "a", "b", "n", "is_declared", "correlation", "t", "df", "p",
    "p_sign_flip", "wilcoxon", "p_wilcoxon", "dz", "mde_dz", "mde_d_unpaired", "note",
)  # fmt: skip


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Compare pairs by run number where declared; return the correlation in any case."""
    compared, rows = iter(rows_of(comparisons.compute(study))), []
    for opponent in study.opponents:
        values = values_by_run(study.final[study.final["opponent"] == opponent], "win_rate")
        for pair in planned_pairs(study):
            x, y = lined_up(values, pair, is_paired=True)
            row = {"opponent": opponent, **pair._asdict(), "n": x.size}
            row |= {"is_declared": study.is_paired, "correlation": _correlation(x, y)}
            if study.is_paired:
                row |= _test(x - y, next(compared))
            rows.append(row if study.is_paired else {**row, "note": UNPAIRED})
    return table(rows, COLUMNS)


def _correlation(x: FloatArray, y: FloatArray) -> float:
    """Pearson's correlation; NaN below three pairs and where a side is constant."""
    if x.size < 3 or is_constant(x) or is_constant(y):
        return NAN
    return float(np.corrcoef(x, y)[0, 1])


def _test(differences: FloatArray, compared: dict[str, Any]) -> dict[str, Any]:
    row = {"note": compared["note"]}
    if differences.size < 2:
        return row
    alpha, n = ALPHA / compared["family_size"], differences.size
    is_t = compared["test"] == "paired_t"
    return {
        **row,
        **_wilcoxon(differences),
        "t": compared["t"],
        "df": compared["df"],
        "p": compared["p"] if is_t else NAN,
        "p_sign_flip": compared["p_permutation"],
        "dz": compared["dz"],
        "mde_dz": detectable(1 / math.sqrt(n), n - 1, alpha),
        "mde_d_unpaired": detectable(math.sqrt(2 / n), 2 * n - 2, alpha),
    }


def _wilcoxon(differences: FloatArray) -> dict[str, float]:
    """Wilcoxon's signed ranks (Wilcoxon 1945); scipy's p is exact, with ties up to 13 pairs."""
    rounded = np.round(differences, 12)  # equal differences of decimals must tie
    rounded = rounded[rounded != 0]
    if not rounded.size:
        return {"p_wilcoxon": 1.0}
    ranks = stats.rankdata(np.abs(rounded))
    test = stats.wilcoxon(rounded, correction=True)
    return {"wilcoxon": float(ranks[rounded > 0].sum()), "p_wilcoxon": float(test.pvalue)}
