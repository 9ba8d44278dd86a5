"""Values of R, mpmath, exact enumeration and published papers, against what is ours.

The groups are seven runs each; the sources agree to the digits given.
"""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.power import TTestIndPower, TTestPower

from cuttle.analysis.multiplicity import shaffer
from cuttle.analysis.numerics import describe, detectable
from cuttle.analysis.pairs import cohens_d, hedges_j, welch
from cuttle.analysis.permutation import flip, permute, smallest_flip_p, smallest_permutation_p
from cuttle.analysis.ranks import mann_whitney, prob_improvement_interval, smallest_rank_p
from cuttle.analysis.statistics.final import split_variance
from cuttle.analysis.statistics.omnibus import anova
from cuttle.analysis.statistics.primary import needed_runs

BOOLEAN = np.array([0.581, 0.613, 0.645, 0.597, 0.629, 0.565, 0.605])
EMBEDDING = np.array([0.661, 0.637, 0.702, 0.685, 0.653, 0.621, 0.694])
TIED = (np.array([0.5, 0.5, 0.6, 0.6]), np.array([0.5, 0.6, 0.6, 0.6]))


@pytest.mark.parametrize("num_rounds", [1, 4])
def test_relabelling_agrees_with_the_largest_t_of_scipy(num_rounds: int) -> None:
    runs = np.random.default_rng(1).normal(size=(9, num_rounds)).round(1)
    labellings = map(list, itertools.combinations(range(9), 5))  # the observed one first
    groups = [(runs[first], np.delete(runs, first, axis=0)) for first in labellings]
    t = np.abs([stats.ttest_ind(*pair, equal_var=False).statistic for pair in groups])
    shares = (t.max(axis=1)[:, None] >= t[0] - 1e-9).mean(axis=0)

    test = permute(*groups[0])

    assert test.p_round == pytest.approx(shares)
    assert (test.p, test.method) == (pytest.approx(shares.min()), "exact")


def test_sign_flips_agree_with_scipy() -> None:
    differences = BOOLEAN - EMBEDDING + 0.05
    expected = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=10_000
    )

    assert flip(differences[:, None]).p == pytest.approx(expected.pvalue)


def test_mann_whitney_is_exact_with_ties() -> None:
    assert mann_whitney(BOOLEAN, EMBEDDING) == (3.0, pytest.approx(0.004079254079254079))
    listed = stats.mannwhitneyu(*TIED, method=stats.PermutationMethod(n_resamples=10_000))
    assert mann_whitney(*TIED)[1] == pytest.approx(listed.pvalue)


@pytest.mark.parametrize(
    ("u", "n1", "n2", "ends"),
    [
        (0.0, 7, 7, (0.0, 0.27400409688178223)),
        (24.5, 7, 7, (0.23952225623791965, 0.7604777437620803)),
        (1.5, 7, 4, (0.00523851017134531, 0.41815448473964817)),
    ],
)
def test_score_interval_of_the_probability_of_improvement(
    u: float, n1: int, n2: int, ends: tuple[float, float]
) -> None:  # Newcombe 2006, method 5, solved at 50 digits
    assert prob_improvement_interval(u / (n1 * n2), n1, n2) == pytest.approx(ends, abs=1e-7)


def test_welch_and_effect_sizes_are_those_of_r() -> None:
    assert welch(BOOLEAN, EMBEDDING)["p"] == pytest.approx(0.0022452162793790494)
    assert cohens_d(BOOLEAN, EMBEDDING) == pytest.approx(-2.0717327514282475)
    assert hedges_j(12) == pytest.approx(0.935941822906475)


def test_shaffer_multiplies_three_pairs_by_three_one_and_one() -> None:
    raw = [0.00013674084, 0.0022452162793790494, 0.1092949432034539]
    family = pd.DataFrame({"a": ["x", "x", "y"], "b": ["z", "y", "z"], "p": raw})

    assert shaffer(family) == pytest.approx([3 * raw[0], raw[1], raw[2]])


@pytest.mark.parametrize(("n", "d"), [(3, 3.070892266360088), (7, 1.6317140515560378)])
def test_detectable_effect_is_that_of_r(n: int, d: float) -> None:
    assert detectable(math.sqrt(2 / n), 2 * n - 2, 0.05) == pytest.approx(d, rel=1e-6)


@pytest.mark.parametrize(("d", "alpha", "n"), [(0.5, 0.05, 64), (0.5, 0.05 / 3, 86), (2, 0.05, 6)])
def test_needed_runs_agree_with_r_and_statsmodels(d: float, alpha: float, n: int) -> None:
    assert needed_runs(d, [1.0, 1.0], alpha) == n
    assert TTestIndPower().power(d, n, alpha) >= 0.8 > TTestIndPower().power(d, n - 1, alpha)
    pairs = needed_runs(d, [1.0], alpha)
    assert TTestPower().power(d, pairs, alpha) >= 0.8 > TTestPower().power(d, pairs - 1, alpha)


@pytest.mark.parametrize(
    ("values", "mean", "sd"),
    [
        (np.array([10_000_001.0, 10_000_003.0, 10_000_002.0]), 10_000_002, 1),
        (np.array([1_000_000.2, *[1_000_000.1, 1_000_000.3] * 500]), 1_000_000.2, 0.1),
    ],
    ids=["NumAcc1", "NumAcc3"],
)
def test_mean_and_sd_have_the_digits_of_nist(values: np.ndarray, mean: float, sd: float) -> None:
    assert describe(values)["mean"] == pytest.approx(mean, rel=1e-14)
    assert describe(values)["sd"] == pytest.approx(sd, rel=1e-8)


def test_anova_has_the_certified_digits_of_nist() -> None:  # SiRstv
    groups = [
        [196.3052, 196.124, 196.189, 196.2569, 196.3403],
        [196.3042, 196.3825, 196.1669, 196.3257, 196.0422],
        [196.1303, 196.2005, 196.2889, 196.0343, 196.1811],
        [196.2795, 196.1748, 196.1494, 196.1485, 195.9885],
        [196.2119, 196.1051, 196.185, 196.0052, 196.209],
    ]

    row = anova([np.array(group) for group in groups])

    assert row["statistic_value"] == pytest.approx(1.18046237440255, rel=1e-11)
    assert row["effect_size"] == pytest.approx(0.190999039051129, rel=1e-11)


def test_variance_is_split_as_by_hand() -> None:
    wins, games = np.array([62, 85, 70, 79, 66, 88, 36.0]), np.array([124.0] * 6 + [62])

    row = split_variance("boolean", wins, games)

    assert row["chi2"] == pytest.approx(19.004642489711934)
    assert row["p_over"] == pytest.approx(0.004155799774513431)
    assert row["between_seed_var"] == pytest.approx(0.003960168323533279)
    assert row["share_of_games"] == pytest.approx(0.35645570659506703)
    certain = split_variance("boolean", np.array([7.0, 7]), np.array([7.0, 7]))
    assert certain["note"] == "every game was won"


def test_the_pooled_sd_weighs_groups_by_their_runs() -> None:
    x, y = BOOLEAN, EMBEDDING[:3]

    t = stats.ttest_ind(x, y).statistic

    assert cohens_d(x, y) == pytest.approx(t * math.sqrt(1 / len(x) + 1 / len(y)))


@pytest.mark.parametrize("n", [2, 5])
def test_the_smallest_p_of_sign_flips_is_reached(n: int) -> None:
    assert smallest_flip_p(n) == flip(np.arange(1.0, n + 1)[:, None]).p


@pytest.mark.parametrize("sizes", [(3, 3), (2, 4)])
def test_the_smallest_p_of_relabelling_and_of_ranks_is_reached(sizes: tuple[int, int]) -> None:
    x, y = np.arange(sizes[0]) / 10, 5 + np.arange(sizes[1]) / 10

    assert smallest_permutation_p(*sizes) == pytest.approx(permute(x[:, None], y[:, None]).p)
    assert smallest_rank_p(*sizes) == pytest.approx(mann_whitney(x, y)[1])
