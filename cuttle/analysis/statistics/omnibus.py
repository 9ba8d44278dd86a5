"""Tests of all conditions at once, with effect sizes."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import special, stats
from statsmodels.stats.oneway import anova_oneway

from cuttle.analysis.data import Study
from cuttle.analysis.numerics import ONE_EACH, SEED, FloatArray, Row, degenerate
from cuttle.analysis.pairs import values_by_run
from cuttle.analysis.statistic import by_opponent

NUM_SAMPLED = 9_999
TESTS = {
    "anova": "one-way ANOVA",
    "welch_anova": "Welch ANOVA",
    "kruskal_wallis": "Kruskal-Wallis",
    "repeated_anova": "repeated-measures ANOVA with the Greenhouse-Geisser correction",
    "friedman": "Friedman",
    "permutation": "permutation test of all runs",
}


@by_opponent("test is_primary statistic_value df1 df2 p effect effect_size omega2 note")
def omnibus(study: Study, opponent: str) -> Iterator[Row]:
    """Test all conditions that have runs, of paired studies over the runs that all of them have.

    The primary test is Welch's ANOVA (Welch 1951), or the repeated-measures ANOVA with the
    Greenhouse-Geisser correction. Where it cannot be computed, a permutation test of F is.
    """
    values = values_by_run(study.finals(opponent), "win_rate")
    known = {name: runs for name, runs in values.items() if len(runs)}
    groups = {name: runs.to_numpy() for name, runs in known.items()}
    tests = [*_independent(groups), *(_repeated(known) if study.is_paired else ())]
    primary = "repeated_anova" if study.is_paired else "welch_anova"
    if any(test["test"] == primary and "p" not in test for test in tests):
        tests.append(_permutation(groups))
        primary = "permutation"
    return ({**test, "is_primary": test["test"] == primary} for test in tests)


def _independent(groups: Mapping[str, FloatArray]) -> Iterator[dict[str, Any]]:
    arrays = list(groups.values())
    if note := _too_few(groups) or degenerate(groups, varying="all"):
        yield {"test": "welch_anova", "note": note}
    else:
        fit = anova_oneway(arrays, use_var="unequal")
        yield _row("welch_anova", fit.statistic, fit.df_num, fit.df_denom, fit.pvalue)
    if note := _too_few(groups) or degenerate(groups, least=1):
        yield {"test": "anova", "note": note}
        yield {"test": "kruskal_wallis", "note": note}
        return
    yield anova(arrays)
    ranks, n, k = stats.kruskal(*arrays), sum(x.size for x in arrays), len(arrays)
    effect = ranks.statistic * (n + 1) / (n**2 - 1)  # Tomczak & Tomczak 2014
    row = _row("kruskal_wallis", ranks.statistic, k - 1, None, ranks.pvalue)
    yield {**row, "effect": "epsilon2", "effect_size": effect}


def _too_few(groups: Mapping[str, FloatArray]) -> str:
    if len(groups) < 2:
        return "fewer than two of them have runs"
    return ONE_EACH * all(x.size < 2 for x in groups.values())


def anova(arrays: list[FloatArray]) -> dict[str, Any]:
    """One-way ANOVA with eta^2 and omega^2 (Fisher 1925; Hays 1963)."""
    test, n, k = stats.f_oneway(*arrays), sum(x.size for x in arrays), len(arrays)
    eta2 = test.statistic * (k - 1) / (test.statistic * (k - 1) + n - k)
    omega2 = (k - 1) * (test.statistic - 1) / ((k - 1) * (test.statistic - 1) + n)
    row = _row("anova", test.statistic, k - 1, n - k, test.pvalue)
    return {**row, "effect": "eta2", "effect_size": eta2, "omega2": omega2}


def _repeated(values: Mapping[str, pd.Series]) -> Iterator[dict[str, Any]]:
    """Compare conditions over the runs that all of them have, by means and by ranks."""
    complete = pd.DataFrame(dict(values)).dropna()
    n, k = complete.shape
    blocks = complete.to_numpy()
    if k < 2 or n < 2:
        note = f"{n} runs that all of the {k} conditions with runs have"
    else:
        rest = blocks - blocks.mean(axis=0) - blocks.mean(axis=1, keepdims=True) + blocks.mean()
        error = float((rest**2).sum())
        note = "they differ by constants" * (error <= 1e-28 * max(1.0, float((blocks**2).sum())))
    if note:
        yield {"test": "repeated_anova", "note": note}
        yield {"test": "friedman", "note": note}
        return
    between = n * float(((blocks.mean(axis=0) - blocks.mean()) ** 2).sum())
    epsilon = _greenhouse_geisser(blocks)
    df1, df2 = epsilon * (k - 1), epsilon * (k - 1) * (n - 1)
    f = between / (error / (n - 1))
    row = _row("repeated_anova", f, df1, df2, float(special.fdtrc(df1, df2, f)))
    yield {**row, "effect": "partial eta2", "effect_size": between / (between + error)}
    if k < 3 or (stats.rankdata(blocks, axis=1) == (k + 1) / 2).all():
        yield {"test": "friedman", "note": "fewer than 3 conditions, or all of them tie"}
        return
    chi2, p = map(float, stats.friedmanchisquare(*blocks.T))
    row = _row("friedman", chi2, k - 1, None, p)
    yield {**row, "effect": "Kendall's W", "effect_size": chi2 / (n * (k - 1))}


def _greenhouse_geisser(blocks: FloatArray) -> float:
    """Epsilon from the double-centred covariance (Greenhouse & Geisser 1959); no library has it."""
    k = blocks.shape[1]
    centring = np.eye(k) - 1 / k
    centred = centring @ np.cov(blocks, rowvar=False) @ centring
    squares = float((centred**2).sum())
    return float(np.trace(centred) ** 2 / ((k - 1) * squares)) if squares else 1.0


def _permutation(groups: Mapping[str, FloatArray]) -> dict[str, Any]:
    """Relabel runs and compare the variation between conditions; runs without variance decide."""
    if note := _too_few(groups) or degenerate(groups, varying="none"):
        return {"test": "permutation", "note": note}

    def between(*samples: FloatArray, axis: int = -1) -> Any:
        return sum(x.shape[axis] * x.mean(axis=axis) ** 2 for x in samples)

    centre = np.concatenate(list(groups.values())).mean()
    test = stats.permutation_test(
        [x - centre for x in groups.values()], between, n_resamples=NUM_SAMPLED,
        alternative="greater", vectorized=True, batch=1000, rng=SEED,
    )  # fmt: skip
    return {"test": "permutation", "p": test.pvalue, "note": "no variance within some of them"}


def _row(test: str, value: float, df1: float, df2: float | None, p: float) -> dict[str, Any]:
    return {"test": test, "statistic_value": value, "df1": df1, "df2": df2, "p": p}
