"""Every statistic on every kind of study: strict JSON, reasons instead of numbers, right words."""

import importlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cuttle.analysis import old_statistics as statistics, parts
from cuttle.analysis.estimators.power import mde_paired
from cuttle.analysis.evaluate import evaluate
from cuttle.analysis.study import Study, load_study

from .experiments import (
    PRIMARY,
    SECONDARY,
    TYPES,
    match_rows,
    write_experiment,
    write_meta,
    write_run,
)
from .reference import topic

MAIN: dict[str, list[float]] = topic("06_decision_tree")["cases"][0]["groups"]
Groups = Mapping[str, Sequence[float]]

STUDIES: dict[str, Groups] = {
    "seven runs a type": MAIN,
    "one run a type": {"boolean": [0.58], "embedding": [0.66], "multi_encoder": [0.67]},
    "two runs a type": {"boolean": [0.58, 0.61], "embedding": [0.66, 0.64]},
    "one type": {"boolean": [0.58, 0.61, 0.6]},
    "one run": {"boolean": [0.58]},
    "constant types": {"boolean": [0.5] * 7, "embedding": [0.6] * 7, "multi_encoder": [0.7] * 7},
    "one constant type": {"boolean": [0.5] * 7, "embedding": [0.61, 0.62, 0.6]},
    "all equal": {"boolean": [0.5] * 7, "embedding": [0.5] * 7},
    "ties": {"boolean": [0.5, 0.5, 0.6, 0.6], "embedding": [0.5, 0.6, 0.6, 0.6]},
    "unequal numbers": {"boolean": [0.5], "embedding": [0.6, 0.65], "multi_encoder": [0.7] * 3},
    "nothing won": {"boolean": [0.01, 0.01, 0.01], "embedding": [0.01, 0.02, 0.03]},
    "a collapsed seed": {"boolean": [0.7, 0.71, 0.7, 0.72, 0.42], "embedding": [0.7, 0.72, 0.71]},
}


def study_of(root: Path, groups: Groups, **meta: Any) -> Study:
    return load_study(write_experiment(root, groups, **meta))


@pytest.mark.parametrize("name", parts.names(statistics))
@pytest.mark.parametrize("kind", STUDIES)
def test_statistic_gives_strict_json_for_any_study(tmp_path: Path, name: str, kind: str) -> None:
    study = study_of(tmp_path, STUDIES[kind])

    text = json.dumps(evaluate(study, (name,)), allow_nan=False)

    assert text
    assert "np.float64" not in text


@pytest.mark.parametrize("name", parts.names(statistics))
def test_statistic_gives_a_reason_for_an_empty_experiment(tmp_path: Path, name: str) -> None:
    write_meta(tmp_path / "study", planned=[])

    result = evaluate(load_study(tmp_path / "study"), (name,))[name]

    assert "no runs" in json.dumps(result, allow_nan=False)


@pytest.mark.parametrize("name", parts.names(statistics))
def test_statistic_takes_unfinished_runs_and_missing_types(tmp_path: Path, name: str) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6, 0.62, 0.64]})
    error = {"type": "ValueError", "message": "broken", "log": "train.log"}
    write_run(path, "embedding", 1, state="failed", status={"error": error})
    write_run(path, "boolean", 4, state="running")

    json.dumps(evaluate(load_study(path), (name,)), allow_nan=False)


@pytest.mark.parametrize("name", parts.names(statistics))
def test_statistic_takes_paired_studies_with_gaps(tmp_path: Path, name: str) -> None:
    path = write_experiment(tmp_path, MAIN, paired=True, seed_mode="paired")
    write_run(path, "embedding", 3, state="failed")

    json.dumps(evaluate(load_study(path), (name,)), allow_nan=False)


@pytest.mark.parametrize("name", parts.names(statistics))
def test_statistic_takes_runs_that_missed_an_opponent(tmp_path: Path, name: str) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6, 0.62]})
    write_run(path, "embedding", 1, matches=match_rows(0.5, rounds=4, opponent=SECONDARY))
    write_run(path, "embedding", 2, matches=match_rows(0.5, rounds=3, opponent=PRIMARY))

    json.dumps(evaluate(load_study(path), (name,)), allow_nan=False)


@pytest.mark.parametrize("name", parts.names(statistics))
def test_statistic_says_in_a_sentence_what_it_answers(name: str) -> None:
    module = importlib.import_module(f"cuttle.analysis.old_statistics.{name}")

    assert (module.__doc__ or "").partition("\n")[0].endswith(".")


def test_every_statistic_labels_the_opponents(tmp_path: Path) -> None:
    results = evaluate(study_of(tmp_path, MAIN))

    assert list(results["comparisons"]) == [PRIMARY, SECONDARY]
    assert results["comparisons"][PRIMARY]["role"] == "primary"
    assert results["comparisons"][SECONDARY]["role"] == "secondary"


def test_descriptives_name_runs_seats_and_half_draws(tmp_path: Path) -> None:
    results = evaluate(study_of(tmp_path, MAIN), ("descriptives",))["descriptives"]

    boolean = results[PRIMARY]["types"]["boolean"]
    assert boolean["win_rate"]["mean"] == pytest.approx(0.605)
    assert boolean["runs"]["boolean_run_01"] == pytest.approx(0.581)
    assert boolean["half_draw_rate"]["mean"] > boolean["win_rate"]["mean"]
    assert boolean["by_seat"]["0"]["mean"] == pytest.approx(0.615)
    assert boolean["games_per_run"] == [2000]


def test_classical_block_prints_its_reasons(tmp_path: Path) -> None:
    block = evaluate(study_of(tmp_path, MAIN), ("classical",))["classical"][PRIMARY]

    first = block["pairs"][0]["result"]
    assert first["branch"] == "student"
    assert "does not reject equal variances" in first["reason"]
    assert first["p_bonferroni"] == pytest.approx(0.0066130836786)
    assert block["family_size"] == block["planned_size"] == 3


def test_family_is_stated_when_a_type_is_missing(tmp_path: Path) -> None:
    groups = {name: MAIN[name] for name in ("boolean", "embedding")}

    block = evaluate(study_of(tmp_path, groups), ("classical",))["classical"][PRIMARY]

    assert (block["family_size"], block["planned_size"]) == (1, 3)


def test_comparisons_hold_every_recommended_number(tmp_path: Path) -> None:
    block = evaluate(study_of(tmp_path, MAIN), ("comparisons",))["comparisons"][PRIMARY]

    pair = block["pairs"][0]
    assert (pair["a"], pair["b"], pair["test"]) == ("boolean", "embedding", "welch")
    assert pair["p"] == pytest.approx(0.0022452162793790494)
    assert pair["p_permutation"] == pytest.approx(0.004079254079254079)
    assert pair["effects"]["hedges_g_exact"] == pytest.approx(-1.939021327946801)
    assert pair["prob_improvement"] == pytest.approx(0.061224489795918366)
    assert pair["p_holm"] == pytest.approx(0.004490432558758099)
    assert pair["is_significant"] is True


def test_declared_pairs_are_compared_by_run_number(tmp_path: Path) -> None:
    cases = topic("11_paired")["cases"]
    groups = {"boolean": cases[0]["x"], "embedding": cases[0]["y"]}

    study = study_of(tmp_path, groups, paired=True)

    pair = evaluate(study, ("comparisons",))["comparisons"][PRIMARY]["pairs"][0]
    assert pair["test"] == "paired_t"
    assert pair["p"] == pytest.approx(cases[0]["expected"]["p"])
    assert pair["p_permutation"] == cases[0]["expected"]["signflip_p"]
    assert pair["dz"] == pytest.approx(cases[0]["expected"]["dz"])


def test_declared_pairs_have_no_intervals_of_independent_runs(tmp_path: Path) -> None:
    case = topic("11_paired")["cases"][0]
    groups = {"boolean": case["x"], "embedding": case["y"]}

    results = evaluate(study_of(tmp_path, groups, paired=True), ("comparisons", "verdict"))

    pair = results["comparisons"][PRIMARY]["pairs"][0]
    ends = [pair["effects"][key] for key in ("d_ci_low", "d_ci_high", "g_ci_low", "g_ci_high")]
    ends += [pair["prob_improvement_low"], pair["prob_improvement_high"]]
    assert {*ends, pair["p_mann_whitney"]} == {None}
    assert pair["effects"]["hedges_g_exact"] is not None
    answer = next(s["answer"] for s in results["verdict"]["statements"] if len(s["types"]) == 2)
    assert answer.count("95 % CI") == 1  # of the difference


def test_pairing_uses_the_runs_both_types_have(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, MAIN, paired=True)
    write_run(path, "embedding", 3, state="failed")

    rows = evaluate(load_study(path), ("paired",))["paired"][PRIMARY]["pairs"]

    assert [row["n"] for row in rows] == [6, 7, 6]


@pytest.mark.parametrize(
    "name", ["learning_curves", "sample_efficiency", "simultaneous", "classical", "aggregates"]
)
def test_only_final_rates_are_compared_pair_by_pair(tmp_path: Path, name: str) -> None:
    declared = study_of(tmp_path / "paired", MAIN, paired=True)
    independent = study_of(tmp_path / "independent", MAIN, paired=False)

    assert evaluate(declared, (name,)) == evaluate(independent, (name,))


def test_undeclared_pairs_are_not_tested_but_their_correlation_is_shown(tmp_path: Path) -> None:
    row = evaluate(study_of(tmp_path, MAIN), ("paired",))["paired"][PRIMARY]["pairs"][0]

    assert row["paired_t"]["computable"] is False
    assert "never after seeing the correlation" in row["paired_t"]["reason"]
    assert -1 <= row["correlation"] <= 1


def test_power_is_that_of_each_pairs_own_test(tmp_path: Path) -> None:
    groups = {**MAIN, "boolean": [0.6 + 3 * (rate - 0.6) for rate in MAIN["boolean"]]}

    block = evaluate(study_of(tmp_path, groups), ("power",))["power"][PRIMARY]

    assert block["mde_effect"] == pytest.approx(1.97, abs=0.005)
    assert block["runs_needed_by_effect"] == {"0.5": 86, "0.8": 35, "1": 23, "1.5": 11, "2": 7}
    wide, _, narrow = block["pairs"]
    assert wide["mde"] > 1.5 * narrow["mde"]
    assert narrow["mde"] == pytest.approx(block["mde_effect"] * narrow["sd"], rel=0.01)
    assert narrow["mde_at_upper_sd"] > narrow["mde"]


def test_power_of_declared_pairs_is_that_of_their_differences(tmp_path: Path) -> None:
    case = topic("11_paired")["cases"][0]
    groups = {"boolean": case["x"], "embedding": case["y"]}

    block = evaluate(study_of(tmp_path, groups, paired=True), ("power",))["power"][PRIMARY]

    differences = np.subtract(case["x"], case["y"])
    pair = block["pairs"][0]
    assert pair["sd"] == pytest.approx(np.std(differences, ddof=1))
    assert pair["mde"] == pytest.approx(mde_paired(7) * pair["sd"])
    assert block["mde_effect"] == pytest.approx(mde_paired(7))


@pytest.mark.parametrize("is_paired", [False, True])
def test_more_games_agree_with_the_study_at_its_own_number(tmp_path: Path, is_paired: bool) -> None:
    rates = [0.6, 0.601, 0.602, 0.6005, 0.603, 0.6015, 0.6025]  # less spread than coin flips have
    groups = {"boolean": rates, "embedding": [0.62, 0.61, 0.6, 0.6, 0.61, 0.62, 0.605]}

    block = evaluate(study_of(tmp_path, groups, paired=is_paired), ("power",))["power"][PRIMARY]

    pair = block["pairs"][0]
    assert pair["mde_by_games"]["2000"] == pytest.approx(pair["mde"])
    values = list(pair["mde_by_games"].values())
    assert values == sorted(values, reverse=True)


def test_equivalence_says_when_it_could_not_have_passed(tmp_path: Path) -> None:
    groups = {"boolean": [0.5, 0.6, 0.7], "embedding": [0.55, 0.65, 0.6]}

    block = evaluate(study_of(tmp_path, groups), ("equivalence",))["equivalence"][PRIMARY]

    assert block["pairs"][0]["could_pass"] is False


def test_equivalence_could_pass_only_at_the_corrected_level(tmp_path: Path) -> None:
    spread = [-0.051, -0.034, -0.017, 0.0, 0.017, 0.034, 0.051]
    names = [f"type_{i}" for i in range(4)]
    groups = {name: [0.6 + step for step in spread] for name in names}

    alone = evaluate(study_of(tmp_path / "two", {n: groups[n] for n in names[:2]}))["equivalence"]
    family = evaluate(study_of(tmp_path / "four", groups, planned=names))["equivalence"]

    assert alone[PRIMARY]["pairs"][0]["could_pass"] is True
    assert [pair["could_pass"] for pair in family[PRIMARY]["pairs"]] == [False] * 6
    assert [pair["p_holm"] < 0.05 for pair in family[PRIMARY]["pairs"]] == [False] * 6


def test_learning_curves_name_the_rounds_that_differ(tmp_path: Path) -> None:
    block = evaluate(study_of(tmp_path, MAIN), ("learning_curves",))["learning_curves"][PRIMARY]

    assert block["rounds"] == [1, 2, 3, 4]
    assert 4 in block["pairs"][0]["rounds_that_differ"]
    band = block["types"]["boolean"]["simultaneous_band"]
    assert band["low"][0] < block["types"]["boolean"]["pointwise_band"]["low"][0]


def test_threshold_never_reached_is_counted_not_imputed(tmp_path: Path) -> None:
    block = evaluate(study_of(tmp_path, MAIN), ("sample_efficiency",))["sample_efficiency"]

    at = block[PRIMARY]["rounds_to_threshold"]["0.9"]["types"]["boolean"]
    assert at["rounds"] == [None] * 7
    assert at["n_reached"] == 0
    assert at["median"]["computable"] is False


def test_the_type_that_needs_fewer_rounds_is_the_more_probable_winner(tmp_path: Path) -> None:
    groups = {"boolean": [0.8, 0.81, 0.82], "embedding": [0.55, 0.56, 0.57]}

    block = evaluate(study_of(tmp_path, groups), ("sample_efficiency",))["sample_efficiency"]

    pair = block[PRIMARY]["rounds_to_threshold"]["0.5"]["pairs"][0]
    assert (pair["a"], pair["mann_whitney"]["prob_improvement"]) == ("boolean", 1.0)
    assert pair["mann_whitney"]["cliffs_delta"] == 1.0


def test_cost_is_described_by_type(tmp_path: Path) -> None:
    costs = evaluate(study_of(tmp_path, MAIN), ("cost",))["cost"]["types"]["boolean"]

    assert costs["round_s"]["mean"] == pytest.approx(14.0)
    assert costs["round_s"]["optimality_gap"] is None  # seconds have none
    assert costs["round_s"]["ci_outside_unit_interval"] is None
    assert costs["games_per_s"]["mean"] == pytest.approx(1000 / 14)


def test_networks_are_told_by_size_and_by_the_spread_of_their_first_values(tmp_path: Path) -> None:
    networks = evaluate(study_of(tmp_path, MAIN), ("networks",))["networks"]["types"]["boolean"]

    assert networks["parameters"] == [190_000]
    assert networks["initial_q_sd"]["mean"] == pytest.approx(0.014)
    assert networks["initial_q_sd"]["n"] == 7


def test_all_opponents_are_aggregated_by_whole_runs(tmp_path: Path) -> None:
    results = evaluate(study_of(tmp_path, MAIN), ("aggregates",))["aggregates"]

    both = results["all_opponents"]["types"]["boolean"]
    assert both["mean"] == pytest.approx(0.655)
    alone = results["opponents"][PRIMARY]["types"]["boolean"]["bootstrap"]["mean"]
    width = alone["high"] - alone["low"]
    assert both["bootstrap"]["mean"]["high"] - both["bootstrap"]["mean"]["low"] == pytest.approx(
        width
    )


def test_every_aggregate_has_the_interval_of_itself(tmp_path: Path) -> None:
    results = evaluate(study_of(tmp_path, MAIN), ("aggregates",))["aggregates"]

    one = results["opponents"][PRIMARY]["types"]["boolean"]
    both = results["all_opponents"]["types"]["boolean"]
    for block, median in ((one, "median"), (both, "median_of_opponent_means")):
        assert list(block["bootstrap"]) == ["mean", "iqm", median, "optimality_gap"]
        for name, boot in block["bootstrap"].items():
            assert boot["estimate"] == block[name]
            assert boot["low"] <= block[name] <= boot["high"]
    assert one["median"] == 0.605


def test_twelve_types_are_compared_as_one_family(tmp_path: Path) -> None:
    names = [f"type_{i:02d}" for i in range(12)]
    groups = {name: [0.5 + i / 50, 0.51 + i / 50, 0.53 + i / 50] for i, name in enumerate(names)}

    results = evaluate(study_of(tmp_path, groups, planned=names))

    assert results["comparisons"][PRIMARY]["family_size"] == 66
    json.dumps(results, allow_nan=False)


def test_results_are_equal_when_computed_again(tmp_path: Path) -> None:
    study = study_of(
        tmp_path, {name: [*MAIN[name], *(r + 0.01 for r in MAIN[name])] for name in TYPES}
    )

    assert evaluate(study) == evaluate(study)
