"""Ratings against closed forms, and what the intervals and the misfit say."""

import math

import numpy as np
import pytest

from benchmarks import bradley_terry
from benchmarks.bradley_terry import ELO, fit, rate, worst_misfit


def deals(rate_of_first: float, num_deals: int = 1_000) -> np.ndarray:
    """Make scores a deal whose mean is the given rate."""
    return (np.arange(num_deals) < rate_of_first * num_deals).astype(float)


def test_scores_of_a_true_model_give_its_strengths_back() -> None:
    true = np.array([0.9, 0.2, -0.3, -0.8])
    games = 1e6 * (1 - np.eye(4))

    strength = fit(games * bradley_terry.expected_scores(true), games)

    assert strength == pytest.approx(true, abs=1e-4)


def test_whoever_never_lost_has_a_finite_rating() -> None:
    results = {("a", "b"): deals(1.0, 100)}

    best, _ = rate(results, anchor="b", rng=np.random.default_rng(0), resamples=10)

    assert best.name == "a"
    assert best.elo == pytest.approx(ELO * math.log(100.5 / 0.5), abs=1e-3)


def test_anchor_has_zero_and_intervals_hold_the_rating() -> None:
    results = {
        ("a", "b"): deals(0.7),
        ("a", "c"): np.roll(deals(0.8), 300),
        ("b", "c"): np.roll(deals(0.6), 600),
    }

    rated = rate(results, anchor="b", rng=np.random.default_rng(0), resamples=200)

    assert [rating.name for rating in rated] == ["a", "b", "c"]
    assert (rated[1].elo, rated[1].low, rated[1].high) == (0.0, 0.0, 0.0)
    assert all(rating.low <= rating.elo <= rating.high for rating in rated)


def test_interval_of_two_players_has_the_width_of_the_binomial() -> None:
    results = {("a", "b"): deals(0.5, 2_500)}

    rated = rate(results, anchor="b", rng=np.random.default_rng(0), resamples=2_000)
    width = next(rating.high - rating.low for rating in rated if rating.name == "a")

    # the sd of a log odds at one half is 2 / sqrt(n)
    assert width == pytest.approx(2 * 1.96 * ELO * 2 / 50, rel=0.06)


def test_same_generator_gives_the_same_intervals() -> None:
    results = {("a", "b"): deals(0.7, 100)}

    first = rate(results, anchor="a", rng=np.random.default_rng(3), resamples=50)

    assert first == rate(results, anchor="a", rng=np.random.default_rng(3), resamples=50)


def test_a_circle_of_players_is_named_as_a_misfit() -> None:
    results = {("a", "b"): deals(0.7), ("b", "c"): deals(0.7), ("a", "c"): deals(0.3)}

    misfit = worst_misfit(results)

    assert misfit.expected == pytest.approx(0.5, abs=1e-6)
    assert abs(misfit.observed - 0.5) == pytest.approx(0.2)


def test_unknown_anchor_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ValueError, match="anchor must be one of a, b, got 'x'"):
        rate({("a", "b"): deals(0.5)}, anchor="x", rng=np.random.default_rng(0))
