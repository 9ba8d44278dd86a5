"""The answers in words, and what a reader must know before believing them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cuttle.analysis import Study, load
from cuttle.analysis.statistics.checks import checks
from cuttle.analysis.statistics.verdict import headline, verdict
from cuttle.runs import layout

from .experiments import (
    MAIN,
    PRIMARY,
    TYPES,
    match_rows,
    record_hashes,
    write_experiment,
    write_factorial,
    write_meta,
    write_run,
)
from .test_statistics import RATE, STUDIES, factorial, study_of

TWO = TYPES[:2]


def statements(study: Study) -> dict[str, pd.Series]:
    """Statements about the primary opponent by question."""
    found = verdict(study)
    return {row["question"]: row for _, row in found.iterrows() if row["role"] != "secondary"}


def answer(study: Study, question: str) -> str:
    return str(statements(study)[question]["answer"])


def pair(study: Study, a: str, b: str) -> pd.Series:
    return statements(study)[f"Do {a} and {b} differ against {PRIMARY}?"]


def texts(study: Study) -> list[str]:
    return checks(study)["text"].tolist()


def ids(study: Study) -> dict[str, str]:
    return dict(checks(study)[["id", "level"]].to_numpy())


TRUST = "Can these numbers be taken at face value?"


def test_verdict_names_the_winner_with_size_and_interval(main: Study) -> None:
    found = pair(main, "boolean", "embedding")

    assert found["decision"] == "different"
    assert found["answer"].startswith(
        "embedding beats boolean by 6.0 points (95% CI [2.6, 9.3]; Welch, Holm p = .004; 7 runs"
    )
    assert found["conditions"] == ("boolean", "embedding")


def test_questions_that_ask_for_no_decision_have_none(main: Study) -> None:
    found = statements(main)

    open_questions = [q.split()[0] for q, row in found.items() if not row["decision"]]
    assert open_questions == ["What", "Can"]  # could be detected; be taken at face value


def test_inconclusive_conditions_are_not_called_equal(main: Study) -> None:
    found = pair(main, "embedding", "multi_encoder")

    assert found["decision"] == "undecided"
    assert "neither that the types differ nor that they are equal" in found["answer"]
    assert "would be detected with less than 80% power" in found["answer"]


def test_equivalence_is_only_told_by_an_equivalence_test(tmp_path: Path) -> None:
    groups = {"boolean": [0.6, 0.601, 0.602, 0.603], "embedding": [0.601, 0.602, 0.603, 0.6015]}

    found = pair(study_of(tmp_path, groups, planned=TWO), "boolean", "embedding")

    assert found["decision"] == "equivalent"
    assert "equivalent within 5.0 points either way (TOST, Holm p < .001" in found["answer"]


def test_real_but_small_differences_are_told_from_those_that_matter(tmp_path: Path) -> None:
    low = [0.6, 0.601, 0.602, 0.603]
    small = {"boolean": low, "embedding": [0.62, 0.621, 0.622, 0.623]}
    large = {"boolean": low, "embedding": [0.7, 0.71, 0.705, 0.712]}

    studies = [study_of(tmp_path / n, g, planned=TWO) for n, g in (("s", small), ("l", large))]

    found = pair(studies[0], "boolean", "embedding")
    assert found["decision"] == "different_within_margin"
    assert "smaller than the margin of 5.0 points" in found["answer"]
    assert "by 2.0 points (within the margin)" in headline(studies[0])
    assert "(within the margin)" not in headline(studies[1])


def test_headline_of_an_inconclusive_study_excludes_nothing(tmp_path: Path) -> None:
    groups = {"boolean": [0.5, 0.6, 0.7], "embedding": [0.55, 0.65, 0.6]}

    sentence = headline(study_of(tmp_path, groups, planned=TWO))

    assert (
        "no significant difference between types, but differences cannot be ruled out" in sentence
    )


def test_headline_names_planned_types_without_runs_first(tmp_path: Path) -> None:
    groups = {name: MAIN[name] for name in TWO}

    sentence = headline(study_of(tmp_path, groups))

    assert sentence.startswith(
        f"Against {PRIMARY} (primary opponent): multi_encoder has no usable runs; embedding beats "
        "boolean by 6.0 points; 2 pairs cannot be compared"
    )


def test_headline_names_types_that_are_all_equivalent_once(tmp_path: Path) -> None:
    groups = {name: [0.6, 0.601, 0.602, 0.603] for name in TYPES}

    study = study_of(tmp_path, groups)

    assert (
        "all pairs of boolean, embedding and multi_encoder are equivalent within 5.0 points (TOST)."
        in headline(study)
    )
    overall = answer(study, f"Does network type matter against {PRIMARY}?")
    assert "all pairs are equivalent within 5.0 points" in overall
    assert "not evidence" not in overall


def test_equal_means_share_the_first_place(tmp_path: Path) -> None:
    rates = [0.55, 0.6, 0.65]
    groups = {"boolean": rates, "embedding": rates[::-1], "multi_encoder": rates}

    best = answer(study_of(tmp_path, groups), f"Which type is best against {PRIMARY}?")

    assert "boolean, embedding and multi_encoder share the highest mean (60.0%)" in best


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (0.5, 0.6)])
def test_runs_without_variance_are_decided_and_told_as_such(
    tmp_path: Path, low: float, high: float
) -> None:
    path = tmp_path / "study"
    write_meta(path, planned=TWO, runs=5)
    for name, rate in zip(TWO, (low, high), strict=True):
        for run in range(1, 6):
            wins = round(100 * rate)
            row = {"round": 1, "stage": "final", "opponent": PRIMARY, "seat": 0, "games": 100,
                   "wins": wins, "draws": 0, "losses": 100 - wins}  # fmt: skip
            write_run(path, name, run, matches=[row])

    found = pair(load(path), "boolean", "embedding")

    assert found["decision"] == "different"
    assert f"by {100 * (high - low):.1f} points (permutation test, Holm p = .008" in found["answer"]


def test_the_question_about_all_types_is_answered_without_variance_too(tmp_path: Path) -> None:
    study = study_of(tmp_path, STUDIES["constant types"])

    overall = answer(study, f"Does network type matter against {PRIMARY}?")

    assert overall.startswith("Yes: at least two types differ (permutation test of all runs")
    assert {row["decision"] for q, row in statements(study).items() if "differ against" in q} == {
        "different"
    }


def test_rounds_are_named_only_after_correction_for_pairs(tmp_path: Path) -> None:
    groups = {"boolean": [0.5, 0.52, 0.54, 0.53], "embedding": [0.62, 0.6, 0.63, 0.64]}
    both = study_of(tmp_path / "two", groups, planned=TWO)
    three = study_of(tmp_path / "three", {**groups, "multi_encoder": [0.5, 0.6, 0.55, 0.58]})
    question = f"Do boolean and embedding differ in any round of learning against {PRIMARY}?"

    assert answer(both, question).startswith("Yes, in rounds 1, 2, 3 and 4")
    assert answer(three, question).startswith("No significant difference in any of 4 rounds")


def test_interval_of_two_runs_stays_within_what_differences_can_be(tmp_path: Path) -> None:
    groups = {"boolean": [0.3, 0.7], "embedding": [0.2, 0.8]}

    study = study_of(tmp_path, groups, planned=TWO)

    text = pair(study, "boolean", "embedding")["answer"]
    assert "from embedding ahead by 100.0 points to boolean ahead by 100.0 points" in text
    assert "Too few runs to detect any difference with 80% power" in text


def test_trust_says_what_could_not_be_assessed(tmp_path: Path) -> None:
    one_each = study_of(tmp_path / "a", STUDIES["one run per type"], runs=1)
    single = study_of(tmp_path / "b", {"boolean": [0.5, 0.6]}, planned=["boolean"], runs=2)
    rates = [0.5, 0.52, 0.55, 0.51, 0.56, 0.54, 0.53]
    shifted = {"boolean": rates, "embedding": [rate + 0.02 for rate in rates]}
    paired = study_of(tmp_path / "c", shifted, planned=TWO, paired=True)

    assert answer(one_each, TRUST) == (
        "Only in part: one run each of boolean, embedding and multi_encoder: how much runs vary "
        "could not be assessed."
    )
    assert answer(single, TRUST).startswith("Only in part: there is only one type, so nothing")
    assert "all differences of boolean and embedding" in answer(paired, TRUST)


def test_reasons_name_the_types_and_agree_in_number(tmp_path: Path) -> None:
    study = study_of(tmp_path, {"boolean": [0.5], "embedding": [0.6], "multi_encoder": [0.7, 0.8]})

    assert pair(study, "boolean", "embedding")["answer"] == (
        "boolean and embedding cannot be compared: fewer than 2 runs of boolean and embedding."
    )


def test_seeds_are_doubted_or_said_to_matter_never_both(tmp_path: Path) -> None:
    study = study_of(tmp_path, {"boolean": [0.6] * 3, "embedding": [0.5, 0.6, 0.7]}, planned=TWO)

    question = "Do the runs of {} vary more than sampling error explains against " + PRIMARY + "?"
    equal = answer(study, question.format("boolean"))
    assert equal == "boolean: all runs have the same win rate."
    assert "the seed matters" in answer(study, question.format("embedding"))
    assert any("is the seed used?" in text for text in texts(study))


def test_runs_more_alike_than_coin_flips_accuse_nobody(tmp_path: Path) -> None:
    groups = {"boolean": [0.6, 0.601, 0.602, 0.603, 0.604], "embedding": [0.5, 0.6, 0.7]}

    study = study_of(tmp_path, groups)

    question = f"Do the runs of boolean vary more than sampling error explains against {PRIMARY}?"
    assert "all runs play the same deals" in answer(study, question)
    assert "identical_results" not in ids(study)


@pytest.mark.parametrize(
    ("wins", "is_suspicious"), [((100, 100), False), ((61, 61), False), ((0, 0), False)]
)
def test_equal_results_that_chance_gives_are_no_alarm(
    tmp_path: Path, wins: tuple[int, int], is_suspicious: bool
) -> None:
    for run, number in enumerate(wins, start=1):
        row = {"round": 1, "stage": "final", "opponent": PRIMARY, "seat": 0, "games": 100,
               "wins": number, "draws": 0, "losses": 100 - number}  # fmt: skip
        write_run(tmp_path / "study", "boolean", run, matches=[row])

    assert ("identical_results" in ids(load(tmp_path / "study"))) is is_suspicious


def test_identical_results_across_seeds_are_an_error(tmp_path: Path) -> None:
    study = study_of(tmp_path, {"boolean": [0.6, 0.6, 0.6]})

    found = checks(study)

    assert ids(study)["identical_results"] == "error"
    assert "(is the seed used?): boolean_run_01, boolean_run_02" in found["text"].iloc[0]
    assert found["level"].iloc[0] == "error"
    assert answer(study, TRUST).startswith("No: identical results across seeds")


def test_runs_of_one_seed_count_once_and_are_named(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    write_run(path, "boolean", 2, 0.61, seed=1007)
    write_run(path, "boolean", 3, 0.62, metadata={"seed": 5})

    study = load(path)

    assert study.conditions.loc["boolean", "n"] == 2
    assert any(
        "shares seed 1007 with boolean_run_01: duplicate runs are not independent evidence: "
        "boolean_run_02" in text
        for text in texts(study)
    )
    assert any("boolean_run_03: its files disagree about its seed" in text for text in texts(study))


def test_short_run_is_named(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, MAIN)
    matches = [r for r in match_rows(0.58, rounds=4, opponent=PRIMARY) if r["round"] != 3]
    write_run(path, "boolean", 1, matches=matches)

    assert (
        "boolean_run_01 has 3 of 4 rounds of validation: counted in these rounds, without an area "
        "under the curve" in texts(load(path))
    )


def test_few_games_mixed_commits_and_excluded_runs_are_warned_of(tmp_path: Path) -> None:
    path = tmp_path / "study"
    write_meta(path, planned=["boolean"], runs=3)
    for run in (1, 2):
        rows = match_rows(0.5 + run / 100, rounds=4, opponent=PRIMARY, games=62)
        write_run(path, "boolean", run, matches=rows, metadata={"git": {"commit": str(run)}})

    assert {"few_games", "mixed_commits", "excluded"} <= set(ids(load(path)))


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

    levels = ids(load(path))

    assert {name: level for name, level in levels.items() if name.startswith("mixed")} == found


def test_runs_of_a_condition_in_two_kinds_of_arithmetic_are_named(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6, 0.61], "embedding": [0.6]})
    portable = {"arithmetic": {"mode": "portable"}}
    write_run(path, "boolean", 3, 0.62, metadata=portable)
    write_run(path, "embedding", 1, 0.6, metadata=portable)

    found = checks(load(path))

    assert list(found.loc[found["id"] == "mixed_arithmetic", "text"]) == [
        "boolean: runs were trained with different values of portable: "
        "native: boolean_run_01, boolean_run_02; portable: boolean_run_03"
    ]


def test_runs_whose_commit_is_not_recorded_are_named_and_come_from_no_commit(
    tmp_path: Path,
) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6, 0.61]})
    write_run(path, "boolean", 3, 0.62, metadata={"git": {"commit": "a1"}})

    study = load(path)

    assert "no commit is recorded for boolean_run_01, boolean_run_02" in texts(study)
    assert "mixed_commits" not in ids(study)


def test_collapsed_run_is_named(tmp_path: Path) -> None:
    found = texts(study_of(tmp_path, STUDIES["a collapsed seed"]))

    assert any("boolean_run_05 (0.420)" in text for text in found)


def test_degrees_of_freedom_of_repeated_measures_are_those_of_the_p_beside(tmp_path: Path) -> None:
    study = study_of(tmp_path, MAIN, paired=True)

    overall = answer(study, f"Does network type matter against {PRIMARY}?")

    contrasts = np.array([[1, -1, 0], [1, 1, -2]]) / np.sqrt([[2], [6]])
    spread = np.linalg.eigvalsh(contrasts @ np.cov(list(MAIN.values())) @ contrasts.T)
    epsilon = spread.sum() ** 2 / (2 * (spread**2).sum())  # Greenhouse & Geisser 1959
    assert f"F({epsilon * 2:.3g}, {epsilon * 12:.3g}) = " in overall


@pytest.mark.parametrize(
    ("groups", "paired", "told", "not_told"),
    [
        (
            {"boolean": [0.5, 0.51, 0.53], "embedding": [0.6, 0.62, 0.63, 0.65]},
            False,
            "with 3 and 4 runs rank tests cannot reach",
            "3 and 4 runs permutation",
        ),
        (
            {"boolean": [0.5, 0.51, 0.53], "embedding": [0.6, 0.62, 0.63, 0.65]},
            True,
            "with 3 pairs sign flips cannot reach significance",
            "permutation",
        ),
    ],
)
def test_tests_that_cannot_reject_at_this_size_are_named(
    tmp_path: Path, groups: dict[str, list[float]], paired: bool, told: str, not_told: str
) -> None:
    found = texts(study_of(tmp_path, groups, planned=TWO, paired=paired))

    assert any(told in text for text in found)
    assert not any(not_told in text for text in found)


def test_a_missing_file_is_named_once_though_its_hash_is_recorded(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.5, 0.6]})
    record_hashes(path / "boolean_run_01")
    (path / "boolean_run_01" / layout.METRICS_FILE).unlink()

    found = checks(load(path)).query("id == 'damaged_files'")["text"]

    assert found.tolist() == [
        "metrics.jsonl is missing or empty, though the run is completed; still used: boolean_run_01"
    ]


def test_damaged_files_of_used_runs_are_named(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.5, 0.6, 0.55, 0.52, 0.5]})
    for run in (1, 2):
        (path / f"boolean_run_0{run}" / layout.FINAL_MODEL_FILE).unlink()
    (path / "boolean_run_03" / layout.METRICS_FILE).write_text("{\n")
    (path / "boolean_run_04" / layout.TIMINGS_FILE).unlink()

    found = checks(load(path)).query("id == 'damaged_files'")["text"]

    assert found.tolist() == [
        "models/model_final.pt is missing or empty, though the run is completed; still used: "
        "boolean_run_01, boolean_run_02",
        "metrics.jsonl line 1 is damaged; only the rows before it are used; still used: "
        "boolean_run_03",
        "timings.jsonl is missing or empty, though the run is completed; still used: "
        "boolean_run_04",
    ]


def test_two_factors_are_answered_factor_by_factor(tmp_path: Path) -> None:
    study = factorial(tmp_path, lambda i, j: 0.5 + 0.05 * (i == j % 2))

    found = statements(study)

    interaction = f"Does the effect of learning rate depend on network type against {PRIMARY}?"
    assert found[interaction]["decision"] == "different"
    assert found[interaction]["answer"].startswith(
        "The effect of learning rate depends on network type (p < .001); factorial ANOVA"
    )
    best = found[f"What is the best setting of boolean against {PRIMARY}?"]["answer"]
    assert "if chosen on one half of the runs and estimated on the other" in best


def test_headline_of_two_factors_compares_types_on_average_then_names_what_it_depends_on(
    tmp_path: Path,
) -> None:
    sentence = headline(factorial(tmp_path, lambda i, j: 0.5 + 0.1 * i + 0.05 * i * j))

    average = "on average over the levels of learning rate, embedding beats boolean by "
    depends = ". How they compare depends on learning rate (p < .001)."
    assert sentence.startswith(f"Against {PRIMARY} (primary opponent): {average}")
    assert sentence.index(average) < sentence.index(depends)
    assert " Highest mean of embedding: " in sentence and "(cross-fitted " in sentence


def test_equal_settings_have_no_best_one(tmp_path: Path) -> None:
    cells = [({"network_type": name, RATE: level}, [0.6, 0.6])
             for name in TWO for level in (0.001, 0.002)]  # fmt: skip
    study = load(write_factorial(tmp_path, {"network_type": "boolean", RATE: 0.001}, cells, runs=2))

    best = answer(study, f"What is the best setting of boolean against {PRIMARY}?")

    assert best == "2 of 2 settings share the highest mean, 60.0%."
    assert "highest mean" not in headline(study)


def test_large_families_are_summed_up(tmp_path: Path) -> None:
    names = [f"type_{i:02d}" for i in range(12)]
    groups = {name: [0.5, 0.51 + i / 200, 0.53] for i, name in enumerate(names)}
    study = study_of(tmp_path, groups, planned=names)

    found = statements(study)

    assert len(found) < 20
    others = f"Do the other pairs of types differ against {PRIMARY}?"
    assert found[others]["answer"].startswith("Inconclusive in ")


def test_the_highest_mean_is_held_against_types_that_others_beat(tmp_path: Path) -> None:
    groups = {
        "boolean": [0.6, 0.601, 0.602, 0.603],
        "embedding": [0.65, 0.651, 0.652, 0.653],
        "multi_encoder": [0.5, 0.88, 0.6, 0.88],
    }

    found = statements(study_of(tmp_path, groups))[f"Which type is best against {PRIMARY}?"]

    assert found["conditions"] == ("multi_encoder", "boolean", "embedding")


def test_what_cannot_be_tested_for_all_types_is_not_called_insignificant(tmp_path: Path) -> None:
    study = study_of(tmp_path, STUDIES["one run per type"])

    found = statements(study)[f"Does network type matter against {PRIMARY}?"]

    assert found["decision"] == "not_computable"
    assert found["answer"].startswith("Cannot be tested for all types at once: one run of each")


def test_one_equivalent_pair_does_not_make_all_types_equivalent(tmp_path: Path) -> None:
    alike = [0.6, 0.601, 0.602, 0.603]
    groups = {"boolean": alike, "embedding": alike, "multi_encoder": [0.5, 0.7, 0.55, 0.66]}

    found = statements(study_of(tmp_path, groups))[f"Does network type matter against {PRIMARY}?"]

    assert found["decision"] == "undecided"
    assert "though some pairs are equivalent" in found["answer"]


def test_runs_more_alike_than_their_games_explain_are_no_sign_of_the_seed(tmp_path: Path) -> None:
    study = study_of(tmp_path, {"boolean": [0.6, 0.601, 0.602, 0.603]})

    question = f"Do the runs of boolean vary more than sampling error explains against {PRIMARY}?"

    assert statements(study)[question]["decision"] == "undecided"


def test_a_note_is_no_caveat(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, MAIN)
    git = {"commit": "0" * 40, "dirty": True}
    write_run(path, "boolean", 1, MAIN["boolean"][0], metadata={"git": git})

    study = load(path)

    assert ids(study) == {"unknown_commit": "note", "uncommitted_changes": "note"}
    assert answer(study, TRUST).startswith("No problem was found")
