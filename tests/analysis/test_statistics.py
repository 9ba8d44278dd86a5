"""Statistics of whole studies: what they test, correct, leave out, and why."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind
from statsmodels.formula.api import ols
from statsmodels.stats.anova import AnovaRM
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW, ttost_ind, ttost_paired

from cuttle.analysis import Study, load
from cuttle.analysis.statistic import all_statistics
from cuttle.analysis.statistics.verdict import headline

from .conftest import Make
from .experiments import (
    MAIN,
    PRIMARY,
    RATE,
    RATES,
    TYPES,
    cells,
    match_row,
    match_rows,
    write_experiment,
    write_run,
)

PAIR = {
    "boolean": [0.571, 0.64, 0.655, 0.622, 0.668, 0.561, 0.631],
    "embedding": [0.59, 0.651, 0.689, 0.629, 0.702, 0.57, 0.664],
}
TWO = TYPES[:2]
MODES = ("independent", "paired")
WITHOUT_THIRD = {name: MAIN[name] for name in TWO}


def rows(study: Study, name: str, opponent: str = PRIMARY) -> pd.DataFrame:
    """Rows of a statistic for one opponent."""
    return all_statistics()[name](study, opponent).reset_index(drop=True)


def test_statistics_have_their_columns_and_say_what_they_answer(main: Study, study: Make) -> None:
    empty = study({}, planned=[])

    for name, compute in all_statistics().items():
        assert list(compute(empty)) == list(compute(main)), name
        assert (compute.__doc__ or "").partition("\n")[0].endswith("."), name


def test_results_do_not_share_memory(main: Study) -> None:
    compute = all_statistics()["comparisons"]
    before, changed = compute(main).copy(), compute(main)

    changed["diff"] = 0.0

    pd.testing.assert_frame_equal(compute(main), before)


def test_the_family_is_the_planned_one(study: Make) -> None:
    compared = rows(study(WITHOUT_THIRD), "comparisons")

    assert compared["family_size"].tolist() == [3, 3, 3]
    assert compared.loc[0, "p_holm"] == pytest.approx(3 * compared.loc[0, "p"])
    assert compared["note"].tolist()[1:] == ["no results of multi_encoder"] * 2


@pytest.mark.parametrize(
    ("low", "high", "n", "p", "p_tost"),
    [(0.5, 0.6, 5, 2 / 252, 1.0), (0.5, 0.6, 7, 2 / 3432, 1.0), (0.6, 0.62, 5, 2 / 252, 1 / 252)],
    ids=["five", "seven", "within the margin"],
)
def test_zero_variance_is_decided_by_the_exact_test(
    study: Make, low: float, high: float, n: int, p: float, p_tost: float
) -> None:
    constant = study({"boolean": [low] * n, "embedding": [high] * n}, planned=TWO)

    pair, tost = (rows(constant, name).iloc[0] for name in ("comparisons", "equivalence"))
    assert (pair["test"], pair["p"]) == ("permutation", pytest.approx(p))
    unknown = rows(constant, "paired").iloc[0]
    assert np.isnan(unknown["correlation"])
    assert "no correlation: no variance within boolean and embedding" in unknown["note"]
    assert pair["is_significant"] and np.isnan(pair["ci_low"])
    assert "no variance within boolean and embedding" in pair["note"]
    assert tost["p"] == pytest.approx(p_tost)
    assert tost["is_equivalent"] == (p_tost < 0.05)


def test_declared_pairs_are_compared_by_run_number(study: Make) -> None:
    declared = study(PAIR, seed_mode="paired", planned=TWO)

    pair, signed = rows(declared, "comparisons").iloc[0], rows(declared, "paired").iloc[0]
    assert (pair["test"], pair["p"]) == ("paired_t", pytest.approx(0.00422667548414184))
    assert pair["p_permutation"] == 0.015625
    assert pair["dz"] == pytest.approx(-1.6903997763510528)
    assert signed["correlation"] == pytest.approx(0.9788634616332822)
    ends = ["d_ci_low", "g_ci_high", "prob_improvement_low", "prob_improvement_high"]
    assert pair[[*ends, "p_mann_whitney"]].isna().all()
    assert rows(declared, "area_comparisons").loc[0, "test"] == "paired_t"
    assert rows(declared, "learning_differences")["p_pair"].unique() == [2 / 2**7]


def test_pairing_uses_the_runs_that_both_conditions_have(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, MAIN, seed_mode="paired")
    write_run(path, "embedding", 3, state="failed")

    study = load(path)

    assert rows(study, "paired")["n"].tolist() == [6, 7, 6]
    compared = rows(study, "comparisons")
    assert compared["n_a"].tolist() == [6, 7, 6]
    boolean, embedding = (np.delete(MAIN[name], 2) for name in TWO)  # lined up by number
    assert compared.loc[0, "diff"] == pytest.approx(np.mean(boolean - embedding))


@pytest.mark.parametrize(
    ("differences", "p"),
    [([0.02] * 7, 2 / 2**7), ([0.1, 0.1, 0.2, -0.1, 0.3], 8 / 2**5)],
    ids=["equal", "tied"],
)
def test_wilcoxon_is_exact_with_ties(study: Make, differences: list[float], p: float) -> None:
    base = [0.1, 0.1, 0.3, 0.3, 0.4, 0.3, 0.1]  # 0.3 - 0.2 is less than 0.2 - 0.1 in binary
    groups = {"boolean": [b + d for b, d in zip(base, differences, strict=False)],
              "embedding": base[: len(differences)]}  # fmt: skip

    pair = rows(study(groups, seed_mode="paired", planned=TWO), "paired").iloc[0]

    assert pair["p_wilcoxon"] == pytest.approx(p)


def test_pairs_without_a_common_number_and_rows_written_twice(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.5, 0.6]}, planned=TWO, seed_mode="paired")
    for run in (3, 4):
        write_run(path, "embedding", run, matches=[match_row(6, 10), match_row(run, 10)])

    study = load(path)

    notes = rows(study, "omnibus").set_index("test").loc["repeated_anova", "note"]
    assert notes == "0 runs that all of the 2 conditions with runs have"
    assert study.rates(PRIMARY)["embedding"].tolist() == [0.3, 0.4]


@pytest.mark.parametrize("is_paired", [False, True], ids=MODES)
def test_merged_runs_of_one_number_count_unless_paired(tmp_path: Path, is_paired: bool) -> None:
    path = write_experiment(tmp_path, PAIR, planned=TWO, seed_mode=MODES[is_paired])
    write_run(path, "boolean", 8, 0.7, status={"run": 1})

    study = load(path)

    assert rows(study, "comparisons").loc[0, "n_a"] == 8 - is_paired
    assert rows(study, "learning_differences")["n_a"].unique() == [8 - is_paired]
    paired = rows(study, "paired").iloc[0]
    assert (paired["n"], paired["correlation"]) == (7, pytest.approx(0.9788634616332822))
    assert rows(study, "omnibus")["p"].notna().any()
    reasons = study.excluded["reason"].str.startswith("shares run number 1 with boolean_run_01: ")
    assert reasons.sum() == is_paired


def test_undeclared_pairs_are_not_tested_but_their_correlation_is_given(main: Study) -> None:
    pair = rows(main, "paired").iloc[0]

    assert np.isnan(pair["p"]) and np.isnan(pair["p_wilcoxon"]) and pair["note"]
    assert -1 <= pair["correlation"] <= 1


@pytest.mark.parametrize(
    ("x", "y", "branch"),
    [
        (MAIN["boolean"], MAIN["embedding"], "student"),
        ([0.60, 0.61, 0.62, 0.63, 0.64], [0.40, 0.50, 0.60, 0.70, 0.82], "welch"),
        ([0.5, 0.5, 0.5, 0.5, 0.8], [0.6, 0.61, 0.62, 0.63, 0.64], "mwu"),
        ([0.5, 0.6], [0.55, 0.6], "welch_fallback_no_shapiro"),
    ],
    ids=["student", "welch", "mwu", "fallback"],
)
def test_classical_procedure_takes_its_branches(
    study: Make, x: list[float], y: list[float], branch: str
) -> None:
    pair = rows(study({"boolean": x, "embedding": y}), "classical").iloc[0]

    assert pair["branch"] == branch and pair["reason"]
    if branch == "student":
        assert "p = .667" in pair["reason"]  # of Levene's test
        assert pair["p_bonferroni"] == pytest.approx(0.0066130836786)  # over three planned pairs


def test_power_is_that_of_each_pairs_own_test(study: Make) -> None:
    groups = {**MAIN, "boolean": [0.6 + 3 * (rate - 0.6) for rate in MAIN["boolean"]]}

    power = rows(study(groups), "power")

    assert power["mde_effect"].tolist() == pytest.approx([1.97] * 3, abs=0.005)
    wide, narrow = power.iloc[0], power.iloc[2]
    assert wide["mde"] > 1.5 * narrow["mde"]
    assert narrow["mde"] == pytest.approx(narrow["mde_effect"] * narrow["sd"], rel=0.01)
    assert narrow["mde_at_upper_sd"] > narrow["mde"]


def test_needed_runs_are_those_of_each_condition_whatever_their_number_now(study: Make) -> None:
    wide, narrow = [0.44, 0.56, 0.5, 0.47, 0.53], [0.59, 0.6, 0.61, 0.6, 0.59]
    groups = {"boolean": wide * 4, "embedding": narrow[:3]}

    needed = rows(study(groups, planned=TWO), "power").iloc[0]["needed_5_points"]

    shares = []
    for n in (int(needed) - 1, int(needed)):
        rng = np.random.default_rng(0)
        x, y = (rng.normal(0, np.std(groups[name], ddof=1), (n, 20_000)) for name in TWO)
        shares.append((ttest_ind(x + 0.05, y, equal_var=False).pvalue < 0.05).mean())
    assert shares[0] < 0.8 < shares[1]


@pytest.mark.parametrize(
    ("half", "note"), [(0.3, "any difference"), (0.08, "any difference at the upper sd")]
)
def test_differences_that_no_study_of_two_runs_detects_are_not_printed(
    study: Make, half: float, note: str
) -> None:
    rates = [0.5 - half, 0.5 + half]

    power = rows(study({"boolean": rates, "embedding": rates}, planned=TWO), "power").iloc[0]

    assert np.isnan(power["mde"]) == (half > 0.1) and np.isnan(power["mde_at_upper_sd"])
    assert power["note"] == f"too few runs to detect {note}"


@pytest.mark.parametrize(("num_types", "could_pass"), [(2, True), (4, False)])
def test_equivalence_could_pass_only_at_the_corrected_level(
    study: Make, num_types: int, could_pass: bool
) -> None:
    rates = [0.6 + step for step in (-0.051, -0.034, -0.017, 0.0, 0.017, 0.034, 0.051)]
    groups = {f"type_{number}": rates for number in range(num_types)}

    found = rows(study(groups, planned=list(groups)), "equivalence")

    assert set(found["could_pass"]) == {could_pass}
    assert ((found["p_holm"] < 0.05) == could_pass).all()


@pytest.mark.parametrize("is_paired", [False, True], ids=MODES)
def test_equivalence_agrees_with_statsmodels(study: Make, is_paired: bool) -> None:
    compared = study(MAIN, seed_mode=MODES[is_paired])

    found = rows(compared, "equivalence")

    for row in found.to_dict("records"):
        x, y = (compared.rates(PRIMARY)[row[name]] for name in ("a", "b"))
        if is_paired:
            p, ends = ttost_paired(x, y, -0.05, 0.05)[0], DescrStatsW(x - y).tconfint_mean(0.1)
        else:
            p = ttost_ind(x, y, -0.05, 0.05, "unequal")[0]
            ends = CompareMeans.from_data(x, y).tconfint_diff(0.1, usevar="unequal")
        assert row["p"] == pytest.approx(p, rel=1e-9)
        assert (row["ci_low"], row["ci_high"]) == pytest.approx(ends)
    assert found["p_holm"].to_numpy() == pytest.approx(multipletests(found["p"], method="holm")[1])


def test_curves_use_the_runs_that_reached_each_round(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, MAIN)
    matches = [r for r in match_rows(0.58) if r["round"] != 4 or r["stage"] == "final"]
    write_run(path, "boolean", 1, matches=matches)

    study = load(path)

    curves = rows(study, "learning_curves").query("condition == 'boolean'")
    assert curves["n"].tolist() == [7, 7, 7, 6]
    runs = rows(study, "learning_runs")
    assert runs["area"].isna().sum() == 1 and runs.loc[0, "note"] == "3 of 4 rounds"
    assert rows(study, "areas").loc[0, "n"] == 6
    tests = rows(study, "learning_differences").query("a == 'boolean' and b == 'embedding'")
    assert tests[["round", "n_a"]].to_numpy().tolist() == [[1, 7], [2, 7], [3, 7], [4, 6]]


def test_rounds_are_corrected_over_rounds_and_pairs(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for place, name in enumerate(TYPES):
        for run in range(1, 6):  # types differ more from round to round
            wins = rng.integers(40, 60, size=4) + 6 * place * np.arange(4)
            played = [
                match_row(int(w), 100, round=n, stage="validation") for n, w in enumerate(wins)
            ]
            write_run(tmp_path / "study", name, run, matches=played)

    tests = rows(load(tmp_path / "study"), "learning_differences")

    stepped = tests.assign(factor=1)
    pairs = tests.groupby(["a", "b"])["p_pair"].first().sort_values()
    for factor, pair in zip((3, 2, 1), pairs.index, strict=True):
        stepped.loc[(tests["a"] == pair[0]) & (tests["b"] == pair[1]), "factor"] = factor
    expected = np.minimum(1, stepped["factor"] * tests["p_round"])
    assert tests["p_round_holm"].tolist() == np.maximum(expected, tests["p_pair_holm"]).tolist()
    assert (expected > tests["p_pair_holm"]).any() and pairs.iloc[0] == tests["p_round"].min()
    assert (tests["differs"] == (tests["p_round_holm"] < 0.05)).all() and tests["differs"].any()


def test_a_threshold_is_reached_in_the_first_of_two_rounds_in_a_row(tmp_path: Path) -> None:
    for run, wins in enumerate(((60, 40, 60, 61), (40, 50, 60, 70), (40, 40, 40, 60)), start=1):
        played = [match_row(w, 100, round=n, stage="validation") for n, w in enumerate(wins, 1)]
        write_run(tmp_path / "study", "boolean", run, matches=played)

    study = load(tmp_path / "study")

    assert rows(study, "learning_runs")["reached_0.5"].fillna(0).tolist() == [3, 2, 0]
    found = rows(study, "thresholds").set_index("threshold")[["n", "n_reached", "median", "note"]]
    assert found.loc[0.5].tolist() == [3, 2, 3, ""]
    never = found.loc[0.9]
    assert (never["n_reached"], np.isnan(never["median"]), never["note"] != "") == (0, True, True)


def test_cost_and_networks_are_described_by_condition(main: Study) -> None:
    cost = all_statistics()["cost"](main).set_index(["condition", "quantity"])["mean"]
    assert cost["boolean", "round_s"] == pytest.approx(14.0)
    assert cost["boolean", "games_per_s"] == pytest.approx(1000 / 14)
    network = all_statistics()["networks"](main).iloc[0]
    assert network["parameters_min"] == network["parameters_max"] == 190_000
    assert network["initial_q_sd"] == pytest.approx(0.014)


def test_aggregates_have_the_interval_of_themselves(main: Study) -> None:
    found = all_statistics()["aggregates"](main)

    assert ((found["ci_low"] <= found["estimate"]) & (found["estimate"] <= found["ci_high"])).all()
    one = found[found["condition"] == "boolean"].set_index(["opponent", "statistic"])
    assert one.loc[PRIMARY, "estimate"].to_dict() == pytest.approx(
        {"mean": 0.605, "iqm": 0.605, "median": 0.605, "optimality_gap": 0.395}
    )
    of_embedding = found[(found["condition"] == "embedding") & (found["statistic"] == "iqm")]
    assert of_embedding["estimate"].iloc[0] == pytest.approx(0.666)  # without the ends
    both = one.loc[""]
    assert both["estimate"]["mean"] == pytest.approx(0.655)
    assert "median_of_opponent_means" in both.index
    # whole runs are resampled: the second opponent adds no information
    widths = one["ci_high"] - one["ci_low"]
    assert widths["", "mean"] == pytest.approx(widths[PRIMARY, "mean"])


@pytest.mark.parametrize(
    ("levels", "sizes"),
    [((*RATES, 1.0e-2, 3.0e-2), [6, 10]), (RATES[:3], [3, 6])],
    ids=["with the base", "all pairs"],
)
def test_families_hold_the_pairs_that_differ_in_one_factor(
    factorial: Make, levels: Sequence[float], sizes: list[int]
) -> None:
    compared = rows(factorial(cells(lambda i, j: 0.5, levels=levels)), "comparisons")

    assert compared.groupby("factor")["family_size"].agg(list).to_dict() == {
        factor: [size] * size for factor, size in zip(("network_type", RATE), sizes, strict=True)
    }
    of_rate = compared.loc[compared["factor"] == RATE, ["a", "b"]].to_numpy()
    assert all(set(TWO) & {*pair} for pair in of_rate) == (len(levels) > 3)  # the base level


def test_anova_finds_the_interaction_that_is_there(factorial: Make) -> None:
    crossed = rows(factorial(cells(lambda i, j: 0.5 + 0.05 * (i == j % 2))), "factorial")
    parallel = rows(factorial(cells(lambda i, j: 0.5 + 0.1 * i)), "factorial")

    assert crossed["term"].tolist() == ["network_type", RATE, f"network_type × {RATE}"]  # noqa: RUF001
    assert crossed["p"].iloc[2] < 0.001 < parallel["p"].iloc[2]
    assert "depends on network type (p < .001)" in crossed["sentence"].iloc[2]
    assert parallel["sentence"].iloc[2].startswith("no significant interaction")
    assert parallel["p"].iloc[0] < 0.001 and parallel["eta2_partial"].iloc[0] > 0.5


@pytest.mark.parametrize("name", ["factorial", "level_means", "level_differences", "best_settings"])
def test_null_is_a_level_like_any_other(factorial: Make, name: str) -> None:
    design = cells(lambda i, j: 0.5 + 0.05 * i * j, levels=(1, 2))
    with_null = [({**x, RATE: None if x[RATE] == 2 else x[RATE]}, y) for x, y in design]

    of_numbers, of_null = rows(factorial(design), name), rows(factorial(with_null), name)

    assert len(of_null) == len(of_numbers) and not of_null["note"].any()
    numbers = of_numbers.select_dtypes("float").drop(columns="level", errors="ignore")
    pd.testing.assert_frame_equal(of_null[numbers.columns], numbers)


def test_levels_that_look_alike_are_levels_of_their_own(factorial: Make) -> None:
    levels: list[Any] = [2, "2", 1, True, None, "null"]
    design = [
        ({"network_type": name, "key": level}, [0.5, 0.52 + place / 50])
        for name in TWO
        for place, level in enumerate(levels)
    ]

    study = factorial(design, factors={"network_type": "boolean", "key": 2.0})

    means = rows(study, "level_means").iloc[2:]
    assert means["level_text"].tolist() == ["2", '"2"', "1", "true", "null", '"null"']
    assert set(means["n"]) == {4}
    assert rows(study, "factorial")["df"].tolist() == [1, 5, 5]
    with_base = rows(study, "comparisons")["factor"] == "key"
    assert with_base.sum() == 10  # five of each type


def test_conditions_without_runs_leave_the_rest_of_the_design_tested(factorial: Make) -> None:
    design = cells(lambda i, j: 0.5 + i / 20, levels=RATES[:3])
    study = factorial([*design[:-1], (design[-1][0], [])])

    anova, means = rows(study, "factorial"), rows(study, "level_means")

    assert anova["p"].notna().tolist() == [True, True]
    assert set(anova["note"]) == {
        "interactions that cannot be estimated from these conditions are omitted"
    }
    level = means.set_index("level_text").loc["0.001"]
    assert level["note"] == "1 of 2 conditions have no results"
    assert level["mean"] == pytest.approx(np.mean(design[2][1]), abs=1e-3)


APART = [("boolean", 3e-4, 1), ("boolean", 1e-4, 1), ("embedding", 1e-3, 1), ("embedding", 3e-3, 1)]
HALF = [("boolean", 3e-4, 1), ("boolean", 1e-4, 3), ("embedding", 3e-4, 3), ("embedding", 1e-4, 1)]
TIED_TO_TYPE = [(name, rate, 1 + 2 * (name == "embedding")) for name in TWO for rate in RATES[:2]]


@pytest.mark.parametrize(
    ("settings", "tested", "claim"),
    [
        ([(*pair, 1) for pair in zip(TYPES, RATES, strict=False)], 0, ": no comparison, as no two"),
        (APART, 0, ": boolean_learning_rate=0.0001 and boolean are equivalent within"),
        (TIED_TO_TYPE, 0, "and boolean are equivalent within 5.0 points (TOST); embedding_l"),
        (HALF, 3, ": an interaction with learning rate and n step cannot be estimated. No signif"),
    ],
    ids=["diagonal", "nested", "two of three", "half a fraction"],
)
def test_factors_that_cannot_be_told_apart_have_no_test(
    factorial: Make, settings: list[tuple[str, float, int]], tested: int, claim: str
) -> None:
    keys, rates = ("network_type", RATE, "training.replay.n_step"), [0.6, 0.61, 0.585, 0.605]
    study = factorial([(dict(zip(keys, setting, strict=True)), rates) for setting in settings])

    found = rows(study, "factorial")

    assert found["p"].notna().sum() == tested and found["note"].all()
    assert found["term"].tolist() == [key for key in keys if key in study.varying]
    assert set(found["sentence"] != "") == {tested > 0}
    assert claim in headline(study)


def test_level_means_weigh_conditions_alike_and_differ_as_the_anova_says(factorial: Make) -> None:
    study = factorial(cells(lambda i, j: 0.5 + 0.1 * i))

    means = rows(study, "level_means").set_index("level_text")
    first, anova = rows(study, "level_differences").iloc[0], rows(study, "factorial").iloc[0]

    of_boolean = [x.mean() for name, x in study.rates(PRIMARY).items() if "boolean" in name]
    assert means.loc["boolean", "mean"] == pytest.approx(np.mean(of_boolean))
    assert means.loc["0.001", "n"] == 12
    assert (means["ci_low"] < means["mean"]).all() and (means["mean"] < means["ci_high"]).all()
    assert (first["factor"], first["a"], first["b"]) == ("network_type", "boolean", "embedding")
    assert first["diff"] == pytest.approx(means["mean"].iloc[0] - means["mean"].iloc[1])
    assert (first["t"] ** 2, first["p"]) == pytest.approx((anova["f"], anova["p"]))


def test_levels_are_compared_in_the_settings_that_both_have(factorial: Make) -> None:
    rates = iter(([0.5, 0.52], [0.7, 0.72], [0.6, 0.62], []))
    design = [({"network_type": n, RATE: r}, next(rates)) for n in TWO for r in (0.001, 0.002)]

    types = rows(factorial(design), "level_differences").iloc[0]

    assert types["diff"] == pytest.approx(-0.1)
    assert (types["num_settings"], types["of"]) == (1, 2)


def test_best_setting_is_estimated_on_runs_that_did_not_choose_it(factorial: Make) -> None:
    alike = rows(factorial(cells(lambda i, j: 0.5)), "best_settings")
    clear = rows(factorial(cells(lambda i, j: 0.5 + 0.1 * (j == 2))), "best_settings")

    assert (alike["optimism"] > 0).all()  # the highest mean flatters
    assert alike["num_settings"].tolist() == [4, 4]
    assert clear["setting"].tolist() == ["learning rate 0.001"] * 2
    assert clear["crossfit_mean"].to_numpy() == pytest.approx(clear["naive_mean"].to_numpy())


def test_errors_of_the_best_setting_are_those_of_its_own_runs(factorial: Make) -> None:
    rates = {3e-5: [0.7, 0.7, 0.72, 0.72], 3e-4: [0.5] * 4, 3e-3: [0.4, 0.4, 0.6, 0.6]}
    design = [({"network_type": n, RATE: r}, x) for n in TWO for r, x in rates.items()]

    best = rows(factorial(design), "best_settings")

    assert best["crossfit_se"].tolist() == pytest.approx([0.01 / 2**0.5] * 2)


def test_a_type_loses_at_the_setting_that_is_best_for_another(factorial: Make) -> None:
    study = factorial(cells(lambda i, j: 0.5 + 0.1 * (j == i)))

    losses = rows(study, "sensitivity").set_index(["network_type", "at"])["loss"]

    assert losses["boolean", "embedding"] == pytest.approx(0.1, abs=0.02)
    assert losses["embedding", "boolean"] == pytest.approx(0.1, abs=0.02)
    assert {losses["boolean", "all types"], losses["embedding", "all types"]} != {0.0}


def test_three_runs_per_setting_have_no_error_of_the_best_one(factorial: Make) -> None:
    study = factorial(cells(lambda i, j: 0.5 + 0.1 * (j == i), runs=3))

    for name, error in (("best_settings", "crossfit_se"), ("sensitivity", "se")):
        found = rows(study, name)
        assert found[error].isna().tolist() == found["note"].str.contains("single run").tolist()
        assert found[error].isna().any()
    assert "Highest mean of boolean" in headline(study)


def test_repeated_measures_agree_with_statsmodels(study: Make) -> None:
    long = pd.DataFrame(MAIN).rename_axis("run").reset_index().melt("run", value_name="rate")
    expected = AnovaRM(long, "rate", "run", within=["variable"]).fit().anova_table.iloc[0]

    found = rows(study(MAIN, seed_mode="paired"), "omnibus").set_index("test").loc["repeated_anova"]

    assert found["statistic_value"] == pytest.approx(expected["F Value"])


def test_the_band_of_a_curve_is_corrected_over_its_rounds(main: Study) -> None:
    curve = rows(main, "learning_curves").query("condition == 'boolean'").iloc[0]

    of_round = main.curves.query("opponent == @PRIMARY and condition == 'boolean' and round == 1")
    sample = DescrStatsW(of_round["win_rate"])
    assert (curve["ci_low"], curve["ci_high"]) == pytest.approx(sample.tconfint_mean(0.05))
    assert (curve["band_low"], curve["band_high"]) == pytest.approx(sample.tconfint_mean(0.05 / 4))


def test_unbalanced_factors_have_sums_of_type_two_and_means_of_conditions(factorial: Make) -> None:
    design = {
        ("boolean", 0.001): [0.5, 0.52, 0.51, 0.53, 0.5], ("boolean", 0.002): [0.6, 0.62],
        ("embedding", 0.001): [0.56, 0.58], ("embedding", 0.002): [0.72, 0.7],
    }  # fmt: skip
    study = factorial([({"network_type": n, RATE: r}, x) for (n, r), x in design.items()])

    sums = rows(study, "factorial").set_index("term")["sum_sq"]
    means = rows(study, "level_means").set_index("level_text")["mean"]

    data = study.finals(PRIMARY).join(study.conditions, on="condition")
    rate, types = data[RATE].astype(float), data["network_type"].astype(str)
    long = pd.DataFrame({"y": data["win_rate"], "rate": rate, "name": types})
    both, alone = (ols(f"y ~ {terms}", long).fit().ssr for terms in ("name + rate", "rate"))
    assert sums["network_type"] == pytest.approx(alone - both)
    assert means["boolean"] == pytest.approx((0.512 + 0.61) / 2)  # not weighed by runs


@pytest.mark.parametrize("plays_target", [True, False])
def test_runs_that_play_untrained_networks_are_named(factorial: Make, plays_target: bool) -> None:
    periods: list[int | None] = [None, 400, 401]  # of 400 updates
    keys = {"network_type": "boolean", "training.evaluation.use_target_network": plays_target}
    design = [({**keys, "training.learner.target_period": p}, [0.5, 0.6]) for p in periods]

    found = all_statistics()["checks"](factorial(design))

    texts = found.loc[found["id"] == "untrained", "text"].tolist()
    assert len(texts) == plays_target
    assert all("updates: boolean_target_period=401_run_01, boolean_" in text for text in texts)
