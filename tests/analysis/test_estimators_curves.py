"""Every reference case of learning curves against the estimators."""

from typing import Any

import pytest

from cuttle.analysis.estimators.curves import (
    aulc,
    aulc_simple_mean,
    best_minus_last,
    best_round,
    last_k_mean,
    rounds_to_threshold,
    rounds_to_threshold_sustained,
)
from cuttle.analysis.estimators.permutation import max_t

from .reference import Case, cases, check


@pytest.mark.parametrize("case", cases("12_curves"))
def test_max_t_over_learning_curves(case: Case) -> None:
    x, y = case["inputs"]["curves"].values()
    expected = case["expected"]["maxT"]

    result: Any = max_t(x, y)

    assert result.n_perm == expected["n_perm"]
    check(result.p_global, expected["p_global"], rel=1e-9)
    assert result.t_abs_observed == pytest.approx(expected["t_abs_observed"], rel=1e-9)
    assert result.p_adjusted_per_round == pytest.approx(expected["p_adjusted_per_round"], rel=1e-9)


@pytest.mark.parametrize("case", cases("12_curves"))
def test_summaries_of_learning_curves(case: Case) -> None:
    rounds, expected = case["inputs"]["rounds"], case["expected"]
    for name, curves in case["inputs"]["curves"].items():
        areas = [aulc(rounds, curve) for curve in curves]
        assert areas == pytest.approx(expected["aulc_trapezoid_normalised"][name], rel=1e-9)
        means = [aulc_simple_mean(curve) for curve in curves]
        assert means == pytest.approx(expected["aulc_simple_mean"][name], rel=1e-9)
        flattery = [best_minus_last(curve) for curve in curves]
        assert flattery == pytest.approx(expected["best_minus_last"][name], rel=1e-9, abs=1e-15)
        tails = [last_k_mean(curve, 3) for curve in curves]
        assert tails == pytest.approx(expected["last3_mean"][name], rel=1e-9)
        assert [best_round(rounds, curve) for curve in curves] == expected["best_round"][name]


@pytest.mark.parametrize("case", cases("12_curves"))
def test_rounds_to_threshold(case: Case) -> None:
    rounds, expected = case["inputs"]["rounds"], case["expected"]
    for name, curves in case["inputs"]["curves"].items():
        for text, first in expected["rounds_to_threshold"].items():
            at = float(text)
            assert [rounds_to_threshold(rounds, c, at) for c in curves] == first[name]
            twice = expected["rounds_to_threshold_2_consecutive"][text][name]
            assert [rounds_to_threshold(rounds, c, at, 2) for c in curves] == twice
            sustained = expected["rounds_to_threshold_sustained"][text][name]
            actual = [rounds_to_threshold_sustained(rounds, c, at) for c in curves]
            assert actual == sustained
