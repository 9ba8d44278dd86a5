"""The primary comparison of types, pair by pair, as one family. Reads no files, writes no words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from cuttle.analysis.estimators.core import ALPHA, Estimate, FloatArray, NotComputable
from cuttle.analysis.estimators.effects import EffectSizes, effect_sizes
from cuttle.analysis.estimators.multiplicity import Pair, bonferroni, holm, pairs_of, shaffer
from cuttle.analysis.estimators.paired import PairedTest, paired_t, tost_paired
from cuttle.analysis.estimators.permutation import MaxT, permutation_test
from cuttle.analysis.estimators.power import detectable_difference
from cuttle.analysis.estimators.ranks import (
    MannWhitney,
    mann_whitney,
    prob_improvement_interval,
)
from cuttle.analysis.estimators.two_sample import Equivalence, TTest, tost_welch, welch_t
from cuttle.analysis.study import Study


@dataclass(frozen=True, slots=True)
class Comparison(Estimate):
    """Win rates of type a minus those of type b; the p-values are adjusted over the family.

    test: `welch`, or `paired_t` where the experiment declared its seeds paired
    p_permutation: relabelling of the studentised difference, or sign flips where paired
    permutation_method: `exact` or `sampled`, of p_permutation
    prob_improvement: that a new run of a beats a new run of b, with its score interval
    dz: mean difference over the sd of differences; None where not paired

    The intervals of effects and of prob_improvement and p_mann_whitney are those of independent
    runs: None where paired.
    """

    a: str
    b: str
    n_a: int
    n_b: int
    test: str
    diff: float
    se: float
    ci_low: float
    ci_high: float
    t: float
    df: float
    p: float
    p_permutation: float
    permutation_method: str
    effects: EffectSizes | NotComputable
    prob_improvement: float
    prob_improvement_low: float | None
    prob_improvement_high: float | None
    cliffs_delta: float
    p_mann_whitney: float | None
    dz: float | None
    family_size: int = 1
    p_bonferroni: float = 1.0
    p_holm: float = 1.0
    p_shaffer: float = 1.0
    p_permutation_holm: float = 1.0
    is_significant: bool = False

    @property
    def detectable(self) -> float:
        """Difference found with 80 % power at the spread of this pair, after Bonferroni."""
        return detectable_difference(self.se, self.df, ALPHA / self.family_size)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A pair that cannot be compared, and why."""

    a: str
    b: str
    n_a: int
    n_b: int
    reason: str
    computable: bool = False


@dataclass(frozen=True, slots=True)
class EquivalenceOfPair:
    """Whether types a and b are as good as equal; p_holm is None where there is no test."""

    a: str
    b: str
    tost: Equivalence | NotComputable
    p_holm: float | None

    @property
    def is_shown(self) -> bool:
        """Say whether equivalence holds after correction."""
        return self.p_holm is not None and self.p_holm < ALPHA


@lru_cache(maxsize=8)
def compare_types(study: Study, opponent: str) -> tuple[Comparison | Refusal, ...]:
    """Compare all pairs of types that have runs, by Welch or, if declared, by paired runs."""
    if study.is_paired:
        lined = paired_rates(study, opponent)
        return tuple(_adjust([_compare_paired(pair, x, y) for pair, x, y in lined]))
    return tuple(compare_groups(study.groups(opponent)))


def compare_groups(groups: Mapping[str, FloatArray]) -> list[Comparison | Refusal]:
    """Compare all pairs of independent groups as one family."""
    return _adjust([_compare(pair, *(groups[n] for n in pair)) for pair in pairs_of(list(groups))])


def equivalence_family(study: Study, opponent: str) -> list[EquivalenceOfPair]:
    """Test all pairs of types for equivalence within the margin, with Holm-adjusted p-values."""
    margin = study.equivalence_margin
    if study.is_paired:
        lined = paired_rates(study, opponent)
        tests = {pair: tost_paired(x, y, margin) for pair, x, y in lined}
    else:
        rates = study.groups(opponent)
        tests = {(a, b): tost_welch(rates[a], rates[b], margin) for a, b in pairs_of(list(rates))}
    raw = {pair: t.p for pair, t in tests.items() if isinstance(t, Equivalence)}
    adjusted = dict(zip(raw, holm(list(raw.values())), strict=True))
    return [
        EquivalenceOfPair(*pair, tost=test, p_holm=adjusted.get(pair))
        for pair, test in tests.items()
    ]


def paired_rates(study: Study, opponent: str) -> list[tuple[Pair, FloatArray, FloatArray]]:
    """Line up win rates by run number, for each pair of types, over the runs both have."""
    by_type = rates_by_run(study, opponent)
    lined = []
    for a, b in pairs_of([name for name, runs in by_type.items() if runs]):
        common = sorted(by_type[a].keys() & by_type[b].keys())
        x, y = (np.array([by_type[name][run] for run in common]) for name in (a, b))
        lined.append(((a, b), x, y))
    return lined


def complete_runs(study: Study, opponent: str) -> dict[str, FloatArray]:
    """Line up win rates of all types that have runs, over the run numbers all of them have."""
    by_type = {name: runs for name, runs in rates_by_run(study, opponent).items() if runs}
    numbers = [set(runs) for runs in by_type.values()]
    common = sorted(set.intersection(*numbers)) if numbers else []
    return {name: np.array([runs[run] for run in common]) for name, runs in by_type.items()}


def rates_by_run(study: Study, opponent: str) -> dict[str, dict[int, float]]:
    """Return final win rates by type and run number."""
    rates: dict[str, dict[int, float]] = {name: {} for name in study.types}
    for run in study.runs:
        if (tally := run.tally(opponent)).games:
            rates[run.network_type][run.run] = tally.win_rate
    return rates


def _compare(pair: Pair, x: FloatArray, y: FloatArray) -> Comparison | Refusal:
    test = welch_t(x, y)
    if isinstance(test, NotComputable):
        return Refusal(*pair, len(x), len(y), test.reason)
    relabelled, result = permutation_test(x, y), _describe(pair, x, y, test)
    assert isinstance(relabelled, MaxT)  # groups with a t test can be relabelled
    return replace(result, p_permutation=relabelled.p_global, permutation_method=relabelled.method)


def _compare_paired(pair: Pair, x: FloatArray, y: FloatArray) -> Comparison | Refusal:
    test = paired_t(x, y)
    if isinstance(test, NotComputable):
        return Refusal(*pair, len(x), len(y), test.reason)
    result = _describe(pair, x, y, test)
    effects = result.effects
    if isinstance(effects, EffectSizes):
        effects = replace(effects, d_ci_low=None, d_ci_high=None, g_ci_low=None, g_ci_high=None)
    return replace(
        result,
        test="paired_t",
        p_permutation=test.signflip_p,
        permutation_method=test.signflip_method,
        effects=effects,
        prob_improvement_low=None,
        prob_improvement_high=None,
        p_mann_whitney=None,
        dz=test.dz,
    )


def _describe(pair: Pair, x: FloatArray, y: FloatArray, test: TTest | PairedTest) -> Comparison:
    """Gather what a t test and independent runs give, without a relabelling test."""
    ranks = mann_whitney(x, y)
    assert isinstance(ranks, MannWhitney)  # groups with a t test are not empty
    interval = prob_improvement_interval(ranks.U1, len(x), len(y))
    return Comparison(
        a=pair[0],
        b=pair[1],
        n_a=len(x),
        n_b=len(y),
        test="welch",
        diff=test.diff,
        se=test.se,
        ci_low=test.ci_low,
        ci_high=test.ci_high,
        t=test.t,
        df=test.df,
        p=test.p,
        p_permutation=1.0,
        permutation_method="",
        effects=effect_sizes(x, y),
        prob_improvement=ranks.prob_improvement,
        prob_improvement_low=interval.low,
        prob_improvement_high=interval.high,
        cliffs_delta=ranks.cliffs_delta,
        p_mann_whitney=ranks.p,
        dz=None,
    )


def _adjust(results: list[Comparison | Refusal]) -> list[Comparison | Refusal]:
    """Fill in the p-values adjusted over the pairs that could be compared."""
    family = {(r.a, r.b): r for r in results if isinstance(r, Comparison)}
    raw = [r.p for r in family.values()]
    columns = zip(
        family.items(),
        bonferroni(raw),
        holm(raw),
        shaffer({pair: r.p for pair, r in family.items()}).values(),
        holm([r.p_permutation for r in family.values()]),
        strict=True,
    )
    for (pair, result), p_bonferroni, p_holm, p_shaffer, p_permutation in columns:
        family[pair] = replace(
            result,
            family_size=len(family),
            p_bonferroni=p_bonferroni,
            p_holm=p_holm,
            p_shaffer=p_shaffer,
            p_permutation_holm=p_permutation,
            is_significant=p_holm < ALPHA,
        )
    return [family.get((r.a, r.b), r) for r in results]
