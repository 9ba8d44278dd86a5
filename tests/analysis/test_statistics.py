"""Every statistic on every kind of study: a frame with its columns, and reasons beside NaN."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.formula.api import ols
from statsmodels.stats.anova import AnovaRM
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW, ttost_ind, ttost_paired

from cuttle.analysis import Study, load
from cuttle.analysis.statistic import all_statistics, evaluate
from cuttle.analysis.statistics import learning

from .experiments import (
    MAIN,
    PRIMARY,
    TYPES,
    match_rows,
    write_experiment,
    write_factorial,
    write_meta,
    write_run,
)

PAIR = {
    "boolean": [0.571, 0.64, 0.655, 0.622, 0.668, 0.561, 0.631],
    "embedding": [0.59, 0.651, 0.689, 0.629, 0.702, 0.57, 0.664],
}
Groups = Mapping[str, Sequence[float]]

STUDIES: dict[str, Groups] = {
    "seven runs per type": MAIN,
    "one run per type": {"boolean": [0.58], "embedding": [0.66], "multi_encoder": [0.67]},
    "two runs per type": {"boolean": [0.58, 0.61], "embedding": [0.66, 0.64]},
    "one type": {"boolean": [0.58, 0.61, 0.6]},
    "constant types": {"boolean": [0.5] * 7, "embedding": [0.6] * 7, "multi_encoder": [0.7] * 7},
    "one constant type": {"boolean": [0.5] * 7, "embedding": [0.61, 0.62, 0.6]},
    "all equal": {"boolean": [0.5] * 7, "embedding": [0.5] * 7},
    "ties": {"boolean": [0.5, 0.5, 0.6, 0.6], "embedding": [0.5, 0.6, 0.6, 0.6]},
    "unequal numbers": {"boolean": [0.5], "embedding": [0.6, 0.65], "multi_encoder": [0.7] * 3},
    "nothing won": {"boolean": [0.01, 0.01, 0.01], "embedding": [0.01, 0.02, 0.03]},
    "a collapsed seed": {"boolean": [0.7, 0.71, 0.7, 0.72, 0.42], "embedding": [0.7, 0.72, 0.71]},
}


def study_of(root: Path, groups: Groups, **meta: Any) -> Study:
    return load(write_experiment(root, groups, **meta))


def rows(study: Study, name: str, opponent: str = PRIMARY) -> pd.DataFrame:
    """Rows of a statistic for one opponent."""
    return all_statistics()[name](study, opponent).reset_index(drop=True)


def test_statistics_have_their_columns_and_say_what_they_answer(
    main: Study, tmp_path: Path
) -> None:
    write_meta(tmp_path / "empty", planned=[])
    empty = load(tmp_path / "empty")

    for name, compute in all_statistics().items():
        assert list(compute(empty)) == list(compute(main)), name
        assert (compute.__doc__ or "").partition("\n")[0].endswith("."), name


def test_several_experiments_are_loaded_but_not_tested(tmp_path: Path) -> None:
    paths = [write_experiment(tmp_path, MAIN, name=name) for name in ("a", "b")]

    with pytest.raises(ValueError, match=r"statistics are of one experiment, not of a \+ b"):
        evaluate(load(paths))


def test_results_do_not_share_memory(main: Study) -> None:
    compute = all_statistics()["comparisons"]
    before, changed = compute(main), compute(main)

    changed["diff"] = 0.0

    pd.testing.assert_frame_equal(compute(main), before)


def test_comparison_of_final_win_rates(main: Study) -> None:
    pair = rows(main, "comparisons").iloc[0]

    assert (pair["factor"], pair["a"], pair["b"], pair["test"]) == (
        "network_type", "boolean", "embedding", "welch",
    )  # fmt: skip
    assert pair["p"] == pytest.approx(0.0022452162793790494)
    assert pair["p_permutation"] == pytest.approx(0.004079254079254079)
    assert pair["hedges_g_exact"] == pytest.approx(-1.939021327946801)
    assert pair["prob_improvement"] == pytest.approx(0.061224489795918366)
    assert pair["p_holm"] == pytest.approx(0.004490432558758099)
    assert pair["family_size"] == 3
    assert pair["is_significant"]


def test_the_family_is_the_planned_one(tmp_path: Path) -> None:
    groups = {name: MAIN[name] for name in ("boolean", "embedding")}

    compared = rows(study_of(tmp_path, groups), "comparisons")

    assert compared["family_size"].tolist() == [3, 3, 3]
    assert compared.loc[0, "p_holm"] == pytest.approx(3 * compared.loc[0, "p"])
    assert compared["note"].tolist()[1:] == ["no runs of multi_encoder"] * 2


@pytest.mark.parametrize(("n", "p"), [(5, 2 / 252), (7, 2 / 3432)])
def test_zero_variance_is_decided_by_the_exact_test(tmp_path: Path, n: int, p: float) -> None:
    groups = {"boolean": [0.5] * n, "embedding": [0.6] * n}

    study = study_of(tmp_path, groups, planned=TYPES[:2])
    pair = rows(study, "comparisons").iloc[0]

    assert (pair["test"], pair["p"]) == ("permutation", pytest.approx(p))
    assert pair["is_significant"]
    assert np.isnan(pair["ci_low"])
    assert "no variance within boolean and embedding" in pair["note"]
    tost = rows(study, "equivalence").iloc[0]
    assert (tost["p"], tost["is_equivalent"]) == (1.0, False)


def test_equal_constants_within_the_margin_are_equivalent(tmp_path: Path) -> None:
    groups = {"boolean": [0.6] * 5, "embedding": [0.62] * 5}

    tost = rows(study_of(tmp_path, groups, planned=TYPES[:2]), "equivalence").iloc[0]

    assert tost["p"] == pytest.approx(1 / 252)
    assert tost["is_equivalent"]


def test_declared_pairs_are_compared_by_run_number(tmp_path: Path) -> None:
    study = study_of(tmp_path, PAIR, paired=True, planned=TYPES[:2])

    pair, signed = rows(study, "comparisons").iloc[0], rows(study, "paired").iloc[0]

    assert pair["test"] == "paired_t"
    assert pair["p"] == pytest.approx(0.00422667548414184)
    assert pair["p_permutation"] == 0.015625
    assert pair["dz"] == pytest.approx(-1.6903997763510528)
    assert signed["correlation"] == pytest.approx(0.9788634616332822)
    ends = ["d_ci_low", "g_ci_high", "prob_improvement_low", "prob_improvement_high"]
    assert pair[[*ends, "p_mann_whitney"]].isna().all()


def test_pairing_uses_the_runs_that_both_conditions_have(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, MAIN, paired=True)
    write_run(path, "embedding", 3, state="failed")

    assert rows(load(path), "paired")["n"].tolist() == [6, 7, 6]


def test_areas_and_curves_of_declared_pairs_are_tested_as_pairs(tmp_path: Path) -> None:
    study = study_of(tmp_path, PAIR, paired=True, planned=TYPES[:2])

    assert rows(study, "area_comparisons").loc[0, "test"] == "paired_t"
    curves = rows(study, "learning_differences")
    assert curves["p_pair"].unique() == [2 / 2**7]


@pytest.mark.parametrize(
    ("differences", "p"), [([0.02] * 7, 2 / 2**7), ([0.1, 0.1, 0.2, -0.1, 0.3], 8 / 2**5)]
)
def test_wilcoxon_is_exact_with_ties(tmp_path: Path, differences: list[float], p: float) -> None:
    groups = {"boolean": [0.5 + d for d in differences], "embedding": [0.5] * len(differences)}

    pair = rows(study_of(tmp_path, groups, paired=True, planned=TYPES[:2]), "paired").iloc[0]

    assert pair["p_wilcoxon"] == pytest.approx(p)


def test_undeclared_pairs_are_not_tested_but_their_correlation_is_given(main: Study) -> None:
    pair = rows(main, "paired").iloc[0]

    assert np.isnan(pair["p"])
    assert "never after seeing the correlation" in pair["note"]
    assert -1 <= pair["correlation"] <= 1


def test_classical_procedure_gives_its_reasons_and_corrects_for_the_plan(tmp_path: Path) -> None:
    groups = {name: MAIN[name] for name in ("boolean", "embedding")}

    pair = rows(study_of(tmp_path, groups), "classical").iloc[0]

    assert pair["branch"] == "student"
    assert "does not reject equal variances (p = .667), so Student" in pair["reason"]
    assert pair["p_bonferroni"] == pytest.approx(0.0066130836786)


@pytest.mark.parametrize(
    ("x", "y", "branch"),
    [
        ([0.60, 0.61, 0.62, 0.63, 0.64], [0.40, 0.50, 0.60, 0.70, 0.82], "welch"),
        ([0.5, 0.5, 0.5, 0.5, 0.8], [0.6, 0.61, 0.62, 0.63, 0.64], "mwu"),
        ([0.5, 0.6], [0.55, 0.6], "welch_fallback_no_shapiro"),
    ],
)
def test_classical_procedure_takes_its_branches(
    tmp_path: Path, x: list[float], y: list[float], branch: str
) -> None:
    study = study_of(tmp_path, {"boolean": x, "embedding": y})

    assert rows(study, "classical").loc[0, "branch"] == branch


def test_power_is_that_of_each_pairs_own_test(tmp_path: Path) -> None:
    groups = {**MAIN, "boolean": [0.6 + 3 * (rate - 0.6) for rate in MAIN["boolean"]]}
    study = study_of(tmp_path, groups)

    power = rows(study, "power")

    assert power["mde_effect"].tolist() == pytest.approx([1.97] * 3, abs=0.005)
    wide, narrow = power.iloc[0], power.iloc[2]
    assert wide["mde"] > 1.5 * narrow["mde"]
    assert narrow["mde"] == pytest.approx(narrow["mde_effect"] * narrow["sd"], rel=0.01)
    assert narrow["mde_at_upper_sd"] > narrow["mde"]


def test_differences_that_no_study_of_two_runs_detects_are_not_printed(tmp_path: Path) -> None:
    groups = {"boolean": [0.3, 0.7], "embedding": [0.2, 0.8]}

    power = rows(study_of(tmp_path, groups), "power")

    assert np.isnan(power.loc[0, "mde"])
    assert power.loc[0, "note"] == "too few runs to detect any difference"


def test_equivalence_could_pass_only_at_the_corrected_level(tmp_path: Path) -> None:
    spread = [-0.051, -0.034, -0.017, 0.0, 0.017, 0.034, 0.051]
    names = [f"type_{i}" for i in range(4)]
    groups = {name: [0.6 + step for step in spread] for name in names}

    alone = study_of(tmp_path / "two", {n: groups[n] for n in names[:2]}, planned=names[:2])
    family = study_of(tmp_path / "four", groups, planned=names)

    assert rows(alone, "equivalence")["could_pass"].tolist() == [True]
    assert rows(family, "equivalence")["could_pass"].tolist() == [False] * 6
    assert (rows(family, "equivalence")["p_holm"] > 0.05).all()


def test_curves_use_the_runs_that_reached_each_round(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, MAIN)
    short = [r for r in match_rows(0.58, rounds=4, opponent=PRIMARY) if r["round"] != 4]
    final = [r for r in match_rows(0.58, rounds=4, opponent=PRIMARY) if r["stage"] == "final"]
    write_run(path, "boolean", 1, matches=[*short, *final])

    study = load(path)

    curves = rows(study, "learning_curves").query("condition == 'boolean'")
    assert curves["n"].tolist() == [7, 7, 7, 6]
    runs = rows(study, "learning_runs")
    assert runs["area"].isna().sum() == 1
    assert runs.loc[0, "note"] == "has 3 of 4 rounds"
    assert rows(study, "areas").loc[0, "n"] == 6
    tests = rows(study, "learning_differences").query("a == 'boolean' and b == 'embedding'")
    assert tests["n_a"].tolist() == [7, 7, 7, 6]
    assert tests["round"].tolist() == [1, 2, 3, 4]


def test_rounds_are_corrected_over_rounds_and_pairs(main: Study) -> None:
    tests = rows(main, "learning_differences")

    first = tests.query("a == 'boolean' and b == 'multi_encoder'")
    assert first["p_pair"].iloc[0] == pytest.approx(4 / 3432)
    assert first["p_pair_holm"].iloc[0] == pytest.approx(12 / 3432)
    assert first["p_round_holm"].to_numpy() == pytest.approx(3 * first["p_round"].to_numpy())
    assert (tests["p_round_holm"] >= tests["p_pair_holm"] - 1e-12).all()
    assert (tests["differs"] == (tests["p_round_holm"] < 0.05)).all()


def test_threshold_never_reached_is_counted_not_imputed(main: Study) -> None:
    found = rows(main, "thresholds").set_index(["threshold", "condition"])

    row = found.loc[(0.9, "boolean")]
    assert (row["n"], row["n_reached"]) == (7, 0)
    assert np.isnan(row["median"])
    assert row["note"] == "half of the runs or more never reached it"


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
    one = found[(found["opponent"] == PRIMARY) & (found["condition"] == "boolean")]
    assert one.set_index("statistic")["estimate"].to_dict() == pytest.approx(
        {"mean": 0.605, "iqm": 0.605, "median": 0.605, "optimality_gap": 0.395}
    )
    both = found[(found["opponent"] == "") & (found["condition"] == "boolean")]
    assert both["estimate"].iloc[0] == pytest.approx(0.655)
    assert "median_of_opponent_means" in both["statistic"].tolist()


def test_all_opponents_are_aggregated_by_whole_runs(main: Study) -> None:
    found = all_statistics()["aggregates"](main)

    means = found[(found["statistic"] == "mean") & (found["condition"] == "boolean")]
    widths = (means["ci_high"] - means["ci_low"]).to_list()
    assert widths[0] == pytest.approx(widths[2])  # the second opponent adds no information


RATE = "training.learner.learning_rate"
RATES = (1.0e-4, 3.0e-4, 1.0e-3, 3.0e-3)


def factorial(
    root: Path, mean: Callable[[int, int], float], *, levels: Sequence[Any] = RATES
) -> Study:
    """Load two types by a numeric factor; `mean` gives the win rate of their levels' places."""
    rng = np.random.default_rng(1)
    cells = [
        (
            {"network_type": name, RATE: level},
            [round(mean(i, j) + rng.normal(0, 0.01), 4) for _ in range(6)],
        )
        for i, name in enumerate(TYPES[:2])
        for j, level in enumerate(levels)
    ]
    return load(write_factorial(root, {"network_type": "boolean", RATE: 3.0e-4}, cells, runs=6))


def test_families_hold_the_pairs_that_differ_in_one_factor(tmp_path: Path) -> None:
    levels = (*RATES, 1.0e-2, 3.0e-2)

    compared = rows(factorial(tmp_path, lambda i, j: 0.5, levels=levels), "comparisons")

    assert compared.groupby("factor").size().to_dict() == {"network_type": 6, RATE: 10}
    of_rate = compared[compared["factor"] == RATE]
    assert all({"boolean", "embedding"} & {a, b} for a, b in of_rate[["a", "b"]].to_numpy())
    assert set(of_rate["family_size"]) == {10}


def test_few_levels_are_compared_in_all_pairs(tmp_path: Path) -> None:
    compared = rows(factorial(tmp_path, lambda i, j: 0.5, levels=RATES[:3]), "comparisons")

    assert compared.groupby("factor").size().to_dict() == {"network_type": 3, RATE: 6}


def test_anova_finds_the_interaction_that_is_there(tmp_path: Path) -> None:
    crossed = rows(factorial(tmp_path / "a", lambda i, j: 0.5 + 0.05 * (i == j % 2)), "factorial")
    parallel = rows(factorial(tmp_path / "b", lambda i, j: 0.5 + 0.05 * i), "factorial")

    assert crossed["term"].tolist() == ["network_type", RATE, f"network_type × {RATE}"]  # noqa: RUF001
    assert crossed["p"].iloc[2] < 0.001
    assert crossed["sentence"].iloc[2] == (
        "the effect of learning rate depends on network type (p < .001)"
    )
    assert (
        parallel["sentence"].iloc[2].startswith("no significant interaction of learning rate with")
    )
    assert parallel["p"].iloc[0] < 0.001
    assert parallel["eta2_partial"].iloc[0] > 0.5


def test_conditions_without_runs_leave_the_rest_of_the_design_tested(tmp_path: Path) -> None:
    cells = [
        ({"network_type": name, RATE: rate}, [] if (i, j) == (1, 2) else [0.5, 0.52, 0.53 + i / 20])
        for i, name in enumerate(TYPES[:2])
        for j, rate in enumerate(RATES[:3])
    ]
    study = load(
        write_factorial(tmp_path, {"network_type": "boolean", RATE: 3.0e-4}, cells, runs=3)
    )

    anova, means = rows(study, "factorial"), rows(study, "level_means")

    assert anova["p"].notna().tolist() == [True, True]
    assert set(anova["note"]) == {
        "interactions that cannot be estimated from these conditions are omitted"
    }
    assert means.set_index("level_text").loc["0.001", "note"] == "1 of 2 conditions have no runs"


def test_level_means_weigh_conditions_alike(tmp_path: Path) -> None:
    study = factorial(tmp_path, lambda i, j: 0.5 + 0.1 * i)

    means = rows(study, "level_means").set_index("level_text")

    assert means.loc["boolean", "mean"] == pytest.approx(
        np.mean([x.mean() for name, x in study.rates(PRIMARY).items() if "boolean" in name])
    )
    row = means.loc["0.001"]
    assert row["n"] == 12
    assert row["ci_low"] < row["mean"] < row["ci_high"]


@pytest.mark.parametrize("is_paired", [False, True])
def test_equivalence_agrees_with_statsmodels(tmp_path: Path, is_paired: bool) -> None:
    study = load(write_experiment(tmp_path, MAIN, paired=is_paired))

    found = rows(study, "equivalence").set_index(["a", "b"])["p"]

    rates = study.rates(PRIMARY)
    for (a, b), p in found.items():
        x, y = rates[a], rates[b]
        expected = (
            ttost_paired(x, y, -0.05, 0.05)[0]
            if is_paired
            else ttost_ind(x, y, -0.05, 0.05, usevar="unequal")[0]
        )
        assert p == pytest.approx(expected, rel=1e-9)


def test_difference_of_two_levels_agrees_with_the_analysis_of_variance(tmp_path: Path) -> None:
    study = factorial(tmp_path, lambda i, j: 0.5 + 0.1 * i)

    first = rows(study, "level_differences").iloc[0]

    anova, means = rows(study, "factorial").iloc[0], rows(study, "level_means")["mean"]
    assert (first["factor"], first["a"], first["b"]) == ("network_type", "boolean", "embedding")
    assert first["t"] ** 2 == pytest.approx(anova["f"])
    assert first["p"] == pytest.approx(anova["p"])
    assert first["diff"] == pytest.approx(means[0] - means[1])


def test_levels_are_compared_in_the_settings_that_both_have(tmp_path: Path) -> None:
    cells = [
        ({"network_type": name, RATE: level}, rates)
        for name, level, rates in (
            ("boolean", 0.001, [0.5, 0.52]), ("boolean", 0.002, [0.7, 0.72]),
            ("embedding", 0.001, [0.6, 0.62]), ("embedding", 0.002, []),
        )
    ]  # fmt: skip
    study = load(write_factorial(tmp_path, {"network_type": "boolean", RATE: 0.001}, cells, runs=2))

    types = rows(study, "level_differences").iloc[0]

    assert types["diff"] == pytest.approx(-0.1)
    assert (types["num_settings"], types["of"]) == (1, 2)


def test_best_setting_is_estimated_on_runs_that_did_not_choose_it(tmp_path: Path) -> None:
    found = rows(factorial(tmp_path, lambda i, j: 0.5), "best_settings")

    assert (found["optimism"] > 0).all()  # all settings are alike: the highest mean flatters
    assert found["num_settings"].tolist() == [4, 4]
    clear = rows(factorial(tmp_path / "b", lambda i, j: 0.5 + 0.1 * (j == 2)), "best_settings")
    assert clear["setting"].tolist() == ["learning rate 0.001"] * 2
    assert clear["crossfit_mean"].to_numpy() == pytest.approx(clear["naive_mean"].to_numpy())


def test_a_type_loses_at_the_setting_that_is_best_for_another(tmp_path: Path) -> None:
    study = factorial(tmp_path, lambda i, j: 0.5 + 0.1 * (j == i))

    losses = rows(study, "sensitivity").set_index(["network_type", "at"])["loss"]

    assert losses["boolean", "embedding"] == pytest.approx(0.1, abs=0.02)
    assert losses["embedding", "boolean"] == pytest.approx(0.1, abs=0.02)
    assert {losses["boolean", "all types"], losses["embedding", "all types"]} != {0.0}


def test_paired_runs_are_lined_up_by_their_number(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, PAIR, paired=True, planned=TYPES[:2])
    write_run(path, "embedding", 1, state="failed")

    pair = rows(load(path), "comparisons").iloc[0]

    assert pair["n_a"] == 6
    expected = np.mean(PAIR["boolean"][1:]) - np.mean(PAIR["embedding"][1:])
    assert pair["diff"] == pytest.approx(expected)


def test_repeated_measures_agree_with_statsmodels_and_with_the_eigenvalues(tmp_path: Path) -> None:
    wide = np.array([MAIN[name] for name in TYPES]).T
    long = pd.DataFrame({
        "rate": wide.ravel(), "run": np.repeat(np.arange(7), 3), "name": np.tile(TYPES, 7),
    })  # fmt: skip
    expected = AnovaRM(long, "rate", "run", within=["name"]).fit().anova_table.iloc[0]
    contrasts = np.array([[1, -1, 0], [1, 1, -2]]) / np.sqrt([[2], [6]])
    spread = np.linalg.eigvalsh(contrasts @ np.cov(wide.T) @ contrasts.T)
    epsilon = spread.sum() ** 2 / (2 * (spread**2).sum())

    study = load(write_experiment(tmp_path, MAIN, paired=True))
    found = rows(study, "omnibus").set_index("test").loc["repeated_anova"]

    assert found["statistic_value"] == pytest.approx(expected["F Value"])
    assert found["df1"] == pytest.approx(2 * epsilon)
    assert found["df2"] == pytest.approx(12 * epsilon)


def test_the_interval_of_equivalence_has_90_percent(main: Study) -> None:
    found = rows(main, "equivalence").iloc[0]

    rates = main.rates(PRIMARY)
    low, high = CompareMeans.from_data(rates[found["a"]], rates[found["b"]]).tconfint_diff(
        alpha=0.1, usevar="unequal"
    )
    assert (found["ci_low"], found["ci_high"]) == pytest.approx((low, high))


def test_equivalence_is_corrected_over_the_planned_pairs(main: Study) -> None:
    found = rows(main, "equivalence")

    assert found["p_holm"].to_numpy() == pytest.approx(multipletests(found["p"], method="holm")[1])


def test_the_band_of_a_curve_is_corrected_over_its_rounds(main: Study) -> None:
    curve = rows(main, "learning_curves").query("condition == 'boolean'").iloc[0]

    of_run = main.curves.query("opponent == @PRIMARY and condition == 'boolean' and round == 1")
    sample = DescrStatsW(of_run["win_rate"])
    assert (curve["ci_low"], curve["ci_high"]) == pytest.approx(sample.tconfint_mean(0.05))
    assert (curve["band_low"], curve["band_high"]) == pytest.approx(sample.tconfint_mean(0.05 / 4))


def unbalanced(root: Path) -> Study:
    """Load two types at two rates; one of the four conditions has more runs than the others."""
    cells = [
        ({"network_type": name, RATE: rate}, rates)
        for name, rate, rates in (
            ("boolean", 0.001, [0.5, 0.52, 0.51, 0.53, 0.5]), ("boolean", 0.002, [0.6, 0.62]),
            ("embedding", 0.001, [0.56, 0.58]), ("embedding", 0.002, [0.72, 0.7]),
        )
    ]  # fmt: skip
    return load(write_factorial(root, {"network_type": "boolean", RATE: 0.001}, cells))


def test_the_mean_of_a_level_counts_its_conditions_not_their_runs(tmp_path: Path) -> None:
    means = rows(unbalanced(tmp_path), "level_means").set_index("level_text")["mean"]

    assert means["boolean"] == pytest.approx((0.512 + 0.61) / 2)


def test_unbalanced_factors_have_sums_of_squares_of_type_two(tmp_path: Path) -> None:
    study = unbalanced(tmp_path)

    found = rows(study, "factorial").set_index("term")["sum_sq"]

    data = study.finals(PRIMARY).join(study.conditions, on="condition")
    rate, types = data[RATE].astype(float), data["network_type"].astype(str)
    long = pd.DataFrame({"y": data["win_rate"], "rate": rate, "name": types})
    both, alone = (ols(f"y ~ {terms}", long).fit().ssr for terms in ("name + rate", "rate"))
    assert found["network_type"] == pytest.approx(alone - both)


@pytest.mark.parametrize(("rates", "is_named"), [
    ([0.7, 0.71, 0.7, 0.72, 0.42], True),
    ([0.7, 0.701, 0.7, 0.701, 0.69], False),  # far out, but near
    ([0.5, 0.6, 0.7, 0.8, 0.55], False),  # 0.1 below, but not far out
])  # fmt: skip
def test_a_run_collapsed_that_is_far_out_and_far_below(
    rates: list[float], is_named: bool, tmp_path: Path
) -> None:
    found = all_statistics()["checks"](study_of(tmp_path, {"boolean": rates}))

    assert ("collapsed" in set(found["id"])) == is_named


def test_an_exact_test_is_held_against_the_corrected_level(tmp_path: Path) -> None:
    groups = {name: [0.5, 0.51 + place / 100, 0.53, 0.56] for place, name in enumerate(TYPES)}

    found = all_statistics()["checks"](study_of(tmp_path, groups))

    texts = found.loc[found["id"] == "unreachable", "text"].tolist()
    assert len(texts) == 4  # two tests against two opponents
    assert all("smallest attainable p 0.0286 exceeds 0.0167" in text for text in texts)


def test_every_round_is_corrected_by_the_factor_of_its_pair() -> None:
    pairs = pd.DataFrame({"a": ["x", "x", "x", "y"], "b": ["y", "y", "z", "z"]})
    result = pairs.assign(p_round=[0.01, 0.03, 0.5, 0.04], p_pair=[0.01, 0.01, 0.5, 0.04])

    learning._correct(result, result.copy())

    assert result["p_pair_holm"].to_numpy() == pytest.approx([0.03, 0.03, 0.5, 0.08])
    assert result["p_round_holm"].to_numpy() == pytest.approx([0.03, 0.09, 0.5, 0.08])


def test_a_threshold_is_reached_by_two_rounds_in_a_row() -> None:
    rounds = np.arange(1.0, 6.0)

    assert learning._reached(rounds, np.array([True, False, True, True, True])) == 3.0
    assert np.isnan(learning._reached(rounds, np.array([True, False, True, False, True])))
