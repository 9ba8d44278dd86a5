"""Degenerate input: a reason instead of a number, and no warning from the libraries below."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cuttle.analysis.estimators.assumptions import levene, shapiro_wilk
from cuttle.analysis.estimators.binomial import quasi_binomial, variance_components
from cuttle.analysis.estimators.bootstrap import bootstrap_interval
from cuttle.analysis.estimators.core import NotComputable
from cuttle.analysis.estimators.curves import rounds_to_threshold
from cuttle.analysis.estimators.decision_tree import classical_pair, classical_tests
from cuttle.analysis.estimators.descriptive import describe, t_interval
from cuttle.analysis.estimators.effects import effect_band, effect_sizes
from cuttle.analysis.estimators.mixed_model import logit_normal
from cuttle.analysis.estimators.multiplicity import (
    bonferroni,
    dunn,
    games_howell,
    pairs_of,
    shaffer,
    tukey_hsd,
)
from cuttle.analysis.estimators.omnibus import (
    anova,
    brown_forsythe_anova,
    kruskal_wallis,
    welch_anova,
)
from cuttle.analysis.estimators.paired import friedman, paired_t
from cuttle.analysis.estimators.permutation import (
    MaxT,
    max_t,
    permutation_test,
    smallest_permutation_p,
)
from cuttle.analysis.estimators.ranks import mann_whitney, smallest_rank_p
from cuttle.analysis.estimators.two_sample import student_t, tost_welch, welch_t

from .reference import topic

GROUPS: dict[str, dict[str, list[float | None]]] = {
    case["id"]: case["groups"] for case in topic("14_degenerate")["cases"]
}
EXPECTED = {case["id"]: case["expected"] for case in topic("14_degenerate")["cases"]}
SEVEN = [0.581, 0.613, 0.645, 0.597, 0.629, 0.565, 0.605]
CONSTANT = [0.7] * 7


def refused(result: Any, meaning: str) -> None:
    assert isinstance(result, NotComputable), result
    assert meaning in result.reason


def test_one_run_a_type_gives_point_estimates_only() -> None:
    groups = GROUPS["n1_each"]

    for name, x in groups.items():
        d: Any = describe(x)
        assert (d.n, d.mean, d.median, d.min, d.max) == (1, *x * 4), name
        assert d.sd is d.se is d.ci_low is d.ci_high is None
        assert "n < 2" in d.reason
        refused(shapiro_wilk(x), "n < 3")
    boolean, embedding = groups["boolean"], groups["embedding"]
    refused(levene(groups), "n < 3")
    refused(student_t(boolean, embedding), "n < 2")
    refused(welch_t(boolean, embedding), "n < 2")
    refused(tost_welch(boolean, embedding, 0.05), "n < 2")
    refused(effect_sizes(boolean, embedding), "n < 2")
    refused(classical_pair({"a": boolean, "b": embedding}), "n < 2")
    refused(anova(groups), "no residual degrees of freedom")
    refused(welch_anova(groups), "n < 2")
    refused(bootstrap_interval(boolean), "n < 2")
    refused(variance_components([60], [100]), "n < 2")
    refused(max_t([[0.1, 0.2]], [[0.2, 0.3]]), "n < 2")


def test_one_against_many_is_not_tested_by_means() -> None:
    refused(student_t([0.5], SEVEN), "n < 2")
    refused(levene({"a": [0.5], "b": SEVEN}), "n < 3")
    refused(permutation_test([0.5], SEVEN), "n < 2")


def test_two_runs_a_type_fall_back_to_welch() -> None:
    groups, expected = GROUPS["n2_each"], EXPECTED["n2_each"]

    refused(shapiro_wilk(groups["boolean"]), "n < 3")
    refused(levene(groups), "n < 3")
    pair: Any = classical_tests(groups)["boolean", "embedding"]
    assert pair.branch == "welch_fallback_no_shapiro"
    assert pair.p_raw == pytest.approx(
        expected["pairwise"]["boolean|embedding"]["p_welch"], rel=1e-4
    )
    assert smallest_rank_p(2, 2) == pytest.approx(expected["min_attainable_p_mwu"])


def test_constant_groups_that_differ_are_not_tested_by_means() -> None:
    groups = GROUPS["const_groups_differ"]
    a, b = groups["boolean"], groups["embedding"]
    expected = EXPECTED["const_groups_differ"]["pairwise"]["boolean|embedding"]

    refused(shapiro_wilk(a), "constant")
    refused(levene(groups), "constant")
    refused(student_t(a, b), "zero variance: identical results across seeds")
    refused(welch_t(a, b), "zero variance")
    refused(effect_sizes(a, b), "zero variance")
    refused(anova(groups), "zero within-group variance")
    refused(welch_anova(groups), "zero variance")
    refused(brown_forsythe_anova(groups), "zero within-group variance")
    refused(tukey_hsd(groups), "zero within-group variance")
    refused(games_howell(groups)["boolean", "embedding"], "zero variance")
    refused(paired_t(a, b), "zero variance")
    refused(bootstrap_interval(a), "constant")
    refused(t_interval(a), "constant")
    ranks: Any = mann_whitney(a, b)
    permutation: Any = permutation_test(a, b)
    assert ranks.p == pytest.approx(expected["mwu_exact_p"])
    assert permutation.p_global == pytest.approx(expected["permutation_p"])
    assert permutation.t_abs_observed == (None,)
    assert ranks.prob_improvement == expected["prob_improvement"]


def test_equal_constant_groups_are_not_distinguished() -> None:
    refused(student_t(CONSTANT, CONSTANT), "zero variance")
    refused(kruskal_wallis({"a": CONSTANT, "b": CONSTANT}), "all values are equal")
    refused(dunn({"a": CONSTANT, "b": CONSTANT}), "all values are equal")
    ranks: Any = mann_whitney(CONSTANT, CONSTANT)
    permutation: Any = permutation_test(CONSTANT, CONSTANT)
    assert (ranks.p, ranks.p_asymptotic_cc, ranks.prob_improvement) == (1.0, 1.0, 0.5)
    assert permutation.p_global == 1.0


def test_rounding_of_equal_floats_is_no_variance() -> None:
    almost = [0.1 + 0.2, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3]

    refused(effect_sizes(almost, [0.3] * 7), "zero variance")
    d: Any = describe(almost)
    assert d.sd == 0.0


def test_one_constant_group_still_allows_welch() -> None:
    pair: Any = classical_pair({"a": SEVEN, "b": CONSTANT})

    assert pair.branch == "welch_fallback_no_shapiro"
    assert "b: constant" in pair.reason
    refused(welch_anova({"a": SEVEN, "b": CONSTANT}), "b is constant")


@pytest.mark.parametrize("missing", [None, math.nan])
def test_missing_value_is_dropped_and_counted(missing: float | None) -> None:
    groups = {**GROUPS["nan_value"], "boolean": [*SEVEN[:6], missing]}

    d: Any = describe(groups["boolean"])

    assert (d.n, d.n_missing) == (6, 1)
    pair: Any = classical_tests(groups)["boolean", "embedding"]
    assert pair.branch == "student"  # not silently Mann-Whitney


def test_family_counts_the_comparisons_that_are_possible() -> None:
    expected = EXPECTED["missing_group"]

    result = classical_tests(GROUPS["missing_group"])
    with_empty = classical_tests({**GROUPS["missing_group"], "multi_encoder": []})

    pair: Any = result["boolean", "embedding"]
    for pairs in (result, with_empty):
        assert sum(p.computable for p in pairs.values()) == expected["family_size"]
    assert pair.p_bonferroni == pair.p_raw == pytest.approx(0.0022, abs=5e-5)


def test_no_groups_at_all() -> None:
    assert classical_tests({}) == {}
    refused(anova({}), "fewer than 2 groups")
    refused(levene({}), "fewer than 2 groups")
    refused(kruskal_wallis({}), "fewer than 2 groups")
    refused(describe([]), "no values")
    refused(mann_whitney([], SEVEN), "n < 1")


def test_four_runs_cannot_reach_significance_by_ranks() -> None:
    groups, expected = GROUPS["n4_min_p"], EXPECTED["n4_min_p"]

    ranks: Any = mann_whitney(groups["boolean"], groups["embedding"])

    assert ranks.p == pytest.approx(expected["min_attainable_p"])
    assert smallest_rank_p(4, 4) == pytest.approx(expected["min_attainable_p"])


@pytest.mark.parametrize(("n1", "n2"), [(3, 4), (5, 4), (4, 4), (2, 3)])
def test_the_smallest_p_of_relabelling_is_reached_by_groups_far_apart(n1: int, n2: int) -> None:
    x, y = [0.9 + i / 100 for i in range(n1)], [0.1 + i / 100 for i in range(n2)]

    permutation: Any = permutation_test(x, y)
    ranks: Any = mann_whitney(x, y)

    assert permutation.p_global == pytest.approx(smallest_permutation_p(n1, n2))
    assert ranks.p == pytest.approx(smallest_rank_p(n1, n2))


def test_few_runs_against_many_are_ranked_exactly() -> None:
    ranks: Any = mann_whitney([0.9, 0.91, 0.92], [i / 100 for i in range(50)])

    assert ranks.method == "exact"
    assert ranks.p == pytest.approx(smallest_rank_p(3, 50))


def test_pairs_of_different_length_are_refused() -> None:
    refused(friedman({"a": [0.1, 0.2], "b": [0.1]}), "not paired")
    with pytest.raises(ValueError, match="equal lengths, got 2 and 1"):
        paired_t([0.1, 0.2], [0.1])


def test_incomplete_pairs_are_dropped_and_counted() -> None:
    result: Any = paired_t([0.5, None, 0.7, 0.6], [0.4, 0.3, 0.65, 0.58])

    assert (result.n, result.n_dropped) == (3, 1)


def test_bonferroni_is_clipped_at_one() -> None:
    assert bonferroni([0.9368, 0.5, 0.01]) == [1.0, 1.0, 0.03]


def test_cohens_d_weighs_the_spreads_by_degrees_of_freedom() -> None:
    x, y = SEVEN, [0.5, 0.7, 0.9, 0.6]
    pooled = (6 * np.var(x, ddof=1) + 3 * np.var(y, ddof=1)) / 9

    result: Any = effect_sizes(x, y)

    assert result.cohens_d_pooled == pytest.approx((np.mean(x) - np.mean(y)) / np.sqrt(pooled))
    assert result.cohens_d_pooled != pytest.approx(result.cohens_d_av)


@pytest.mark.parametrize(
    ("d", "band"),
    [(0.0, "negligible"), (-0.19, "negligible"), (0.2, "small"), (-0.5, "medium"), (0.8, "large")],
)
def test_bands_of_cohen(d: float, band: str) -> None:
    assert effect_band(d) == band


def test_every_game_won_has_no_dispersion() -> None:
    refused(variance_components([10, 10], [10, 10]), "every game was won")
    refused(quasi_binomial({"a": ([10, 10], [10, 10]), "b": ([5, 6], [10, 10])}), "infinite")
    refused(logit_normal({"a": ([10, 10], [10, 10]), "b": ([5, 6], [10, 10])}), "infinite")


def test_spread_below_the_binomial_leaves_nothing_between_runs() -> None:
    result: Any = variance_components([148, 148, 146, 147, 146], [250] * 5)

    assert result.p_under < 0.01
    assert result.between_seed_var == 0.0
    assert result.share_of_variance_from_finite_games == 1.0


def test_logistic_model_without_spread_of_runs_has_sd_zero() -> None:
    groups = {"a": ([50, 51, 49], [100] * 3), "b": ([60, 61, 59], [100] * 3)}

    result: Any = logit_normal(groups)

    assert result.sd_run == pytest.approx(0.0, abs=1e-3)
    assert all(error > 0 for error in result.standard_errors)


def test_threshold_never_reached_is_none_and_ranks_last() -> None:
    assert rounds_to_threshold([1, 2], [0.1, 0.2], 0.5) is None
    ranks: Any = mann_whitney([3.0, 4.0, 5.0], [math.inf, math.inf, 6.0])
    assert ranks.prob_improvement == 0.0


def test_large_groups_are_sampled_reproducibly() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(0.5, 0.1, 40), rng.normal(0.56, 0.1, 40)

    first, again = permutation_test(x, y), permutation_test(x, y)
    boot: Any = bootstrap_interval(x)
    welch: Any = welch_t(x, y)

    assert first == again
    assert isinstance(first, MaxT)
    assert (first.method, boot.method) == ("sampled", "sampled")
    assert first.p_global == pytest.approx(welch.p, abs=0.01)


def test_four_groups_have_shaffers_multipliers() -> None:
    names = [str(i) for i in range(4)]
    p_values = {pair: 0.001 * (i + 1) for i, pair in enumerate(pairs_of(names))}

    adjusted = list(shaffer(p_values).values())

    # Of six equalities among four groups 6, 3, 2, 1 or 0 can hold: multipliers 6, 3, 3, 3, 2, 1.
    assert adjusted == pytest.approx([0.006, 0.006, 0.009, 0.012, 0.012, 0.012])


rates = st.lists(st.integers(0, 20).map(lambda k: k / 20), max_size=8)


@settings(deadline=None, max_examples=200)
@given(x=rates, y=rates)
def test_any_pair_of_groups_gives_a_number_or_a_reason(x: list[float], y: list[float]) -> None:
    groups = {"x": x, "y": y}
    results: list[Any] = [describe(x), student_t(x, y), welch_t(x, y)]
    results += [effect_sizes(x, y), mann_whitney(x, y), tost_welch(x, y, 0.05)]
    results += [anova(groups), welch_anova(groups), kruskal_wallis(groups)]
    results += [brown_forsythe_anova(groups), levene(groups), shapiro_wilk(x)]
    results += [classical_pair(groups), permutation_test(x[:5], y[:5])]
    for result in results:
        if result.computable:
            fields = [getattr(result, name) for name in result.__dataclass_fields__]
            numbers = [value for value in fields if isinstance(value, float)]
            assert all(math.isfinite(value) for value in numbers), result
        else:
            assert result.reason
