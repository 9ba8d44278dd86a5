"""The Study: what it reads, what it leaves out by name, what it refuses."""

from pathlib import Path

import pytest

from cuttle.analysis.consistency import MixedStudyError
from cuttle.analysis.study import load_study
from cuttle.runs import layout

from .experiments import (
    PRIMARY,
    SECONDARY,
    TYPES,
    match_rows,
    write_experiment,
    write_meta,
    write_run,
)
from .test_matches import row


def test_study_holds_the_final_win_rates_by_type(tmp_path: Path) -> None:
    groups = {"boolean": [0.5, 0.6], "embedding": [0.7, 0.8]}

    study = load_study(write_experiment(tmp_path, groups))

    rates = study.win_rates(PRIMARY)
    assert {t: list(r) for t, r in rates.items()} == {**groups, "multi_encoder": []}
    assert study.final_source == "final"
    assert study.roles == {PRIMARY: "primary", SECONDARY: "secondary"}


def test_types_keep_the_order_of_the_plan(tmp_path: Path) -> None:
    planned = ("multi_encoder", "blind", "boolean")

    study = load_study(write_experiment(tmp_path, {"boolean": [0.5]}, planned=planned))

    assert study.types == planned
    assert study.runs_of("blind") == ()


def test_primary_opponent_comes_first_and_is_a_key_of_the_config(tmp_path: Path) -> None:
    base = {"analysis": {"primary_opponent": SECONDARY, "equivalence_margin": 0.02}}

    study = load_study(write_experiment(tmp_path, {"boolean": [0.5]}, base_config=base))

    assert study.opponents == (SECONDARY, PRIMARY)
    assert study.equivalence_margin == 0.02


def test_seats_are_kept_apart_and_added_up(tmp_path: Path) -> None:
    study = load_study(write_experiment(tmp_path, {"boolean": [0.6]}))

    run = study.runs[0]
    assert run.final[PRIMARY][0].win_rate == 0.61
    assert run.final[PRIMARY][1].win_rate == 0.59
    assert run.tally(PRIMARY).games == 2000
    assert run.tally(PRIMARY).win_rate == 0.6


def test_last_round_stands_in_where_no_run_has_a_final_evaluation(tmp_path: Path) -> None:
    write_meta(tmp_path / "study")
    write_run(tmp_path / "study", "boolean", 1, 0.6, final=False)

    study = load_study(tmp_path / "study")

    assert study.final_source == "last_round"
    assert study.runs[0].final_round == 4
    assert study.win_rates(PRIMARY)["boolean"] == pytest.approx([0.6])
    assert any("last round" in note for note in study.notes)


def test_run_without_the_final_evaluation_of_the_others_is_left_out(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    write_run(path, "boolean", 2, 0.6, final=False)

    study = load_study(path)

    assert [run.run_id for run in study.runs] == ["boolean_run_01"]
    reasons = {out.run_id: out.reason for out in study.left_out}
    assert "without the final evaluation" in reasons["boolean_run_02"]


@pytest.mark.parametrize(
    ("state", "error", "expected"),
    [
        ("pending", None, "pending after round 2 of 4"),
        ("running", None, "interrupted after round 2 of 4"),
        ("failed", {"type": "ValueError", "message": "bad", "log": "train.log"}, "ValueError: bad"),
    ],
)
def test_unfinished_run_is_left_out_by_name(
    tmp_path: Path, state: str, error: object, expected: str
) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]}, planned=["boolean"])
    write_run(path, "boolean", 2, state=state, status={"error": error, "round": 2})

    study = load_study(path)

    assert len(study.runs) == 1
    reasons = {out.run_id: out.reason for out in study.left_out}
    assert expected in reasons["boolean_run_02"]
    assert reasons["boolean_run_07"] == "pending"


def test_run_that_has_not_begun_is_not_said_to_be_at_a_round(tmp_path: Path) -> None:
    write_run(tmp_path / "study", "boolean", 1, state="prepared", status={"round": 0})

    assert [out.reason for out in load_study(tmp_path / "study").left_out] == ["prepared"]


@pytest.mark.parametrize(
    "changes",
    [
        {"wins": None},
        {"wins": 61.3},
        {"games": 11},
        {"wins": -1},
        {"stage": "test"},
        {"seat": None},
    ],
)
def test_run_with_a_damaged_row_is_left_out_by_name(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    write_run(path, "boolean", 2, matches=[row(**changes)])

    study = load_study(path)

    assert [run.run_id for run in study.runs] == ["boolean_run_01"]
    reason = next(out.reason for out in study.left_out if out.run_id == "boolean_run_02")
    assert reason.startswith("unreadable results:")


def test_completed_run_without_results_is_left_out(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    write_run(path, "boolean", 2, matches=[])

    reasons = {out.run_id: out.reason for out in load_study(path).left_out}

    assert "matches.jsonl is missing or empty" in reasons["boolean_run_02"]


@pytest.mark.parametrize("name", [layout.CONFIG_FILE, layout.METADATA_FILE, layout.MATCHES_FILE])
def test_completed_run_with_a_damaged_file_is_left_out(tmp_path: Path, name: str) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    (write_run(path, "boolean", 2) / name).write_text("[1, \n")

    study = load_study(path)

    assert [run.run_id for run in study.runs] == ["boolean_run_01"]
    assert name in next(out.reason for out in study.left_out if out.run == 2)


def test_run_that_missed_an_opponent_is_named(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    write_run(path, "boolean", 2, matches=match_rows(0.5, rounds=4, opponent=SECONDARY))

    study = load_study(path)

    assert study.win_rates(PRIMARY)["boolean"].size == 1
    assert study.win_rates(SECONDARY)["boolean"].size == 2
    assert f"no final games against {PRIMARY}: boolean_run_02" in study.notes


def test_empty_experiment_gives_an_empty_study(tmp_path: Path) -> None:
    write_meta(tmp_path / "study", planned=[])

    study = load_study(tmp_path / "study")

    assert study.runs == study.types == study.opponents == ()
    assert study.final_source is None


def test_directory_without_experiment_file_is_still_read(tmp_path: Path) -> None:
    write_run(tmp_path / "study", "embedding", 1, 0.6)

    study = load_study(tmp_path / "study")

    assert study.types == ("embedding",)
    assert study.primary_opponent == PRIMARY
    assert not study.is_paired


def test_damaged_experiment_file_changes_no_test_and_is_said(tmp_path: Path) -> None:
    seed = {"seed": {"mode": "paired", "base": 42, "value": 7}}
    for network_type in TYPES[:2]:
        write_run(tmp_path / "study", network_type, 1, config=seed)
    (tmp_path / "study" / layout.EXPERIMENT_FILE).write_text("{")

    study = load_study(tmp_path / "study")

    assert study.is_paired
    assert study.seed_mode == "paired"
    assert "experiment.json cannot be read" in study.notes[0]


def test_experiment_that_says_its_seeds_are_not_paired_is_believed(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {}, paired=False)
    write_run(path, "boolean", 1, config={"seed": {"mode": "paired", "value": 7}})

    assert not load_study(path).is_paired


def test_mixed_rules_versions_are_refused(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    write_run(path, "boolean", 2, metadata={"rules_version": "2"})

    with pytest.raises(MixedStudyError, match=r"rules_version 1 in boolean_run_01; 2 in boolean"):
        load_study(path)


def test_mixed_settings_are_refused_with_the_differing_keys(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    training = {"rounds": 4, "learner": {"learning_rate": 1.0e-4}}
    write_run(path, "embedding", 2, config={"training": training})

    with pytest.raises(MixedStudyError, match=r"training\.learner\.learning_rate \(0\.0003 -> 0"):
        load_study(path)


def test_mixed_network_settings_within_a_type_are_refused(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6], "embedding": [0.6]})
    write_run(path, "boolean", 2, config={"network_type": {"name": "boolean", "hidden": 64}})

    with pytest.raises(MixedStudyError, match=r"network_type\.hidden \(52 -> 64\)"):
        load_study(path)


@pytest.mark.parametrize("factors", [["training.rounds"], []])
def test_a_declared_factor_may_differ_between_types(tmp_path: Path, factors: list[str]) -> None:
    analysis = {"primary_opponent": PRIMARY, "factors": factors}
    write_experiment(tmp_path, {})
    for network_type, rounds in (("boolean", 4), ("embedding", 5)):
        config = {"analysis": analysis, "training": {"rounds": rounds}}
        write_run(tmp_path, network_type, 1, config=config)

    if factors:
        assert load_study(tmp_path).types == ("boolean", "embedding")
    else:
        with pytest.raises(MixedStudyError, match=r"training.rounds \(4 -> 5\)"):
            load_study(tmp_path)


def test_a_declared_factor_may_not_differ_within_a_type(tmp_path: Path) -> None:
    analysis = {"primary_opponent": PRIMARY, "factors": ["training.rounds"]}
    write_experiment(tmp_path, {})
    for run, rounds in ((1, 4), (2, 5)):
        config = {"analysis": analysis, "training": {"rounds": rounds}}
        write_run(tmp_path, "boolean", run, config=config)

    with pytest.raises(MixedStudyError, match=r"training.rounds.* \(4 -> 5\)"):
        load_study(tmp_path)


def test_equal_numbers_of_other_spelling_are_not_mixed(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    training = {"rounds": 4.0, "learner": {"learning_rate": 3.0e-4}}
    write_run(path, "boolean", 2, config={"training": training, "threads": 3})

    assert len(load_study(path).runs) == 2


def test_unfinished_runs_of_other_settings_do_not_refuse_the_study(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    write_run(path, "boolean", 2, state="failed", config={"training": {"rounds": 9}})

    assert len(load_study(path).runs) == 1


def test_curves_are_given_by_type(tmp_path: Path) -> None:
    study = load_study(write_experiment(tmp_path, {t: [0.6, 0.4] for t in TYPES}))

    curves = study.curves(PRIMARY)

    assert [len(group) for group in curves.values()] == [2, 2, 2]
    assert curves["boolean"][0].win_rate == pytest.approx([0.15, 0.3, 0.45, 0.6], abs=0.001)
