"""Are conditions as good as equal: two one-sided tests against the declared margin."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from scipy import special
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from cuttle.analysis.data import Study
from cuttle.analysis.families import Pair
from cuttle.analysis.multiplicity import holm
from cuttle.analysis.numerics import ALPHA, NAN, FloatArray, rows_of, table
from cuttle.analysis.pairs import lined_up, values_by_run
from cuttle.analysis.per_study import once_per_study
from cuttle.analysis.statistics import comparisons

COLUMNS = (
    "opponent", "factor", "a", "b", "margin", "diff", "ci_low", "ci_high", "p", "p_holm",
    "is_equivalent", "largest_that_could_pass", "could_pass", "note",
)  # fmt: skip


@once_per_study
def compute(study: Study) -> pd.DataFrame:
    """Test all pairs for equivalence (Schuirmann 1987); a failure shows no difference either.

    ci_low, ci_high: the 90% interval of a minus b, which lies within the margins where p < .05
    largest_that_could_pass: largest difference that could pass at this pair's spread, as the first
        in Holm's order; could_pass: whether Holm passes the pair where no pair differs at all
    """
    rows = []
    for opponent in study.opponents:
        values = values_by_run(study.final[study.final["opponent"] == opponent], "win_rate")
        compared = comparisons.compute(study)
        for row in rows_of(compared[compared["opponent"] == opponent]):
            pair = Pair(row["factor"], row["a"], row["b"])
            x, y = lined_up(values, pair, study.is_paired)
            rows.append({"opponent": opponent, **pair._asdict(), **_test(x, y, row, study)})
    result = table(rows, COLUMNS)
    result["could_pass"] = False
    for _, family in result.groupby(["opponent", "factor"], sort=False):
        result.loc[family.index, "p_holm"] = holm(family["p"])
        best = holm(pd.Series([rows[place]["p_best"] for place in family.index]))
        result.loc[family.index, "could_pass"] = best < ALPHA
    result["is_equivalent"] = result["p_holm"] < ALPHA
    return result


def _test(
    x: FloatArray, y: FloatArray, compared: Mapping[str, Any], study: Study
) -> dict[str, Any]:
    margin, row = study.margin, {"margin": study.margin, "diff": compared["diff"], "p_best": NAN}
    if not compared["test"]:
        return {**row, "note": compared["note"]}
    if not compared["se"] > 0:  # no variance: every relabelling but the observed one is nearer
        smallest = 0.5**x.size if study.is_paired else 1 / math.comb(x.size + y.size, x.size)
        p = smallest if abs(compared["diff"]) < margin else 1.0
        return {**row, "p": p, "p_best": smallest, "note": compared["note"]}
    se, df, alpha = compared["se"], compared["df"], ALPHA / compared["family_size"]
    if study.is_paired:
        sample = DescrStatsW(x - y)
        p = sample.ttost_mean(-margin, margin)[0]
        low, high = sample.tconfint_mean(2 * ALPHA)
    else:
        both = CompareMeans(DescrStatsW(x), DescrStatsW(y))
        p = both.ttost_ind(-margin, margin, usevar="unequal")[0]
        low, high = both.tconfint_diff(2 * ALPHA, usevar="unequal")
    reach = margin - float(special.stdtrit(df, 1 - alpha)) * se
    return {
        **row,
        "ci_low": low,
        "ci_high": high,
        "p": p,
        "p_best": float(special.stdtr(df, -margin / se)),
        "largest_that_could_pass": max(0.0, reach),
    }
