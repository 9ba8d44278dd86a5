"""Two conditions compared: which pairs are planned, their tests, effect sizes and families."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special
from scipy.optimize import brentq
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from cuttle.analysis.data import Study
from cuttle.analysis.multiplicity import bonferroni, holm, shaffer
from cuttle.analysis.numerics import (
    ALPHA,
    NAN,
    TAIL,
    FloatArray,
    degenerate,
    detectable,
    is_constant,
    table,
)
from cuttle.analysis.permutation import flip, permute
from cuttle.analysis.ranks import mann_whitney, prob_improvement_interval
from cuttle.runs.diff import canonical
from cuttle.runs.run_record import NETWORK_TYPE

MAX_LEVELS_ALL_PAIRS = 3  # of a factor beside others; more are compared with the base level
COLUMNS = (
    "factor a b n_a n_b test diff se ci_low ci_high t df p p_bonferroni p_holm p_shaffer"
    " p_permutation p_permutation_holm permutation_method p_mann_whitney prob_improvement"
    " prob_improvement_low prob_improvement_high cliffs_delta cohens_d_pooled effect_band d_ci_low"
    " d_ci_high hedges_g_exact g_ci_low g_ci_high dz family_size is_significant detectable note"
)
T_TEST = ("diff", "se", "ci_low", "ci_high", "t", "df", "p")
# Cohen 1988; the value at a border belongs to the larger word.
BANDS = ((0.2, "negligible"), (0.5, "small"), (0.8, "medium"))


class Pair(NamedTuple):
    """Conditions a and b, in the order of the plan, that differ in one factor alone."""

    factor: str
    a: str
    b: str


def planned_pairs(study: Study) -> list[Pair]:
    """Return all pairs to compare, whether or not they have runs, a family per factor.

    A single factor, and the network type, are compared in all pairs of levels. Any other factor
    with more than three levels is compared with its base level, so that families stay small: two
    types with six faults make 6 + 10 pairs, not 66.
    """
    factors = study.varying
    planned = {
        f: [(canonical(x), canonical(y)) for x, y in planned_levels(study, f)] for f in factors
    }
    levels = study.conditions[list(factors)].map(canonical).to_numpy().tolist()
    pairs = []
    for (a, of_a), (b, of_b) in itertools.combinations(zip(study.labels, levels, strict=True), 2):
        differing = [f for f, x, y in zip(factors, of_a, of_b, strict=True) if x != y]
        if len(differing) == 1:
            (factor,) = differing
            place = factors.index(factor)
            if (of_a[place], of_b[place]) in planned[factor]:
                pairs.append(Pair(factor, a, b))
    return sorted(pairs, key=lambda pair: factors.index(pair.factor))


def no_pairs(study: Study) -> str:
    """Return why there is no pair to compare."""
    if len(study.labels) > 1:
        return f"no two {study.noun}s differ in one factor alone"
    return f"there is only one {study.noun}"


def planned_levels(study: Study, factor: str) -> list[tuple[Any, Any]]:
    """Return the pairs of levels of a factor to compare, in the order of the levels."""
    levels, base = study.levels(factor), canonical(study.factors[factor].base)
    pairs = list(itertools.combinations(levels, 2))
    with_base = [pair for pair in pairs if base in map(canonical, pair)]
    if len(study.varying) == 1 or factor == NETWORK_TYPE or len(levels) <= MAX_LEVELS_ALL_PAIRS:
        return pairs
    return with_base or pairs


def values_by_run(frame: pd.DataFrame, column: str) -> dict[str, pd.Series]:
    """Split a column by condition as series over run numbers; NaN is dropped."""
    known = frame.dropna(subset=[column])
    return {
        str(label): group.set_index("run")[column].astype(np.float64)
        for label, group in known.groupby("condition", observed=False, sort=False)
    }


def lined_up(
    values: Mapping[str, pd.Series], pair: Pair, is_paired: bool
) -> tuple[FloatArray, FloatArray]:
    """Return the values of both conditions, of paired ones those of the runs that both have."""
    x, y = values[pair.a], values[pair.b]
    if is_paired:
        x, y = (of[~of.index.duplicated()] for of in (x, y))  # merged runs may share a number
        common = x.index.intersection(y.index)
        x, y = x.loc[common], y.loc[common]
    return x.to_numpy(), y.to_numpy()


def compare_pairs(
    pairs: Sequence[Pair], values: Mapping[str, pd.Series], *, is_paired: bool
) -> pd.DataFrame:
    """Compare pairs of conditions, with p-values adjusted over the planned family of a factor.

    Where neither condition has any variance, the exact permutation test, or of pairs that of sign
    flips, decides in place of the t test; `test` says which p it is.
    """
    rows = []
    for pair in pairs:
        x, y = lined_up(values, pair, is_paired)
        found = _paired(pair, x, y) if is_paired else _independent(pair, x, y)
        rows.append({**pair._asdict(), "n_a": x.size, "n_b": y.size, **found})
    result = table(rows, COLUMNS.split())
    families = result.groupby("factor", sort=False)
    result["family_size"] = families["a"].transform("size")
    for name, family in families:
        assert isinstance(name, str)
        where, p = family.index, family["p"]
        result.loc[where, "p_holm"], result.loc[where, "p_bonferroni"] = holm(p), bonferroni(p)
        result.loc[where, "p_permutation_holm"] = holm(family["p_permutation"])
        result.loc[where, "p_shaffer"] = shaffer(family)
    result["detectable"] = [
        detectable(se, df, ALPHA / size) if se > 0 else NAN
        for se, df, size in result[["se", "df", "family_size"]].to_numpy(dtype=np.float64)
    ]
    result["is_significant"] = (result["p_holm"] < ALPHA).fillna(False).astype(bool)
    return result


def welch(x: FloatArray, y: FloatArray) -> dict[str, float]:
    """Compare means without equal variances (Welch 1947): the columns of T_TEST."""
    both = CompareMeans(DescrStatsW(x), DescrStatsW(y))
    t, p, df = both.ttest_ind(usevar="unequal")
    low, high = both.tconfint_diff(alpha=2 * TAIL, usevar="unequal")
    found = (x.mean() - y.mean(), both.std_meandiff_separatevar, low, high, t, df, p)
    return dict(zip(T_TEST, found, strict=True))


def cohens_d(x: FloatArray, y: FloatArray) -> float:
    """Difference over the sd pooled by degrees of freedom (Cohen 1988); NaN without variance."""
    if is_constant(x) and is_constant(y):
        return NAN
    df = x.size + y.size - 2
    pooled = ((x.size - 1) * x.var(ddof=1) + (y.size - 1) * y.var(ddof=1)) / df
    return float((x.mean() - y.mean()) / math.sqrt(pooled))


def hedges_j(df: float) -> float:
    """Exact bias correction of d (Hedges 1981); statsmodels has the approximation."""
    ratio = special.gammaln(df / 2) - special.gammaln((df - 1) / 2)
    return float(math.exp(ratio) / math.sqrt(df / 2))


def effect_band(d: float) -> str:
    """Name the size of |d|: negligible, small, medium or large; empty for NaN."""
    if math.isnan(d):
        return ""
    return next((word for border, word in BANDS if abs(d) < border), "large")


def _independent(pair: Pair, x: FloatArray, y: FloatArray) -> dict[str, Any]:
    groups = {pair.a: x, pair.b: y}
    row = _common(x, y)
    if note := degenerate(groups, varying="none"):
        return {**row, "note": note}
    permuted = permute(x[:, None], y[:, None])
    u, p_ranks = mann_whitney(x, y)
    low, high = prob_improvement_interval(u / (x.size * y.size), x.size, y.size)
    row |= {"p_permutation": permuted.p, "permutation_method": permuted.method}
    row |= {"p_mann_whitney": p_ranks, "prob_improvement_low": low, "prob_improvement_high": high}
    if note := degenerate(groups):
        decided = f"{note}: decided by the permutation test"
        return {**row, "test": "permutation", "p": permuted.p, "note": decided}
    d, scale = cohens_d(x, y), math.sqrt(1 / x.size + 1 / y.size)
    df, j = x.size + y.size - 2, hedges_j(x.size + y.size - 2)
    low, high = (scale * end for end in _noncentralities(d / scale, df))
    row |= {"cohens_d_pooled": d, "effect_band": effect_band(d), "d_ci_low": low, "d_ci_high": high}
    row |= {"hedges_g_exact": j * d, "g_ci_low": j * low, "g_ci_high": j * high}
    return {**row, "test": "welch", **welch(x, y)}


def _paired(pair: Pair, x: FloatArray, y: FloatArray) -> dict[str, Any]:
    """Compare runs of the same number; intervals of independent runs are not theirs."""
    row, differences = _common(x, y), x - y
    if note := degenerate({f"pairs of {pair.a} and {pair.b}": differences}, varying="none"):
        return {**row, "note": note.replace("runs of pairs", "pairs of runs")}
    flipped, d = flip(differences[:, None]), cohens_d(x, y)
    row |= {"p_permutation": flipped.p, "permutation_method": flipped.method}
    row |= {"cohens_d_pooled": d, "effect_band": effect_band(d)}
    row |= {"hedges_g_exact": hedges_j(2 * x.size - 2) * d}
    if is_constant(differences):
        note = "all differences are equal: decided by the test of sign flips"
        return {**row, "test": "sign_flip", "p": flipped.p, "note": note}
    sample = DescrStatsW(differences)
    t, p, df = sample.ttest_mean(0.0)  # Student 1908
    low, high = sample.tconfint_mean(alpha=2 * TAIL)
    test = dict(zip(T_TEST, (sample.mean, sample.std_mean, low, high, t, df, p), strict=True))
    return {**row, "test": "paired_t", **test, "dz": t / math.sqrt(x.size)}


def _common(x: FloatArray, y: FloatArray) -> dict[str, Any]:
    """Describe the difference without a test, as far as there are runs."""
    if not (x.size and y.size):
        return {}
    share = mann_whitney(x, y)[0] / (x.size * y.size)
    shares = {"prob_improvement": share, "cliffs_delta": 2 * share - 1}
    return {"diff": float(x.mean() - y.mean()), **shares}


def _noncentralities(t: float, df: float) -> tuple[float, float]:
    """Find the noncentralities with t at their upper and at their lower tail.

    Cumming & Finch 2001; `scipy.special.nctdtrinc` is exact to six digits only.
    """
    reach = 20 * (1 + abs(t) / math.sqrt(df))

    def end(probability: float) -> float:
        def excess(nc: float) -> float:
            value = float(special.nctdtr(df, nc, t))
            limit = 0.0 if nc > t else 1.0  # where the series underflows
            return (limit if math.isnan(value) else value) - probability

        return float(brentq(excess, t - reach, t + reach, xtol=1e-14, rtol=1e-14))

    return end(1 - TAIL), end(TAIL)
