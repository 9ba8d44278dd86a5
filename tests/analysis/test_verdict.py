"""The answers in words, and what a reader must know before believing them."""

from pathlib import Path
from typing import Any

import pytest

from cuttle.analysis.evaluate import evaluate
from cuttle.analysis.study import Study, load_study
from cuttle.runs import layout

from .experiments import (
    PRIMARY,
    match_rows,
    record_hashes,
    write_experiment,
    write_meta,
    write_run,
)
from .test_statistics import MAIN, STUDIES, study_of


def statements(study: Study, opponent: str = PRIMARY) -> dict[tuple[str, ...], dict[str, Any]]:
    """Verdicts on pairs of types by pair."""
    results = evaluate(study, ("verdict",))["verdict"]["statements"]
    pairs = [
        s for s in results if s["question"].startswith("Do ") and " differ against" in s["question"]
    ]
    return {tuple(s["types"]): s for s in pairs if s["opponent"] == opponent}


def test_verdict_names_the_winner_with_size_and_interval(tmp_path: Path) -> None:
    answer = statements(study_of(tmp_path, MAIN))["boolean", "embedding"]

    assert answer["decision"] == "different"
    assert answer["answer"].startswith(
        "embedding beats boolean by 6.0 points (95 % CI 2.6 to 9.3; Welch, Holm p = .004; 7 runs"
    )


def test_questions_that_ask_for_no_decision_have_none(tmp_path: Path) -> None:
    results = evaluate(study_of(tmp_path, MAIN), ("verdict",))["verdict"]["statements"]

    undecided = [s["question"].split()[0] for s in results if s["decision"] is None]
    assert undecided == ["What", "Can"]  # could have been seen; be taken at face value


def test_verdict_does_not_call_undecided_types_equal(tmp_path: Path) -> None:
    study = study_of(tmp_path, MAIN)

    answer = statements(study)["embedding", "multi_encoder"]

    assert answer["decision"] == "undecided"
    assert "neither that the types differ nor that they are equal" in answer["answer"]
    assert "would be found with less than 80 % power" in answer["answer"]


def test_verdict_calls_types_equivalent_only_by_an_equivalence_test(tmp_path: Path) -> None:
    groups = {"boolean": [0.6, 0.601, 0.602, 0.603], "embedding": [0.601, 0.602, 0.603, 0.6015]}

    answer = statements(study_of(tmp_path, groups))["boolean", "embedding"]

    assert answer["decision"] == "equivalent"
    assert "equivalent within 5.0 points" in answer["answer"]


def test_headline_names_types_that_are_all_equivalent_once(tmp_path: Path) -> None:
    rates = [0.6, 0.601, 0.602, 0.603]
    groups = dict.fromkeys(("boolean", "embedding", "multi_encoder"), rates)

    verdict = evaluate(study_of(tmp_path, groups), ("verdict",))["verdict"]

    assert (
        "all pairs of boolean, embedding and multi_encoder are equivalent within 5.0 points (TOST)."
        in verdict["headline"]
    )


def test_verdict_tells_a_real_but_small_difference(tmp_path: Path) -> None:
    groups = {"boolean": [0.6, 0.601, 0.602, 0.603], "embedding": [0.62, 0.621, 0.622, 0.623]}

    answer = statements(study_of(tmp_path, groups))["boolean", "embedding"]

    assert answer["decision"] == "different_within_margin"
    assert "smaller than the margin of 5.0 points" in answer["answer"]


def test_headline_tells_a_difference_within_the_margin_from_one_that_matters(
    tmp_path: Path,
) -> None:
    small = {"boolean": [0.6, 0.601, 0.602, 0.603], "embedding": [0.62, 0.621, 0.622, 0.623]}
    large = {"boolean": [0.6, 0.601, 0.602, 0.603], "embedding": [0.7, 0.71, 0.705, 0.712]}

    headlines = [
        evaluate(study_of(tmp_path / name, groups), ("verdict",))["verdict"]["headline"]
        for name, groups in (("small", small), ("large", large))
    ]

    assert "embedding beats boolean by 2.0 points (within the margin)" in headlines[0]
    assert "(within the margin)" not in headlines[1]


def test_runs_more_alike_than_coin_flips_accuse_nobody(tmp_path: Path) -> None:
    groups = {"boolean": [0.6, 0.6005, 0.601, 0.6015, 0.602], "embedding": [0.5, 0.6, 0.7]}

    verdict = evaluate(study_of(tmp_path, groups), ("verdict", "variance"))["verdict"]

    answers = {s["types"][0]: s["answer"] for s in verdict["statements"] if "luck" in s["question"]}
    assert "all runs play the same deals" in answers["boolean"]
    assert "alike" not in answers["boolean"]
    assert "seeds matter" in answers["embedding"]


@pytest.mark.parametrize("kind", STUDIES)
def test_verdict_never_says_no_difference(tmp_path: Path, kind: str) -> None:
    verdict = evaluate(study_of(tmp_path, STUDIES[kind]), ("verdict",))["verdict"]

    for statement in verdict["statements"]:
        text = statement["answer"].lower()
        assert "no difference" not in text
        assert "accept" not in text
        assert "trend" not in text


def test_headline_of_an_undecided_study_excludes_nothing(tmp_path: Path) -> None:
    groups = {"boolean": [0.5, 0.6, 0.7], "embedding": [0.55, 0.65, 0.6]}

    headline = evaluate(study_of(tmp_path, groups), ("verdict",))["verdict"]["headline"]

    assert "no difference between types is shown, and none is excluded" in headline


def test_identical_results_across_seeds_are_an_error(tmp_path: Path) -> None:
    findings = evaluate(study_of(tmp_path, {"boolean": [0.6, 0.6, 0.6]}), ("checks",))["checks"]

    by_id = {finding["id"]: finding for finding in findings}
    assert by_id["identical_results"]["level"] == "error"
    assert "is the seed used?" in by_id["identical_results"]["text"]
    assert findings[0]["level"] == "error"


def test_shared_and_contradictory_seeds_are_errors(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    write_run(path, "boolean", 2, 0.61, seed=1007)
    write_run(path, "boolean", 3, 0.62, metadata={"seed": 5})

    findings = evaluate(load_study(path), ("checks",))["checks"]

    texts = {finding["id"]: finding["text"] for finding in findings}
    assert "boolean_run_01, boolean_run_02 share the seed 1007" in texts["shared_seed"]
    assert "boolean_run_03: its seed is not one" in texts["seed_mismatch"]


def test_few_games_mixed_commits_and_left_out_runs_are_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "study"
    write_meta(path, planned=["boolean"], runs=3)
    for run in (1, 2):
        rows = match_rows(0.5 + run / 100, rounds=4, opponent=PRIMARY, games=62)
        write_run(path, "boolean", run, matches=rows, metadata={"git": {"commit": str(run)}})

    ids = {finding["id"] for finding in evaluate(load_study(path), ("checks",))["checks"]}

    assert {"few_games", "mixed_commits", "left_out"} <= ids


@pytest.mark.parametrize(
    ("sources", "found"),
    [
        (("a", "b"), {"mixed_sources": "warning", "mixed_commits": "warning"}),
        (("a", "a"), {"mixed_commits": "note"}),  # which train alike
    ],
)
def test_runs_of_two_versions_of_the_source_are_warned_of(
    sources: tuple[str, str], found: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "study"
    write_meta(path, planned=["boolean"])
    for run, source in enumerate(sources, start=1):
        metadata = {"git": {"commit": str(run)}, "source_hash": source}
        write_run(path, "boolean", run, 0.6 + run / 100, metadata=metadata)

    checks = evaluate(load_study(path), ("checks",))["checks"]

    assert {c["id"]: c["level"] for c in checks if c["id"].startswith("mixed")} == found


def test_runs_of_a_condition_in_two_kinds_of_arithmetic_are_named(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6, 0.61], "embedding": [0.6]})
    portable = {"arithmetic": {"mode": "portable"}}
    write_run(path, "boolean", 3, 0.62, metadata=portable)
    write_run(path, "embedding", 1, 0.6, metadata=portable)

    checks = evaluate(load_study(path), ("checks",))["checks"]

    assert [c["text"] for c in checks if c["id"] == "mixed_arithmetic"] == [
        "boolean: runs were trained in different arithmetic (portable=): "
        "native: boolean_run_01, boolean_run_02; portable: boolean_run_03"
    ]


def test_runs_whose_commit_is_not_recorded_are_named_and_come_from_no_commit(
    tmp_path: Path,
) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6, 0.61]})
    write_run(path, "boolean", 3, 0.62, metadata={"git": {"commit": "a1"}})

    findings = evaluate(load_study(path), ("checks",))["checks"]

    texts = {finding["id"]: finding["text"] for finding in findings}
    assert texts["unknown_commit"] == "no commit is recorded for boolean_run_01, boolean_run_02"
    assert "mixed_commits" not in texts


def test_collapsed_run_is_named(tmp_path: Path) -> None:
    findings = evaluate(study_of(tmp_path, STUDIES["a collapsed seed"]), ("checks",))["checks"]

    texts = [finding["text"] for finding in findings if finding["id"] == "collapsed"]
    assert any("boolean_run_05 (0.420)" in text for text in texts)


def test_degrees_of_freedom_of_repeated_measures_are_those_of_the_p_beside(tmp_path: Path) -> None:
    study = study_of(tmp_path, MAIN, paired=True)

    results = evaluate(study, ("verdict", "omnibus"))

    answers = {s["question"]: s["answer"] for s in results["verdict"]["statements"]}
    fit = results["omnibus"][PRIMARY]["repeated_anova"]
    epsilon = fit["epsilon_gg"]
    assert epsilon < 0.99
    text = f"F({epsilon * fit['df1']:.3g}, {epsilon * fit['df2']:.3g}) = {fit['F']:.2f}"
    assert text in answers[f"Does the network type matter against {PRIMARY}?"]


def test_sign_flips_count_the_pairs_that_both_types_have(tmp_path: Path) -> None:
    path = tmp_path / "study"
    write_meta(path, planned=["boolean", "embedding"], runs=11, paired=True)
    for run in range(1, 8):
        write_run(path, "boolean", run, 0.5 + run / 100)
        write_run(path, "embedding", run + 4, 0.6 + run * run / 1000)

    texts = [finding["text"] for finding in evaluate(load_study(path), ("checks",))["checks"]]

    assert any("with 3 pairs sign flips cannot reach significance" in text for text in texts)


def test_unequal_numbers_of_runs_hinder_rank_tests_before_permutation(tmp_path: Path) -> None:
    groups = {"boolean": [0.5, 0.51, 0.53], "embedding": [0.6, 0.62, 0.63, 0.65]}

    findings = evaluate(study_of(tmp_path, groups), ("checks",))["checks"]

    texts = [finding["text"] for finding in findings]
    assert any("with 3 and 4 runs rank tests cannot reach" in text for text in texts)
    assert not any("permutation" in text for text in texts)


def test_tests_of_pairs_that_cannot_be_compared_are_no_hindrance(tmp_path: Path) -> None:
    groups = {
        "boolean": [0.5, 0.51, 0.53, 0.52],
        "embedding": [0.6, 0.62, 0.63, 0.65],
        "multi_encoder": [0.7],
    }

    results = evaluate(study_of(tmp_path, groups), ("checks", "comparisons"))

    assert results["comparisons"][PRIMARY]["family_size"] == 1  # whose level a p of .029 meets
    assert not any("cannot reach" in finding["text"] for finding in results["checks"])


def test_paired_study_is_told_when_sign_flips_cannot_reject(tmp_path: Path) -> None:
    rates = [0.5, 0.52, 0.55, 0.51, 0.56, 0.54, 0.53]
    groups = {f"type_{i}": [rate + i / 100 for rate in rates[i:] + rates[:i]] for i in range(4)}
    study = study_of(tmp_path, groups, planned=list(groups), paired=True)

    texts = [finding["text"] for finding in evaluate(study, ("checks",))["checks"]]

    assert any("with 7 pairs sign flips cannot reach significance" in text for text in texts)
    assert not any("permutation" in text for text in texts)


def test_a_missing_file_is_named_once_though_its_hash_is_recorded(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.5, 0.6]})
    record_hashes(path / "boolean_run_01")
    (path / "boolean_run_01" / layout.METRICS_FILE).unlink()

    checks = evaluate(load_study(path), ("checks",))["checks"]

    assert [check["text"] for check in checks if check["id"] == "damaged_files"] == [
        "metrics.jsonl is missing or empty, though the run is completed; used all the same: "
        "boolean_run_01"
    ]


def test_damaged_files_of_used_runs_are_named(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.5, 0.6, 0.55, 0.52, 0.5]})
    for run in (1, 2):
        (path / f"boolean_run_0{run}" / layout.FINAL_MODEL_FILE).unlink()
    (path / "boolean_run_03" / layout.METRICS_FILE).write_text("{\n")
    (path / "boolean_run_04" / layout.TIMINGS_FILE).unlink()

    checks = evaluate(load_study(path), ("checks",))["checks"]

    assert [check["text"] for check in checks if check["id"] == "damaged_files"] == [
        "models/model_final.pt is missing or empty, though the run is completed; used all the "
        "same: boolean_run_01, boolean_run_02",
        "metrics.jsonl line 1 is damaged; the rows above it were kept; used all the same: "
        "boolean_run_03",
        "timings.jsonl is missing or empty, though the run is completed; used all the same: "
        "boolean_run_04",
    ]
