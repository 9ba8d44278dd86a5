"""diff on the command line: sides, exit status, provenance and results."""

import json
from pathlib import Path
from typing import Any

import pytest

from cuttle.analysis import load

from .experiments import TRAINING, TYPES, write_experiment, write_run
from .test_cli_status import run_cli

RATES = [0.60, 0.61, 0.64, 0.58, 0.62]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUTTLE_ROOT", str(tmp_path))
    write_experiment(
        tmp_path, {"boolean": RATES, "embedding": RATES}, name="old", planned=TYPES[:2]
    )
    write_experiment(tmp_path, {"boolean": [r + 0.1 for r in RATES]}, name="new", planned=TYPES[:1])
    return tmp_path


def changed_run(root: Path, run: int = 1, **training: Any) -> None:
    config = {"training": {**TRAINING, **training}}
    run_dir = root / "new" / f"boolean_run_{run:02d}"
    for path in sorted(run_dir.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    write_run(root / "new", "boolean", run, config=config)


def words(capsys: Any) -> str:
    """Return what was printed, whatever the widths of its columns."""
    return " ".join(capsys.readouterr().out.split())


def diff_json(capsys: Any, *sides: str | Path) -> tuple[int, Any]:
    status = run_cli("diff", "--json", *sides)
    return status, json.loads(capsys.readouterr().out)


def test_equal_runs_end_with_zero(root: Path, capsys: Any):
    status, document = diff_json(capsys, "old/boolean_run_01", "new/boolean_run_02")

    assert status == 0
    assert document["equal"] is True
    assert {d["key"] for d in document["ignored"]} == {"experiment", "run", "seed.value"}


def test_different_key_ends_with_one_and_shows_both_values(root: Path, capsys: Any):
    changed_run(root, rounds=9)

    assert run_cli("diff", "old/boolean_run_01", "new/boolean_run_01") == 1
    assert "changed training.rounds 4 9" in words(capsys)


def test_runs_that_lack_a_key_are_named(root: Path, capsys: Any):
    changed_run(root, extra=1)

    _, document = diff_json(capsys, "old", "new")

    row = next(row for row in document["configuration"] if row["key"] == "training.extra")
    (lacking,), (fresh, rest) = row["sides"]
    assert lacking["is_absent"] and len(lacking["runs"]) == 10
    assert (fresh["value"], fresh["runs"]) == (1, ["boolean_run_01"])
    assert rest["is_absent"] and len(rest["runs"]) == 4


def test_numbers_are_compared_as_numbers(root: Path, tmp_path: Path, capsys: Any):
    (tmp_path / "a.yaml").write_text("lr: 1e-3\nn: 1_000\n")
    (tmp_path / "b.yaml").write_text("n: 1000.0\nlr: 0.001\n")

    assert run_cli("diff", tmp_path / "a.yaml", tmp_path / "b.yaml") == 0


def test_experiments_with_other_types_compare_what_they_share(root: Path, capsys: Any):
    status, document = diff_json(capsys, "old", "new")

    assert status == 1
    (row,) = document["configuration"]
    assert (row["key"], row["where"]) == ("network_type", "levels")
    assert [v["value"] for v in row["sides"][0]] == ["boolean", "embedding"]
    assert "conditions only in old: embedding" in document["notes"]


def test_a_setting_of_a_factor_is_compared_condition_by_condition(root: Path, capsys: Any):
    for name, sizes in (("p", (52, 52)), ("q", (64, 52)), ("r", (64, 64))):
        for network_type, hidden in zip(TYPES, sizes, strict=False):
            config = {"network_type": {"name": network_type, "hidden": hidden}}
            write_run(root / name, network_type, 1, config=config)

    _, document = diff_json(capsys, "p", "q")
    assert [(d["key"], d["where"]) for d in document["configuration"]] == [
        ("network_type.hidden", "boolean")
    ]

    _, document = diff_json(capsys, "p", "r")
    assert [(d["key"], d["where"]) for d in document["configuration"]] == [
        ("network_type.hidden", "")
    ]


def test_results_come_with_intervals_and_their_difference(root: Path, capsys: Any):
    _, document = diff_json(capsys, "old", "new")

    row = next(r for r in document["results"] if r["opponent"] == "gap_maximizer")
    last = next(r for r in document["results"] if r["opponent"] == "gap_maximizer" and r["side"])
    assert (row["condition"], row["n"], last["n"]) == ("boolean", 5, 5)
    assert row["ci_low"] < row["win_rate"] < row["ci_high"]
    assert last["diff"] == pytest.approx(0.1)
    assert last["diff_ci_low"] > 0 and row["diff"] is None


def test_printed_intervals_end_at_what_is_possible(root: Path, capsys: Any):
    write_experiment(root, {"boolean": [0.2, 0.85]}, name="few", planned=TYPES[:1], runs=2)

    run_cli("diff", "few", "few")

    assert "52.5 [0.0, 100.0] n = 2 52.5 [0.0, 100.0] n = 2 0.0 [\N{MINUS SIGN}100.0, 100.0]" in (
        words(capsys)
    )


def test_equal_runs_have_no_interval(root: Path, capsys: Any):
    write_experiment(root, {"boolean": [0.6, 0.6]}, name="same", planned=TYPES[:1], runs=2)

    _, document = diff_json(capsys, "same", "same")

    assert [row["ci_low"] for row in document["results"]] == [None] * 4


def test_lone_runs_are_told_apart_by_the_luck_of_their_games(root: Path, capsys: Any):
    _, document = diff_json(capsys, "old/boolean_run_01", "new/boolean_run_01")

    cell = document["results"][-1]
    assert (cell["interval"], cell["games"]) == ("Wilson, over the games of one run", 2000)
    assert cell["diff"] is not None and cell["diff_ci_low"] is None


def test_a_mixed_experiment_is_compared_without_its_results(root: Path, capsys: Any):
    changed_run(root, run=2, rounds=9)

    status, document = diff_json(capsys, "old", "new")

    assert status == 1
    assert any(n.startswith("new: no results: runs boolean_run_01") for n in document["notes"])
    assert {row["side"] for row in document["results"]} == {0}


def test_a_lone_experiment_shows_what_varies_inside_it(root: Path, capsys: Any):
    changed_run(root, run=2, rounds=9)

    assert run_cli("diff", "old") == 1
    assert "factor network_type: 1 key differs" in capsys.readouterr().out

    assert run_cli("diff", "new") == 1
    text = capsys.readouterr().out
    assert "runs that no factor explains: 1 key differs" in text
    assert "training.rounds  {4, 9}" in text


def test_more_than_two_sides_make_a_table(root: Path, capsys: Any):
    changed_run(root, rounds=9)

    assert run_cli("diff", *(f"{e}/boolean_run_01" for e in ("old", "new")), "old") == 1

    assert "training.rounds 4 9 4" in words(capsys)


def results(document: Any) -> dict[str, list[int]]:
    """Return how many runs each side counts, by condition, against the primary opponent."""
    counts: dict[str, list[int]] = {}
    for row in sorted(document["results"], key=lambda row: row["side"]):
        if row["opponent"] == "gap_maximizer":
            counts.setdefault(row["condition"], []).append(row["n"])
    return counts


def test_a_run_with_a_damaged_row_is_counted_by_neither_report_nor_diff(root: Path, capsys: Any):
    matches = root / "new" / "boolean_run_02" / "matches.jsonl"
    matches.write_text(matches.read_text()[:-20] + "\n")

    _, document = diff_json(capsys, "old", "new")

    assert results(document)["boolean"] == [5, len(load(root / "new").runs)] == [5, 4]
    notes = [n for n in document["notes"] if n.startswith("new: excluded from the results")]
    assert len(notes) == 1 and "matches.jsonl line" in notes[0] and "boolean_run_02" in notes[0]


@pytest.mark.parametrize("name", [".hydra/config.yaml", "run_metadata.json"])
def test_a_completed_run_that_is_not_known_to_be_comparable_is_not_counted(
    name: str, root: Path, capsys: Any
):
    (root / "new" / "boolean_run_02" / name).unlink()

    _, document = diff_json(capsys, "old", "new")

    assert results(document)["boolean"] == [5, 4]
    assert any("comparability unknown" in note for note in document["notes"])
    unprepared = [note for note in document["notes"] if "not prepared yet" in note]
    assert not any("boolean_run_02" in note for note in unprepared)


def test_a_config_that_cannot_be_read_is_not_called_unprepared(root: Path, capsys: Any):
    (root / "new" / "boolean_run_02" / ".hydra" / "config.yaml").write_text("{")

    _, document = diff_json(capsys, "old", "new")

    assert "new: .hydra/config.yaml cannot be read, excluded: boolean_run_02" in document["notes"]


def test_damaged_results_of_a_lone_run_are_said(root: Path, capsys: Any):
    matches = root / "new" / "boolean_run_02" / "matches.jsonl"
    matches.write_text(matches.read_text()[:-20] + "\n")

    _, document = diff_json(capsys, "old/boolean_run_02", "new/boolean_run_02")

    assert any("matches.jsonl line" in note for note in document["notes"])


def test_all_counts_the_naming_keys_too(root: Path, capsys: Any):
    assert run_cli("diff", "--all", "old/boolean_run_01", "old/boolean_run_02") == 1
    assert "changed seed.value" in words(capsys)


def test_provenance_is_compared(root: Path, capsys: Any):
    for name, version in (("p", "2.0"), ("q", "2.1")):
        write_run(root / name, "boolean", 1, metadata={"versions": {"numpy": version}})

    status, document = diff_json(capsys, "p", "q")

    assert status == 0
    assert [d["key"] for d in document["provenance"]] == ["versions.numpy"]


def test_unfinished_run_compares_without_results(root: Path, capsys: Any):
    write_run(root / "part", "boolean", 1, state="running", matches=[])

    status, document = diff_json(capsys, "part", "old/boolean_run_01")

    assert status == 0
    assert "part: no results yet" in document["notes"]


def test_document_is_strict_json(root: Path, tmp_path: Path, capsys: Any):
    (tmp_path / "a.yaml").write_text("x: .nan\ny: .inf\nz: [1, .nan]\n")
    (tmp_path / "b.yaml").write_text("x: 1\n")

    run_cli("diff", "--json", tmp_path / "a.yaml", tmp_path / "b.yaml")

    def refuse(name: str) -> None:
        raise AssertionError(name)

    document = json.loads(capsys.readouterr().out, parse_constant=refuse)
    assert document["configuration"][0]["sides"][0][0]["value"] == "nan"


def test_text_that_looks_like_a_number_is_quoted(root: Path, tmp_path: Path, capsys: Any):
    (tmp_path / "a.yaml").write_text("x: '1'\n")
    (tmp_path / "b.yaml").write_text("x: 1\n")

    assert run_cli("diff", tmp_path / "a.yaml", tmp_path / "b.yaml") == 1
    assert 'changed x "1" 1' in words(capsys)


def test_unprepared_experiment_compares_by_its_base_configuration(root: Path, capsys: Any):
    from .experiments import write_meta

    write_meta(root / "plan", base_config={"training": {"rounds": 4}})
    (root / "plan.yaml").write_text("training: {rounds: 5}\n")

    assert run_cli("diff", "plan", root / "plan.yaml") == 1
    text = words(capsys)
    assert "changed training.rounds 4 5" in text
    assert "no run is prepared yet" in text
