"""The primary comparison of pairs: what follows from it, pairing, equivalence, power."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from scipy import stats
from scipy.optimize import brentq

from cuttle.analysis.data import Study
from cuttle.analysis.multiplicity import holm
from cuttle.analysis.numerics import (
    ALPHA,
    NAN,
    POWER,
    FloatArray,
    Row,
    degenerate,
    detectable,
    rows_of,
    t_power,
    table,
)
from cuttle.analysis.pairs import (
    COLUMNS,
    Pair,
    compare_pairs,
    lined_up,
    planned_pairs,
    values_by_run,
)
from cuttle.analysis.statistic import by_opponent

POINTS = (2, 5, 10)
UPPER = 0.8  # confidence of the upper limit of the sd
MAX_RUNS = 10**8
UNPAIRED = (
    "the experiment did not declare its seeds paired (seed=paired); pairing is decided before the "
    "sweep, never after seeing the correlation"
)
EQUIVALENCE = (
    "factor a b margin diff ci_low ci_high p p_holm is_equivalent largest_that_could_pass"
    " could_pass note"
)


@by_opponent(COLUMNS)
def comparisons(study: Study, opponent: str) -> list[dict[str, Any]]:
    """Compare final win rates, a minus b, by Welch's test or, if declared, by paired runs.

    One test for all pairs of conditions, chosen before seeing the data.
    """
    values = values_by_run(study.finals(opponent), "win_rate")
    return rows_of(compare_pairs(planned_pairs(study), values, is_paired=study.is_paired))


@by_opponent(
    "factor a b n is_declared correlation t df p p_sign_flip wilcoxon p_wilcoxon dz mde_dz"
    " mde_d_unpaired note"
)
def paired(study: Study, opponent: str) -> Iterator[Row]:
    """Compare pairs by run number where declared; return the correlation in any case."""
    values = values_by_run(study.finals(opponent), "win_rate")
    for compared in rows_of(comparisons(study, opponent)):
        pair = Pair(compared["factor"], compared["a"], compared["b"])
        x, y = lined_up(values, pair, is_paired=True)
        row = {**pair._asdict(), "n": x.size, "is_declared": study.is_paired}
        unknown = degenerate({pair.a: x, pair.b: y}, least=3, varying="all")
        row["correlation"] = NAN if unknown else np.corrcoef(x, y)[0, 1]
        signed = _signed(x - y, compared) if study.is_paired else {"note": UNPAIRED}
        missing = f"no correlation: {unknown}" if unknown else ""
        yield {**row, **signed, "note": "; ".join(filter(None, [signed["note"], missing]))}


def _signed(differences: FloatArray, compared: Row) -> dict[str, Any]:
    n, note = differences.size, compared["note"]
    if n < 2:
        return {"note": note}
    alpha, is_t = ALPHA / compared["family_size"], compared["test"] == "paired_t"
    return {
        **{column: compared[column] for column in ("t", "df", "dz")}, **_wilcoxon(differences),
        "p": compared["p"] if is_t else NAN, "p_sign_flip": compared["p_permutation"],
        "mde_dz": detectable(1 / math.sqrt(n), n - 1, alpha),
        "mde_d_unpaired": detectable(math.sqrt(2 / n), 2 * n - 2, alpha), "note": note,
    }  # fmt: skip


def _wilcoxon(differences: FloatArray) -> dict[str, float]:
    """Wilcoxon's signed ranks (Wilcoxon 1945); scipy's p is exact, with ties up to 13 pairs."""
    rounded = np.round(differences, 12)  # equal differences of decimals must tie
    rounded = rounded[rounded != 0]
    if not rounded.size:
        return {"p_wilcoxon": 1.0}
    ranks = stats.rankdata(np.abs(rounded))
    test = stats.wilcoxon(rounded, correction=True)
    return {"wilcoxon": float(ranks[rounded > 0].sum()), "p_wilcoxon": float(test.pvalue)}


@by_opponent(EQUIVALENCE)
def equivalence(study: Study, opponent: str) -> list[dict[str, Any]]:
    """Test all pairs for equivalence (Schuirmann 1987); a failure shows no difference either.

    ci_low, ci_high: the 90% interval of a minus b, which lies within the margins where p < .05
    largest_that_could_pass: largest difference that could pass at this pair's spread, as the first
        in Holm's order; could_pass: whether Holm passes the pair where no pair differs at all
    """
    rows = [
        {**{name: compared[name] for name in ("factor", "a", "b", "diff")}, "margin": study.margin,
         **_two_one_sided(compared, study.margin)}
        for compared in rows_of(comparisons(study, opponent))
    ]  # fmt: skip
    result = table(rows, ["p_best", *EQUIVALENCE.split()])
    for _, family in result.groupby("factor", sort=False):
        result.loc[family.index, "p_holm"] = holm(family["p"])
        result.loc[family.index, "p_best"] = holm(family["p_best"])
    result["is_equivalent"], result["could_pass"] = (
        result[p] < ALPHA for p in ("p_holm", "p_best")
    )
    return rows_of(result.drop(columns="p_best"))


def _two_one_sided(compared: Row, margin: float) -> dict[str, Any]:
    """Test one pair with the error and the degrees of freedom of its test of a difference."""
    diff, se, df, note = (compared[name] for name in ("diff", "se", "df", "note"))
    if not compared["test"]:
        return {"note": note}
    if not se > 0:  # no variance: every relabelling but the observed one is nearer
        n_a, n_b = compared["n_a"], compared["n_b"]
        is_paired = compared["test"] == "sign_flip"
        smallest = 0.5**n_a if is_paired else 1 / math.comb(n_a + n_b, n_a)
        return {"p": smallest if abs(diff) < margin else 1.0, "p_best": smallest, "note": note}
    t = stats.t(df)
    half, first = t.isf(ALPHA) * se, t.isf(ALPHA / compared["family_size"]) * se
    return {
        "ci_low": diff - half, "ci_high": diff + half, "p": t.cdf((abs(diff) - margin) / se),
        "p_best": t.cdf(-margin / se), "largest_that_could_pass": max(0.0, margin - first),
    }  # fmt: skip


@by_opponent(
    "factor a b n_a n_b alpha effect mde_effect sd mde mde_at_upper_sd"
    f" {' '.join(f'needed_{p}_points' for p in POINTS)} note"
)
def power(study: Study, opponent: str) -> Iterator[Row]:
    """Return the difference that each pair's own test finds with 80% power, after Bonferroni.

    mde_effect: the same in d, of independent runs, or dz, of pairs; sd: of runs, pooled as the test
    weighs them, or of differences; mde_at_upper_sd: at the upper 80% limit of the sd, which few
    runs leave uncertain; needed_P_points: the runs that a difference of so many points needs; never
    "observed power"
    """
    effect = "dz" if study.is_paired else "d"
    values = values_by_run(study.finals(opponent), "win_rate")
    for row in rows_of(comparisons(study, opponent)):
        x, y = lined_up(values, Pair(row["factor"], row["a"], row["b"]), study.is_paired)
        samples = [x - y] if study.is_paired else [x, y]
        keys = ("factor", "a", "b", "n_a", "n_b", "note")
        yield {**{key: row[key] for key in keys}, "effect": effect, **_power(row, samples)}


def _power(row: Row, samples: Sequence[FloatArray]) -> dict[str, Any]:
    """Return the power of one pair; `samples` are its two conditions or, paired, differences."""
    alpha, n_a, n_b = ALPHA / row["family_size"], row["n_a"], row["n_b"]
    if min(n_a, n_b) < 2:
        return {"alpha": alpha}
    is_paired = len(samples) == 1
    unit = math.sqrt(1 / n_a) if is_paired else math.sqrt(1 / n_a + 1 / n_b)
    smallest = detectable(unit, n_a - 1 if is_paired else n_a + n_b - 2, alpha)
    found = {"alpha": alpha, "mde_effect": smallest}
    if not row["se"] > 0:
        return found
    sd, df, mde = row["se"] / unit, row["df"], row["detectable"]
    upper = mde * math.sqrt(df / float(stats.chi2.ppf(1 - UPPER, df)))
    found |= {"sd": sd, "mde": NAN if mde > 1 else mde}
    found |= {"mde_at_upper_sd": NAN if upper > 1 else upper}
    variances = [float(sample.var(ddof=1)) for sample in samples]
    found |= {f"needed_{p}_points": needed_runs(p / 100, variances, alpha) for p in POINTS}
    if upper > 1:
        where = "" if mde > 1 else " at the upper sd"
        return {**found, "note": f"too few runs to detect any difference{where}"}
    return found


def needed_runs(difference: float, variances: Sequence[float], alpha: float) -> float:
    """Return the runs per condition, or pairs, that find a difference with 80% power.

    NaN where 100 million are not enough.
    variances: of the runs of both conditions, which Welch's test compares, or of the differences
    """
    total = sum(variances)
    df_per_run = total**2 / sum(variance**2 for variance in variances)

    def missing(log_n: float) -> float:
        n = math.exp(log_n)
        return POWER - t_power(difference / math.sqrt(total / n), (n - 1) * df_per_run, alpha)

    ends = math.log(2), math.log(MAX_RUNS)  # below two runs there is no error to test against
    if missing(ends[0]) <= 0:
        return 2
    if missing(ends[1]) > 0:
        return NAN
    return math.ceil(math.exp(float(brentq(missing, *ends, xtol=1e-12))) - 1e-9)
