"""The frames: what `load` reads, what it excludes by name, what it refuses."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cuttle.analysis import Study, load
from cuttle.analysis.data import MixedStudyError, level_text
from cuttle.analysis.statistics.checks import checks
from cuttle.runs import layout

from .experiments import (
    PRIMARY,
    SECONDARY,
    TYPES,
    match_rows,
    record_hashes,
    write_experiment,
    write_factorial,
    write_meta,
    write_run,
)

RATE = "training.learner.learning_rate"
BASE = {"network_type": "boolean", RATE: 3.0e-4}


def row(**changes: object) -> dict[str, object]:
    values = (1, "final", PRIMARY, 0, 10, 6, 1, 3)
    return {**dict(zip(layout.MATCHES_COLUMNS, values, strict=True)), **changes}


def reason_of(study: Study, run_id: str) -> str:
    excluded = study.excluded.set_index("run_id")["reason"]
    return str(excluded[run_id])


def two_rates(root: Path, **meta: Any) -> Path:
    cells = [
        ({"network_type": name, RATE: rate}, [0.5, 0.6])
        for name in TYPES[:2]
        for rate in (1.0e-3, 3.0e-4)
    ]
    return write_factorial(root, BASE, cells, runs=2, **meta)


def test_final_win_rates_by_planned_condition(tmp_path: Path) -> None:
    groups = {"boolean": [0.5, 0.6], "embedding": [0.7, 0.8]}

    study = load(write_experiment(tmp_path, groups))

    rates = study.rates(PRIMARY)
    assert {t: list(r) for t, r in rates.items()} == {**groups, "multi_encoder": []}
    assert study.final_source == "final"
    assert study.roles == {PRIMARY: "primary", SECONDARY: "secondary"}
    assert list(study.conditions["n"]) == [2, 2, 0]


def test_conditions_keep_the_order_of_the_plan_and_those_without_runs(tmp_path: Path) -> None:
    planned = ("multi_encoder", "blind", "boolean")

    study = load(write_experiment(tmp_path, {"boolean": [0.5]}, planned=planned))

    assert study.labels == list(planned)
    assert list(study.runs["condition"].cat.categories) == list(planned)
    assert study.runs["condition"].cat.ordered


def test_factors_are_columns_and_numbers_stay_numbers(tmp_path: Path) -> None:
    study = load(two_rates(tmp_path))

    assert study.varying == ("network_type", RATE)
    assert study.levels(RATE) == [3.0e-4, 1.0e-3]
    assert study.labels[:2] == ["boolean", "boolean_learning_rate=0.001"]
    assert study.runs.loc[0, RATE] == 3.0e-4
    assert list(study.conditions[RATE]) == [3.0e-4, 1.0e-3] * 2
    assert study.noun == "condition"
    assert study.factor_text(RATE) == "learning rate"


def test_a_factor_that_a_run_does_not_know_stands_at_its_base(tmp_path: Path) -> None:
    cells: list[Any] = [({"network_type": "boolean"}, [0.5]), (BASE | {RATE: 1.0e-3}, [0.6])]

    study = load(write_factorial(tmp_path, BASE, cells, runs=1))

    assert list(study.runs[RATE]) == [3.0e-4, 1.0e-3]


def test_levels_stay_what_they_are(tmp_path: Path) -> None:
    levels = [None, 1, 0.5, "a", [1, 2]]
    cells: list[Any] = [({"network_type": "boolean", "key": level}, [0.5]) for level in levels]

    study = load(write_factorial(tmp_path, {"network_type": "boolean", "key": None}, cells, runs=1))

    assert study.levels("key") == [None, 1, 0.5, "a", "[1, 2]"]
    assert [level_text(level) for level in study.levels("key")][:3] == ["null", "1", "0.5"]
    assert study.varying == ("key",)


def test_old_directories_have_the_network_type_as_their_only_factor(tmp_path: Path) -> None:
    study = load(write_experiment(tmp_path, {"boolean": [0.5], "embedding": [0.6]}))

    assert list(study.factors) == ["network_type"]
    assert list(study.runs["network_type"]) == ["boolean", "embedding"]
    assert study.noun == "type"


def test_every_hyperparameter_that_varies_is_a_column(tmp_path: Path) -> None:
    first = write_experiment(tmp_path, {"boolean": [0.5]}, name="first")
    training = {"rounds": 4, "learner": {"learning_rate": 1.0e-4}, "sizes": [1, 2]}
    write_run(tmp_path / "second", "boolean", 1, config={"training": training})

    study = load([first, tmp_path / "second"])

    assert list(study.runs["experiment"]) == ["first", "second"]
    assert list(study.runs[RATE]) == [3.0e-4, 1.0e-4]
    assert study.runs["training.sizes"].tolist()[1] == "[1, 2]"
    assert RATE not in load(first).runs


def test_experiments_are_found_by_name_and_opponents_selected(tmp_path: Path) -> None:
    write_experiment(tmp_path, {"boolean": [0.5]})

    study = load("study", root=tmp_path, opponents=[SECONDARY])

    assert study.opponents == (SECONDARY,)
    assert study.roles == {SECONDARY: "secondary"}
    assert set(study.curves["opponent"]) == {SECONDARY}
    with pytest.raises(ValueError, match="no games against nobody in study; there are"):
        load("study", root=tmp_path, opponents=["nobody"])


def test_primary_opponent_and_margin_are_those_of_the_config(tmp_path: Path) -> None:
    base = {"analysis": {"primary_opponent": SECONDARY, "equivalence_margin": 0.02}}

    study = load(write_experiment(tmp_path, {"boolean": [0.5]}, base_config=base))

    assert study.opponents == (SECONDARY, PRIMARY)
    assert study.margin == 0.02


def test_seats_are_kept_apart_and_added_up(tmp_path: Path) -> None:
    study = load(write_experiment(tmp_path, {"boolean": [0.6]}))

    final = study.matches.query(f"stage == 'final' and opponent == '{PRIMARY}'")
    assert list(final["win_rate"]) == [0.61, 0.59]
    added = study.final.set_index("opponent").loc[PRIMARY]
    assert (added["games"], added["win_rate"]) == (2000, 0.6)


def test_a_draw_counts_as_not_won_and_half_beside(tmp_path: Path) -> None:
    write_meta(tmp_path / "study", planned=["boolean"])
    write_run(tmp_path / "study", "boolean", 1, matches=[row(wins=6, draws=2, losses=2)])

    final = load(tmp_path / "study").final.iloc[0]

    assert (final["win_rate"], final["half_draw_rate"]) == (0.6, 0.7)


def test_curves_are_sorted_by_round_and_never_mix_opponents(tmp_path: Path) -> None:
    rows = [
        row(round=r, stage="validation", opponent=o, wins=w, draws=0, losses=10 - w)
        for r in (10, 2, 1)
        for o, w in ((PRIMARY, 4), (SECONDARY, 9))
    ]
    write_run(tmp_path / "study", "boolean", 1, matches=rows)

    curves = load(tmp_path / "study").curves

    assert curves[curves["opponent"] == PRIMARY]["round"].tolist() == [1, 2, 10]
    assert curves[curves["opponent"] == PRIMARY]["win_rate"].tolist() == [0.4] * 3
    assert curves[curves["opponent"] == SECONDARY]["win_rate"].tolist() == [0.9] * 3


def test_seats_of_curves_are_added_over_the_rounds_that_both_have(tmp_path: Path) -> None:
    wins = {0: {1: 5, 2: 6, 3: 7}, 1: {1: 1, 3: 3}}
    rows = [
        row(round=r, stage="validation", seat=seat, wins=w, draws=0, losses=10 - w)
        for seat, rounds in wins.items()
        for r, w in rounds.items()
    ]
    write_run(tmp_path / "study", "boolean", 1, matches=rows)

    curves = load(tmp_path / "study").curves

    assert curves[["round", "games", "wins"]].to_numpy().tolist() == [[1, 20, 6], [3, 20, 10]]


def test_rounds_hold_metrics_and_timings(tmp_path: Path) -> None:
    rounds = load(write_experiment(tmp_path, {"boolean": [0.6]})).rounds

    assert rounds["round"].tolist() == [1, 2, 3, 4]
    assert rounds["episodes"].tolist() == [250, 500, 750, 1000]
    assert rounds["round_s"].tolist() == [3.5] * 4


def test_last_round_stands_in_where_no_run_has_a_final_evaluation(tmp_path: Path) -> None:
    write_meta(tmp_path / "study")
    write_run(tmp_path / "study", "boolean", 1, 0.6, final=False)

    study = load(tmp_path / "study")

    assert study.final_source == "last_round"
    assert study.runs.loc[0, "final_round"] == 4
    assert study.rates(PRIMARY)["boolean"] == pytest.approx([0.6])
    assert any("last round" in problem for problem in study.problems)


def test_run_without_the_final_evaluation_of_the_others_is_excluded(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    write_run(path, "boolean", 2, 0.6, final=False)

    study = load(path)

    assert study.runs["run_id"].tolist() == ["boolean_run_01"]
    assert "without the final evaluation" in reason_of(study, "boolean_run_02")


@pytest.mark.parametrize(
    ("state", "error", "expected"),
    [
        ("pending", None, "pending after round 2 of 4"),
        ("running", None, "interrupted after round 2 of 4"),
        ("failed", {"type": "ValueError", "message": "bad", "log": "train.log"}, "ValueError: bad"),
    ],
)
def test_unfinished_run_is_excluded_by_name(
    tmp_path: Path, state: str, error: object, expected: str
) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]}, planned=["boolean"])
    write_run(path, "boolean", 2, state=state, status={"error": error, "round": 2})

    study = load(path)

    assert len(study.runs) == 1
    assert expected in reason_of(study, "boolean_run_02")
    assert reason_of(study, "boolean_run_07") == "pending"


def test_run_that_has_not_begun_is_not_said_to_be_at_a_round(tmp_path: Path) -> None:
    write_run(tmp_path / "study", "boolean", 1, state="prepared", status={"round": 0})

    assert load(tmp_path / "study").excluded["reason"].tolist() == ["prepared"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"wins": None}, "wins must be a count, got None"),
        ({"wins": 61.3}, "wins must be a count, got 61.3"),
        ({"wins": True}, "wins must be a count, got True"),
        ({"games": 11}, "6 wins + 1 draws + 3 losses are not 11 games"),
        ({"wins": -1}, "wins must be a count, got -1"),
        ({"stage": "test"}, "unknown stage 'test'; known: validation, final"),
        ({"seat": None}, "seat must be a count, got None"),
        ({"games": float("nan")}, "games must be a count, got nan"),
    ],
)
def test_run_with_a_damaged_row_is_excluded_by_name(
    tmp_path: Path, changes: dict[str, object], told: str
) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    write_run(path, "boolean", 2, matches=[row(**changes)])

    study = load(path)

    assert study.runs["run_id"].tolist() == ["boolean_run_01"]
    assert reason_of(study, "boolean_run_02").startswith("unreadable results:")
    assert told in reason_of(study, "boolean_run_02")


def test_completed_run_without_results_is_excluded(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    write_run(path, "boolean", 2, matches=[])

    assert "matches.jsonl is missing or empty" in reason_of(load(path), "boolean_run_02")


@pytest.mark.parametrize("name", [layout.CONFIG_FILE, layout.METADATA_FILE, layout.MATCHES_FILE])
def test_completed_run_with_a_damaged_file_is_excluded(tmp_path: Path, name: str) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    (write_run(path, "boolean", 2) / name).write_text("[1, \n")

    study = load(path)

    assert study.runs["run_id"].tolist() == ["boolean_run_01"]
    assert name in reason_of(study, "boolean_run_02")


def test_run_that_missed_an_opponent_is_named(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    write_run(path, "boolean", 2, matches=match_rows(0.5, rounds=4, opponent=SECONDARY))

    study = load(path)

    assert study.rates(PRIMARY)["boolean"].size == 1
    assert study.rates(SECONDARY)["boolean"].size == 2
    assert f"no final games against {PRIMARY}: boolean_run_02" in study.problems


def test_empty_experiment_gives_empty_frames_with_their_columns(tmp_path: Path) -> None:
    write_meta(tmp_path / "study", planned=[])

    study = load(tmp_path / "study")

    assert study.labels == []
    assert study.opponents == ()
    assert study.final_source is None
    assert {"run_id", "condition", "seed", "duration_s"} <= set(study.runs)
    assert {"opponent", "win_rate"} <= set(study.final)


def test_directory_without_experiment_file_is_still_read(tmp_path: Path) -> None:
    write_run(tmp_path / "study", "embedding", 1, 0.6)

    study = load(tmp_path / "study")

    assert study.labels == ["embedding"]
    assert study.primary_opponent == PRIMARY
    assert not study.is_paired


def test_damaged_experiment_file_changes_no_test_and_is_said(tmp_path: Path) -> None:
    seed = {"seed": {"mode": "paired", "base": 42, "value": 7}}
    for network_type in TYPES[:2]:
        write_run(tmp_path / "study", network_type, 1, config=seed)
    (tmp_path / "study" / layout.EXPERIMENT_FILE).write_text("{")

    study = load(tmp_path / "study")

    assert study.is_paired
    assert study.seed_mode == "paired"
    assert "experiment.json cannot be read" in study.problems[0]


def test_experiment_that_says_its_seeds_are_not_paired_is_believed(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {}, paired=False)
    write_run(path, "boolean", 1, config={"seed": {"mode": "paired", "value": 7}})

    assert not load(path).is_paired


def test_facts_of_another_kind_are_kept_as_text(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    recorded = {"git": {"commit": ["a"], "dirty": "perhaps"}, "versions": {"numpy": {"a": 1}}}
    write_run(path, "boolean", 2, metadata=recorded, config={"seed": {"value": [1]}})

    study = load(path)

    assert study.provenance["commit"].tolist()[1] == '["a"]'
    assert len(checks(study)) > 0


@pytest.mark.parametrize(
    ("network_type", "changes", "message"),
    [
        (
            "boolean",
            {"metadata": {"rules_version": "2"}},
            r"rules_version 1 in boolean_run_01, embedding_run_01; 2 in boolean",
        ),
        (
            "embedding",
            {"config": {"training": {"rounds": 4, "learner": {"learning_rate": 1.0e-4}}}},
            r"training\.learner\.learning_rate \(0\.0003 -> 0",
        ),
        (
            "boolean",
            {"config": {"network_type": {"name": "boolean", "hidden": 64}}},
            r"network_type\.hidden \(52 -> 64\)",
        ),
    ],
)
def test_runs_that_differ_in_rules_or_settings_are_refused_with_the_keys(
    tmp_path: Path, network_type: str, changes: dict[str, Any], message: str
) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6], "embedding": [0.6]})
    write_run(path, network_type, 2, **changes)

    with pytest.raises(MixedStudyError, match=message):
        load(path)


def test_keys_of_factors_may_differ_between_conditions_and_others_may_not(tmp_path: Path) -> None:
    path = two_rates(tmp_path)
    assert len(load(path).runs) == 8

    levels = {"network_type": "boolean", RATE: 1.0e-2}
    write_run(path, "boolean_learning_rate=0.01", 1, levels=levels, config={"threshold": 1})

    with pytest.raises(MixedStudyError, match=r"threshold \(\(absent\) -> 1\)"):
        load(path)


def test_keys_of_factors_may_not_differ_within_a_condition(tmp_path: Path) -> None:
    path = two_rates(tmp_path)
    levels = {"network_type": "boolean", RATE: 1.0e-2}
    write_run(path, "boolean", 3, levels=levels)

    with pytest.raises(MixedStudyError, match=r"learning_rate \(0.0003 -> 0.01\)"):
        load(path)


@pytest.mark.parametrize("factors", [["training.rounds"], []])
def test_factors_that_old_directories_declare_may_differ(
    tmp_path: Path, factors: list[str]
) -> None:
    base = {"analysis": {"primary_opponent": PRIMARY, "factors": factors}}
    path = write_experiment(tmp_path, {}, base_config=base)
    for network_type, rounds in (("boolean", 4), ("embedding", 5)):
        write_run(path, network_type, 1, config={"training": {"rounds": rounds}})

    if factors:
        assert load(path).conditions["n"].tolist() == [1, 1, 0]
    else:
        with pytest.raises(MixedStudyError, match=r"training.rounds \(4 -> 5\)"):
            load(path)


def test_equal_numbers_and_runs_that_are_not_used_do_not_refuse_the_study(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6]})
    training = {"rounds": 4.0, "learner": {"learning_rate": 3.0e-4}}
    write_run(path, "boolean", 2, config={"training": training, "threads": 3})
    write_run(path, "boolean", 3, state="failed", config={"training": {"rounds": 9}})

    assert len(load(path).runs) == 2


@pytest.mark.slow
def test_importing_the_package_imports_no_pandas_and_loading_no_torch() -> None:
    code = (
        "import sys, cuttle.analysis; assert 'pandas' not in sys.modules; "
        "cuttle.analysis.load; "
        "heavy = {'torch', 'numba', 'hydra', 'omegaconf'} & set(sys.modules); "
        "print(heavy, 'pandas' in sys.modules)"
    )

    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert (finished.stdout, finished.stderr) == ("set() True\n", "")


def test_run_whose_results_were_edited_is_excluded(tmp_path: Path) -> None:
    path = write_experiment(tmp_path, {"boolean": [0.6, 0.61]})
    record_hashes(path / "boolean_run_02")
    matches = path / "boolean_run_02" / layout.MATCHES_FILE
    matches.write_text(matches.read_text(encoding="utf-8").replace('"seat": 0', '"seat":  0'))

    excluded = load(path).excluded.set_index("run_id")["reason"]

    assert excluded["boolean_run_02"].startswith("results were changed after training: matches")
