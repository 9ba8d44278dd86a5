"""The frames: what `load` reads, what it excludes by name, what it refuses."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cuttle.analysis import Study, load
from cuttle.analysis.data import MixedStudyError, level_text
from cuttle.analysis.statistic import all_statistics, evaluate
from cuttle.runs import layout

from .conftest import Make
from .experiments import (
    PRIMARY,
    RATE,
    SECONDARY,
    TRAINING,
    TYPES,
    match_row,
    match_rows,
    record_hashes,
    write_experiment,
    write_factorial,
    write_run,
)

TWO_RATES: list[Any] = [
    ({"network_type": name, RATE: rate}, [0.5, 0.6])
    for name in TYPES[:2]
    for rate in (1.0e-3, 3.0e-4)
]
BASE = {"network_type": "boolean", RATE: 3.0e-4}


def study_of(root: Path, matches: list[dict[str, Any]]) -> Study:
    """Load a study of one run with these match rows."""
    write_run(root / "study", "boolean", 1, matches=matches)
    return load(root / "study")


def test_planned_conditions_keep_their_order_also_without_runs(study: Make) -> None:
    groups = {"boolean": [0.5, 0.6], "embedding": [0.7, 0.8]}

    found = study(groups, planned=["multi_encoder", "embedding", "boolean"])

    rates = {name: list(rates) for name, rates in found.rates(PRIMARY).items()}
    assert rates == {"multi_encoder": [], "embedding": [0.7, 0.8], "boolean": [0.5, 0.6]}
    assert found.labels == list(found.runs["condition"].cat.categories) == list(rates)
    assert found.conditions["n"].tolist() == [0, 2, 2]
    assert found.roles == {PRIMARY: "primary", SECONDARY: "secondary"}
    assert (found.final_source, found.noun) == ("final", "type")
    assert list(found.factors) == ["network_type"]
    rounds = found.rounds[["round", "episodes", "round_s"]].to_numpy().tolist()
    assert rounds == [[n, 250 * n, 3.5] for n in (1, 2, 3, 4)] * 4


def test_factors_are_columns_and_numbers_stay_numbers(factorial: Make) -> None:
    study = factorial(TWO_RATES, factors=BASE)

    assert study.varying == ("network_type", RATE)
    assert study.levels(RATE) == [3.0e-4, 1.0e-3]
    assert study.labels[:2] == ["boolean", "boolean_learning_rate=0.001"]
    assert study.runs.loc[0, RATE] == 3.0e-4
    assert list(study.conditions[RATE]) == [3.0e-4, 1.0e-3] * 2
    assert (study.noun, study.factor_text(RATE)) == ("condition", "learning rate")


def test_levels_stay_what_they_are_and_an_unknown_one_is_the_base(factorial: Make) -> None:
    cells = [({"network_type": "boolean", "key": x}, [0.5]) for x in (None, 1, 0.5, "a", [1, 2])]
    base = {"network_type": "boolean", "key": None, RATE: 3.0e-4}

    study = factorial(cells, factors=base)

    assert study.levels("key") == [None, 1, 0.5, "a", "[1, 2]"]
    assert [level_text(level) for level in study.levels("key")][:3] == ["null", "1", "0.5"]
    assert (study.varying, study.levels(RATE)) == (("key",), [3.0e-4])


def test_several_experiments_are_stacked_with_what_varies_but_not_tested(tmp_path: Path) -> None:
    first = write_experiment(tmp_path, {"boolean": [0.5]}, name="first")
    training = {"rounds": 4, "learner": {"learning_rate": 1.0e-4}, "sizes": [1, 2]}
    write_run(tmp_path / "second", "boolean", 1, config={"training": training})

    study = load([first, tmp_path / "second"])

    assert list(study.runs["experiment"]) == ["first", "second"]
    assert list(study.runs[RATE]) == [3.0e-4, 1.0e-4]
    assert study.runs["training.sizes"].tolist()[1] == "[1, 2]"
    assert RATE not in load(first).runs
    assert study.conditions.loc["boolean", ["planned", "n"]].tolist() == [8, 2]
    for compute in (evaluate, all_statistics()["comparisons"]):
        with pytest.raises(ValueError, match=r"^statistics are of one experiment, not of first \+"):
            compute(study)
    for names, message in (([], "no experiment was named"), ([first, first], "is named twice")):
        with pytest.raises(ValueError, match=message):
            load(names)


def test_experiments_are_found_by_name_and_opponents_selected(tmp_path: Path) -> None:
    write_experiment(tmp_path, {"boolean": [0.5]})

    study = load("study", root=tmp_path, opponents=SECONDARY)

    assert study.roles == {SECONDARY: "secondary"}
    assert set(study.curves["opponent"]) == set(study.matches["opponent"]) == {SECONDARY}
    with pytest.raises(ValueError, match="no games against nobody in study; there are"):
        load("study", root=tmp_path, opponents=["nobody"])


def test_primary_opponent_and_margin_are_those_of_the_config(study: Make) -> None:
    base = {"analysis": {"primary_opponent": SECONDARY, "equivalence_margin": 0.02}}

    found = study({"boolean": [0.5]}, base_config=base)

    assert (found.opponents, found.margin) == ((SECONDARY, PRIMARY), 0.02)


def test_seats_are_added_up_and_a_draw_is_half_a_win_at_most(tmp_path: Path) -> None:
    study = study_of(tmp_path, [match_row(6, draws=2), match_row(4, draws=2, seat=1)])

    assert list(study.matches["win_rate"]) == [0.6, 0.4]
    (added,) = study.final[["games", "win_rate", "half_draw_rate"]].to_numpy().tolist()
    assert added == [20, 0.5, 0.6]


def test_curves_are_added_over_the_rounds_that_both_seats_have(tmp_path: Path) -> None:
    played = [(10, 0, 7), (10, 1, 3), (3, 0, 6), (2, 0, 9), (2, 0, 5), (2, 1, 1)]  # 2 twice
    rows = [match_row(n, round=r, seat=s, stage="validation") for r, s, n in played]
    others = [row | {"opponent": SECONDARY, "wins": 0, "losses": 10} for row in rows]

    curves = study_of(tmp_path, [*rows, *others]).curves

    assert curves[["opponent", "round", "games", "wins"]].to_numpy().tolist() == [
        [PRIMARY, 2, 20, 6], [PRIMARY, 10, 20, 10], [SECONDARY, 2, 20, 0], [SECONDARY, 10, 20, 0],
    ]  # fmt: skip


def test_rows_of_metrics_written_twice_count_once(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    with (path / "boolean_run_01" / layout.METRICS_FILE).open("a") as file:
        file.write('{"round": 4, "loss": 0.5}\n')

    rounds = load(path).rounds

    assert rounds["round"].tolist() == [1, 2, 3, 4]
    assert rounds["loss"].iloc[-1] == 0.5


def test_last_round_stands_in_where_no_run_has_a_final_evaluation(tmp_path: Path) -> None:
    study = study_of(tmp_path, match_rows(0.6, final=False))

    assert study.final_source == "last_round"
    assert study.runs.loc[0, "final_round"] == 4
    assert study.rates(PRIMARY)["boolean"] == pytest.approx([0.6])
    assert any("last round" in problem for problem in study.problems)


ERROR = {"error": {"type": "ValueError", "message": "bad", "log": "train.log"}}


def damaged(name: str) -> Callable[[Path], object]:
    return lambda path: (path / name).write_text("[1, \n")


def changed(path: Path) -> None:
    record_hashes(path)
    matches = path / layout.MATCHES_FILE
    matches.write_text(matches.read_text().replace("randomized", "random"))


EXCLUDED: dict[str, tuple[dict[str, Any], str]] = {
    "pending": ({"state": "pending", "status": {"round": 2}}, "pending after round 2 of 4"),
    "interrupted": ({"state": "running", "status": {"round": 2}}, "interrupted after round 2 of 4"),
    "prepared": ({"state": "prepared", "status": {"round": 0}}, "prepared"),
    "failed": ({"state": "failed", "status": ERROR}, "ValueError: bad"),
    "no results": ({"matches": []}, "matches.jsonl is missing or empty"),
    "no final": ({"final": False}, "without the final evaluation that other runs have"),
    "same seed": ({"seed": 1007}, "shares seed 1007 with boolean_run_01"),
    "config": ({"damage": damaged(layout.CONFIG_FILE)}, layout.CONFIG_FILE),
    "edited config": ({"status": {"schema": 2}, "damage": record_hashes},
                      "unknown: .hydra/config.yaml was changed after"),
    "metadata": ({"damage": damaged(layout.METADATA_FILE)}, layout.METADATA_FILE),
    "no rules version": ({"metadata": {"rules_version": None}}, "without the rules_version that"),
    "rules version": ({"metadata": {"rules_version": 1}}, "without the rules_version that others"),
    "matches": ({"damage": damaged(layout.MATCHES_FILE)}, layout.MATCHES_FILE),
    "changed": ({"damage": changed}, "results were changed after training"),
} | {
    f"{column}={value}": ({"matches": [match_row() | {column: value}]}, f"unreadable .*{reason}")
    for column, value, reason in [
        ("wins", None, "wins must be a count, got None"),
        ("wins", 61.3, "wins must be a count, got 61.3"),
        ("round", 2**31, "round must be a count, got 2147483648"),
        ("draws", True, "draws must be a count, got True"),
        ("wins", -1, "wins must be a count, got -1"),
        ("games", 11, r"6 wins \+ 0 draws \+ 4 losses are not 11 games"),
        ("games", float("nan"), "matches.jsonl line 1 is damaged"),
        ("seat", 2, "seat must be 0 or 1, got 2"),
        ("opponent", None, "it names no opponent"),
        ("stage", "test", "unknown stage 'test'; known: validation, final"),
    ]
}  # fmt: skip


def write_odd_run(path: Path, damage: Callable[[Path], object] = str, **made: Any) -> None:
    damage(write_run(path, "boolean", 2, **made))


@pytest.mark.parametrize(("made", "reason"), EXCLUDED.values(), ids=list(EXCLUDED))
def test_an_unusable_run_is_excluded_by_name(tmp_path: Path, made: Any, reason: str) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]}, planned=["boolean"])
    write_odd_run(path, **made)

    study = load(path)

    assert study.runs["run_id"].tolist() == ["boolean_run_01"]
    reasons = study.excluded.set_index("run_id")["reason"]
    assert len(reasons) == 6 and reasons["boolean_run_07"] == "pending"
    assert re.search(reason, reasons["boolean_run_02"])


def test_empty_experiment_gives_empty_frames_with_their_columns(study: Make) -> None:
    found = study({}, planned=[])

    assert (found.labels, found.opponents, found.final_source) == ([], (), None)
    assert {"run_id", "condition", "seed", "duration_s"} <= set(found.runs)
    assert {"opponent", "win_rate"} <= set(found.final)


@pytest.mark.parametrize(
    "text", ["", "{", '{"seed_mode": "independent"}'], ids=["none", "damaged", "says no"]
)
def test_whether_seeds_are_paired_is_read_of_runs_if_need_be(tmp_path: Path, text: str) -> None:
    path = tmp_path / "study"
    write_run(path, "embedding", 1, config={"seed": {"mode": "paired", "value": 7}})
    if text:
        (path / layout.EXPERIMENT_FILE).write_text(text)

    study = load(path)

    assert (study.labels, study.primary_opponent) == (["embedding"], PRIMARY)
    assert study.is_paired == ("independent" not in text)
    assert any("experiment.json cannot be read" in p for p in study.problems) == study.is_paired


def test_levels_that_are_sections_show_what_they_differ_in(factorial: Make) -> None:
    sections = ({"epsilon_start": 1.0, "epsilon_end": end} for end in (0.1, 0.2))

    study = factorial([({"network_type": "boolean", "x": section}, [0.5]) for section in sections])

    assert study.levels("x") == ['{"epsilon_end": 0.1}', '{"epsilon_end": 0.2}']
    assert study.runs["x"].tolist() == study.levels("x")


MIXED: dict[str, tuple[str, dict[str, Any], str]] = {
    "rules": (
        "boolean", {"metadata": {"rules_version": "2"}},
        r"rules_version 1 in boolean_.*embedding_run_02; 2 in boolean_run_03\.",
    ),
    "one condition": (
        "boolean", {"config": {"network_type": {"name": "boolean", "hidden": 64}}},
        r"network_type\.hidden: 52 -> 64",
    ),
    "factor in a condition": (
        "boolean", {"levels": BASE | {RATE: 1.0e-2}}, r"learning_rate: 0.0003 -> 0.01"
    ),
    "same levels": (
        "again", {"levels": BASE | {RATE: 1.0e-3}},
        r"boolean_learning_rate=0.001 and again have .*\(network_type boolean, .*_rate 0.001\); mo",
    ),
    "no factor": (
        "boolean_learning_rate=0.01",
        {"levels": BASE | {RATE: 1.0e-2}, "config": {"threshold": 1}},
        r"threshold: \(absent\) -> 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("label", "changes", "message"), MIXED.values(), ids=list(MIXED))
def test_runs_that_differ_in_more_than_factors_are_refused_with_the_keys(
    tmp_path: Path, label: str, changes: dict[str, Any], message: str
) -> None:
    path = write_factorial(tmp_path, TWO_RATES, factors=BASE)
    write_run(path, label, 3, **changes)

    with pytest.raises(MixedStudyError, match=message):
        load(path)


@pytest.mark.parametrize("factors", [["training.rounds"], []], ids=["declared", "undeclared"])
def test_factors_that_old_runs_declare_may_differ(tmp_path: Path, factors: list[str]) -> None:
    base = {"analysis": {"primary_opponent": PRIMARY, "factors": factors}}
    path = write_experiment(tmp_path, {}, base_config=base)
    for network_type, rounds in (("boolean", 4), ("embedding", 5)):
        write_run(path, network_type, 1, config={"training": {"rounds": rounds}})

    if factors:
        assert load(path).conditions["n"].tolist() == [1, 1, 0]
    else:
        with pytest.raises(MixedStudyError, match=r"training.rounds: 4 -> 5"):
            load(path)


def test_merged_experiments_know_each_others_factors(tmp_path: Path) -> None:
    swept, other = (
        write_factorial(tmp_path / name, TWO_RATES, factors={**BASE, RATE: base})
        for name, base in (("first", 3.0e-4), ("second", 1.0e-3))
    )
    lone = write_experiment(tmp_path, {"boolean": [0.5]}, planned=["boolean"], name="lone")

    merged = load([swept, lone])
    rates = merged.runs.set_index("experiment")[RATE]
    assert rates["lone"] == 3.0e-4 and set(rates["study"]) == {3.0e-4, 1.0e-3}
    assert merged.conditions.loc["boolean", RATE] == 3.0e-4
    mixed = load([swept, other])
    assert np.isnan(mixed.conditions.loc["boolean", RATE])  # two levels have it
    assert mixed.levels(RATE) == [3.0e-4, 1.0e-3]


def test_a_merged_group_has_the_option_that_each_experiment_was_made_with(tmp_path: Path) -> None:
    cells = [({"network_type": "boolean", "trunk": trunk}, [0.5]) for trunk in ("plain", "wide")]
    swept = write_factorial(tmp_path / "swept", cells)
    lone, old = (
        write_experiment(tmp_path, {"boolean": [0.5]}, planned=["boolean"], name=name, **meta)
        for name, meta in (("lone", {"choices": {"trunk": "plain"}}), ("old", {}))
    )

    merged = load([swept, lone, old])

    assert merged.levels("trunk") == ["plain", "wide"]
    assert merged.conditions.loc["boolean", "trunk"] == "plain"  # one does not record it
    trunks = merged.runs.groupby("experiment")["trunk"].unique().map(list)
    assert trunks["lone"] == ["plain"] and trunks["study"] == ["plain", "wide"]


def test_equal_numbers_and_runs_that_are_not_used_do_not_refuse_the_study(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    write_run(path, "boolean", 2, config={"training": {**TRAINING, "rounds": 4.0}, "threads": 3})
    write_run(path, "boolean", 3, state="failed", config={"training": {"rounds": 9}})

    assert len(load(path).runs) == 2
