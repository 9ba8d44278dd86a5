"""The answers: decisions, numbers and names; and what to know before believing them."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cuttle.analysis import Study, load
from cuttle.analysis.statistics.checks import checks
from cuttle.analysis.statistics.verdict import headline, verdict
from cuttle.runs import layout

from .conftest import Make
from .experiments import (
    MAIN,
    PRIMARY,
    RATE,
    TYPES,
    cells,
    match_row,
    match_rows,
    record_hashes,
    write_experiment,
    write_run,
)
from .studies import GROUPS

TWO = TYPES[:2]
LOW, UP = [0.6, 0.601, 0.602, 0.603], [0.55, 0.6, 0.65]
EQUAL = dict.fromkeys(TYPES, LOW)
SMALL = {"boolean": LOW, "embedding": [0.62, 0.621, 0.622, 0.623]}
LARGE = {"boolean": LOW, "embedding": [0.7, 0.71, 0.705, 0.712]}
OPEN = {"boolean": [0.5, 0.6, 0.7], "embedding": [0.55, 0.65, 0.6]}
SOME = {
    "boolean": [0.606, 0.625, 0.534, 0.605, 0.585, 0.587, 0.654],
    "embedding": [0.646, 0.62, 0.615, 0.545, 0.633, 0.588, 0.615],
    "multi_encoder": [0.623, 0.649, 0.681, 0.65, 0.658, 0.613, 0.634],
}
LADDER = {f"type_{i}": [rate + max(i, 1) / 25 for rate in LOW] for i in range(6)}
CURVES = {"boolean": [0.5, 0.52, 0.54, 0.53], "embedding": [0.62, 0.6, 0.63, 0.64]}
FIVE = {"boolean": [*UP, 0.5, 0.7], "embedding": [*UP, 0.7, 0.5]}
SPREAD = {"boolean": [0.6] * 3, "embedding": [0.5, 0.6, 0.7]}
FIVE_TYPES = [f"t{n}" for n in range(5)]
UNEQUAL = {"boolean": [0.5, 0.51, 0.53], "embedding": [0.6, 0.62, 0.63, 0.65]}

PAIR = "Do boolean and embedding differ"
MATTERS, BEST = "Does network type matter", "Which type is best"
VARIES = "Do the runs of {} vary more than sampling error explains"
ROUNDS, TRUST = f"{PAIR} in any round of learning", "Can these numbers be taken at face value"

# groups, the question about the primary opponent, the decision, what the answer must hold
ANSWERS: dict[str, tuple[Any, str, str, str]] = {
    "different": (MAIN, PAIR, "different", r"embedding beats boolean by 6\.0 points.*\[2\.6, 9\.3\]"
                                           r".*Welch, Holm p = \.004; 7 runs each"),
    "large": (LARGE, PAIR, "different", r"by 10\.5 points \(95% CI \[9\.7, 11\.4\]"),
    "small": (SMALL, PAIR, "different_within_margin", r"2\.0 points.*margin of 5\.0 points"),
    "equal": (EQUAL, PAIR, "equivalent", r"within 5\.0 points.*Holm p < \.001"),
    "only before Holm": ({"boolean": [0.5, 0.52, 0.54], "embedding": [0.56, 0.58, 0.59],
                          "multi_encoder": [0.53, 0.55, 0.57]}, PAIR, "undecided",
                         r"embedding may be ahead by \[1\.5, 9\.8\] points"),
    "open": (OPEN, PAIR, "undecided", "Inconclusive.*80% power"),
    "constant": (GROUPS["constant types"], PAIR, "different", r"10\.0 points \(permutation test"),
    "two runs": ({"boolean": [0.3, 0.7], "embedding": [0.2, 0.8]}, PAIR, "undecided",
                 r"embedding ahead by 100\.0 points to boolean ahead by 100\.0 .*Too few runs"),
    "one each": (GROUPS["unequal numbers"], PAIR, "not_computable", "fewer than 2 runs of boolean"),
    "all equal": (EQUAL, MATTERS, "equivalent", r"all pairs are equivalent within 5\.0 points"),
    "all constant": (GROUPS["constant types"], MATTERS, "different", "permutation test of all"),
    "tied best": ({"boolean": UP, "embedding": UP[::-1], "multi_encoder": UP}, BEST, "undecided",
                  r"boolean, embedding and multi_encoder share the highest mean \(60\.0%\)"),
    "best": (MAIN, BEST, "undecided", r"multi_encoder has .*69\.4%.* from embedding"),
    "rounds of two": (CURVES, ROUNDS, "different", "in rounds 1, 2, 3 and 4"),
    "rounds of three": ({**CURVES, "multi_encoder": [0.5, 0.6, 0.55, 0.58]}, ROUNDS, "undecided",
                        "any of 4 rounds"),
    "one tested": ({**UNEQUAL, "multi_encoder": [0.7]}, BEST, "not_computable",
                   "multi_encoder has .* but cannot be compared with boolean, embedding"),
    "rivals": ({"boolean": LOW, "embedding": [r + 0.05 for r in LOW], "multi_encoder":
                [0.5, 0.88, 0.6, 0.88]}, BEST, "undecided", "multi_encoder .* from boolean, embe"),
    "not testable": (GROUPS["one run per type"], MATTERS, "not_computable",
                     "^Cannot be tested for all types at once: one run per"),
    "one pair equal": ({"boolean": LOW, "embedding": LOW, "multi_encoder": [0.5, 0.7, 0.55, 0.66]},
                       MATTERS, "undecided", "though some pairs are equivalent"),
    "more alike than games": ({"boolean": LOW}, VARIES.format("boolean"), "undecided", ""),
    "no spread": (SPREAD, VARIES.format("boolean"), "undecided", "same win rate"),
    "spread": (SPREAD, VARIES.format("embedding"), "different", "the seed matters"),
    "one run each": (GROUPS["one run per type"], TRUST, "",
                     "one run per type: how much .*; train more"),
    "one type": ({"boolean": [0.5, 0.6]}, TRUST, "", "Only in part: .*only one type"),
    "identical": ({"boolean": [0.6] * 3}, TRUST, "", "No: identical results across seeds"),
}  # fmt: skip


def statements(study: Study) -> dict[str, pd.Series]:
    """Statements about the primary opponent by question."""
    found = verdict(study)
    found = found[found["role"] != "secondary"]
    questions = found["question"].str.removesuffix("?").str.removesuffix(f" against {PRIMARY}")
    return dict(zip(questions, found.iloc, strict=True))


@pytest.mark.parametrize(
    ("groups", "question", "decision", "pattern"), ANSWERS.values(), ids=list(ANSWERS)
)
def test_a_question_is_answered_with_decision_and_numbers(
    study: Make, groups: Any, question: str, decision: str, pattern: str
) -> None:
    found = statements(study(groups, planned=list(groups)))[question]

    assert found["decision"] == decision
    assert re.search(pattern, found["answer"]), found["answer"]


@pytest.mark.parametrize(
    ("groups", "pattern"),
    [
        (OPEN, "no pair of types differs significantly, but .*cannot be ruled out"),
        (SOME, r"no pair of types differs significantly, though at least two types differ \(Wel"),
        (SMALL, r"embedding beats boolean by 2\.0 points \(within the margin\)"),
        (LARGE, r"embedding beats boolean by 10\.5 points\.$"),
        ({name: MAIN[name] for name in TWO}, r"multi_encoder has no usable runs; embedding beats "
                                             r"boolean by 6\.0 points; 2 pairs cannot be compared"),
        (EQUAL, r"all pairs of boolean, embedding and multi_encoder are equivalent within 5\.0 po"),
        (GROUPS["one run per type"], r"3 pairs cannot be compared \(one run per condition leaves "
                                     r"no variance\); multi_encoder has the highest mean, 67\.0%"),
        (LADDER, r"of 15 pairs of types 14 differ significantly and 1 is equivalent\.$"),
        ({name: (0.5,) for name in TWO}, r"1 pair cannot .*; boolean and embedding share the hi"),
    ],
    ids=[
        "open", "some", "small", "large", "missing", "equal", "one run each", "many",
        "one each, equal",
    ],
)  # fmt: skip
def test_headline_names_what_is_missing_then_who_wins(
    study: Make, groups: Any, pattern: str
) -> None:
    planned = TYPES if "no usable" in pattern else list(groups)

    sentence = headline(study(groups, planned=planned))

    assert re.match(rf"Against {PRIMARY} \(primary opponent\): {pattern}", sentence), sentence


def test_degrees_of_freedom_of_repeated_measures_are_those_of_the_p_beside(study: Make) -> None:
    overall = statements(study(MAIN, seed_mode="paired"))[MATTERS]["answer"]

    contrasts = np.array([[1, -1, 0], [1, 1, -2]]) / np.sqrt([[2], [6]])
    spread = np.linalg.eigvalsh(contrasts @ np.cov(list(MAIN.values())) @ contrasts.T)
    epsilon = spread.sum() ** 2 / (2 * (spread**2).sum())  # Greenhouse & Geisser 1959
    assert f"F({epsilon * 2:.3g}, {epsilon * 12:.3g}) = " in overall


def test_pairs_that_differ_in_two_factors_are_not_summed_up_with_the_others(
    factorial: Make,
) -> None:
    levels = [("boolean", 3e-4, 0.53), ("boolean", 1e-3, 0.55), ("embedding", 3e-3, 0.84)]
    study = factorial([
        ({"network_type": name, RATE: rate}, [mean - 0.02, mean, mean, mean + 0.02])
        for name, rate, mean in levels
    ])  # fmt: skip

    assert "though at least two" not in headline(study)


def test_two_factors_are_answered_factor_by_factor(factorial: Make) -> None:
    study = factorial(cells(lambda i, j: 0.5 + 0.1 * i + 0.05 * i * j))

    found = statements(study)

    crossed = found["Does the effect of learning rate depend on network type"]
    assert crossed["decision"] == "different" and "p < .001" in crossed["answer"]
    best = found["What is the best setting of embedding"]["answer"]
    assert re.match(r"learning rate 0\.003 has the highest mean of 4 settings, 7\d\.\d%; ", best)
    assert re.search(
        "on average over the levels of learning rate, embedding beats boolean by .*"
        r"depends on learning rate \(p < \.001\).*Highest mean of embedding: .*\(cross-fitted ",
        headline(study),
    )


def test_equal_settings_have_no_best_one(factorial: Make) -> None:
    levels = [(name, level) for name in TWO for level in (0.001, 0.002)]

    study = factorial([({"network_type": name, RATE: rate}, [0.6, 0.6]) for name, rate in levels])

    best = statements(study)["What is the best setting of boolean"]["answer"]
    assert best == "2 of 2 settings share the highest mean, 60.0%."
    assert "highest mean" not in headline(study)


def test_large_families_are_summed_up(study: Make) -> None:
    groups = {f"type_{i:02d}": [0.5, 0.51 + i / 200, 0.53] for i in range(11)}

    found = statements(study(groups, planned=list(groups)))

    others = found["Do the other pairs of types differ"]
    assert len(found) < 20
    varying = found["Where do runs vary more than sampling error explains"]
    assert varying["answer"].startswith("In 5 of 11 types: type_06, ")
    assert others["decision"] == "undecided" and "55 pairs" in others["answer"]


def recorded(rate: float, **metadata: Any) -> dict[str, Any]:
    return {"rate": rate, "metadata": metadata}


ERROR = {"type": "ValueError", "message": "bad", "log": "x"}
A, B = ({"commit": commit} for commit in "ab")
# runs of boolean as changes to written ones, what is found of them, and what is not
CHECKS: dict[str, tuple[list[dict[str, Any]], str, str]] = {
    "identical": ([{}] * 3, "error identical_results: .* boolean_run_01, boolean_run_02", "mixed"),
    "chance": ([{"matches": [match_row(61, 100)]}] * 2, "few_games", "identical"),
    "certain": ([{"matches": [match_row(100, 100)]}] * 2, "few_games", "identical"),
    "alike": ([{"rate": 0.6 + run / 1000} for run in range(5)], "", "identical|collapsed"),
    "one seed": ([{}, {"seed": 1007}], "excluded: .* seed 1007 with boolean_run_01", "identical"),
    "seeds": ([{}, recorded(0.61, seed=5)], "error seed_mismatch: boolean_run_02", "identical"),
    "short": ([{}, {"matches": [r for r in match_rows(0.58) if r["round"] != 3]}],
              "warning short_runs: 3 of 4 rounds of validation, counted without", "unequal_n"),
    "few games": ([{"matches": match_rows(0.6, games=62)}], "warning few_games: only 124", "mixed"),
    "failed": ([{}, {"state": "failed", "status": {"error": ERROR}}],
               "warning excluded: .*failed: ValueError: bad: boolean_run_02", "unequal_n"),
    "sources": ([recorded(0.6, git=A, source_hash="1"), recorded(0.61, git=B, source_hash="2")],
                "warning mixed_sources: .*1, 2\nwarning mixed_commits: .*a, b", "unknown"),
    "commits": ([recorded(0.6, git=A, source_hash="1"), recorded(0.61, git=B, source_hash="1")],
                "note mixed_commits: .*a, b", "mixed_sources"),
    "unknown": ([{}, recorded(0.62, git=A)], "note unknown_commit: .*boolean_run_01$", "mixed"),
    "dirty": ([{}, recorded(0.61, git=A | {"dirty": True})],
              "note uncommitted_changes: .*boolean_run_02$", "mixed"),
    "versions": ([{}, recorded(0.61, versions={"numpy": "2.1"})],
                 r"warning mixed_versions: .*numpy: 2\.0, 2\.1", "mixed_sources"),
    "arithmetic": ([{}, recorded(0.62, arithmetic={"mode": "portable"})],
                   "note mixed_arithmetic: .*native: boolean_run_01; portable: boolean_r", "error"),
    "collapsed": ([{"rate": rate} for rate in GROUPS["a collapsed seed"]["boolean"]],
                  r"warning collapsed: .*: boolean_run_05 \(0\.420\)$", "unequal_n"),
    "far out but near": ([{"rate": rate} for rate in (0.7, 0.701, 0.7, 0.701, 0.69)],
                         "", "collapsed"),
    "far below but not far out": ([{"rate": rate} for rate in (0.45, 0.6, 0.7, 0.8, 0.55)],
                                  "", "collapsed"),
}  # fmt: skip


def findings(study: Study) -> str:
    found = checks(study)
    return "\n".join(found["level"] + " " + found["id"] + ": " + found["text"])


@pytest.mark.parametrize(("runs", "pattern", "absent"), CHECKS.values(), ids=list(CHECKS))
def test_what_a_reader_must_know_is_named_with_its_runs(
    tmp_path: Path, runs: list[dict[str, Any]], pattern: str, absent: str
) -> None:
    path = write_experiment(tmp_path, {}, planned=["boolean"], runs=len(runs))
    for number, run in enumerate(runs, start=1):
        write_run(path, "boolean", number, **run)

    found = findings(load(path))

    assert re.search(pattern, found, re.MULTILINE), found
    assert not re.search(absent, found), found


@pytest.mark.parametrize(
    ("groups", "meta", "tests"),
    [
        (UNEQUAL, {}, "3 and 4 runs rank"),
        (FIVE, {"seed_mode": "paired"}, "5 pairs sign flip"),
        (dict.fromkeys(TWO, UP), {}, "3 and 3 runs permutation and rank"),
        (EQUAL, {"planned": TYPES}, "4 and 4 runs permutation and rank"),
        (EQUAL, {}, ""),
        (
            {f"t{n}": [*UP, *UP][: 3 + 3 * (n > 0)] for n in range(5)},
            {"planned": FIVE_TYPES},
            "3 and 6 runs rank",
        ),
    ],
    ids=["unequal", "pairs", "three", "four of three types", "four of two types", "after others"],
)
def test_tests_that_cannot_reject_at_this_size_are_named(
    study: Make, groups: Any, meta: dict[str, Any], tests: str
) -> None:
    known = {name: groups[name] for name in meta.get("planned", TWO)}

    found = findings(study(known, **{"planned": TWO, **meta}))

    named = re.findall(r"unreachable: with (.*?) tests cannot", found)
    assert named == [tests] * bool(tests)


def test_conditions_that_were_trained_alike_are_named(factorial: Make) -> None:
    margins = ({"network_type": "boolean", "analysis.equivalence_margin": m} for m in (0.05, 0.1))

    found = findings(factorial([(levels, [0.5, 0.6]) for levels in margins]))

    assert "warning same_settings: trained with the same settings under several names: bo" in found


def test_equal_differences_of_pairs_are_named(study: Make) -> None:
    shifted = {"boolean": UP, "embedding": [rate + 0.02 for rate in UP]}

    found = findings(study(shifted, seed_mode="paired", planned=TWO))

    assert "warning not_assessed: all differences of boolean and embedding" in found


def test_damaged_files_of_used_runs_are_named_once(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.5, 0.6, 0.55, 0.52, 0.5]})
    for run in (1, 2):
        (path / f"boolean_run_0{run}" / layout.FINAL_MODEL_FILE).unlink()
    (path / "boolean_run_03" / layout.METRICS_FILE).write_text("{\n")
    record_hashes(path / "boolean_run_04")
    (path / "boolean_run_04" / layout.METRICS_FILE).unlink()
    (path / "boolean_run_05" / layout.TIMINGS_FILE).unlink()

    found = re.findall("warning damaged_files: (.*)", findings(load(path)))

    patterns = ["models/model_final.pt .*boolean_run_01, boolean_run_02$",
                "metrics.jsonl line 1 .*_run_03$", "metrics.jsonl is .*_run_04$",
                "timings.jsonl .*_run_05$"]  # fmt: skip
    assert all(re.match(p, text) for p, text in zip(patterns, found, strict=True)), found


def test_a_note_is_no_caveat(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, MAIN)
    git = {"commit": "0" * 40, "dirty": True}
    write_run(path, "boolean", 1, MAIN["boolean"][0], metadata={"git": git})

    study = load(path)

    found = checks(study)
    assert dict(zip(found["id"], found["level"], strict=True)) == {
        "unknown_commit": "note", "uncommitted_changes": "note",
    }  # fmt: skip
    assert statements(study)[TRUST]["answer"].startswith("No problem was found")
