"""status, list and select: what they say of an experiment, for people and for scripts."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cuttle.analysis.cli.app import main
from cuttle.analysis.cli.status import screen_view
from cuttle.runs.reader import read_experiment

from .experiments import record_hashes, write_experiment, write_json, write_meta, write_run

REPOSITORY = Path(__file__).parents[2]


def run_cli(*arguments: str | Path) -> int:
    """Call the command line in this process and return its exit status."""
    sys.argv = ["analyze.py", *map(str, arguments)]
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "argv", [])
    monkeypatch.setenv("CUTTLE_ROOT", str(tmp_path))
    write_experiment(tmp_path, {"boolean": [0.6, 0.62]}, name="first", planned=["boolean"], runs=3)
    return tmp_path


def out_json(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_status_counts_and_lists_every_planned_run(root: Path, capsys: Any):
    assert run_cli("status", "first") == 0

    text = capsys.readouterr().out
    assert "first: 1 pending, 2 completed of 3" in text
    assert "boolean_run_03  pending" in text


def test_a_short_screen_shows_runs_and_errors_and_says_what_it_hides(root: Path):
    error = {"type": "ValueError", "message": "long " * 30, "log": "a/train.log"}
    for run in range(1, 21):
        write_run(root / "sick", "boolean", run, state="failed", status={"error": error})
    console = Console(width=80, height=24, file=io.StringIO())

    console.print(screen_view(read_experiment(root / "sick"), *console.size))

    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]  # it is a StringIO
    assert len(lines) <= 24
    assert sum(line.startswith("boolean_run_") and "  failed" in line for line in lines) == 8
    assert sum(": ValueError: long" in line for line in lines) == 2
    assert lines[-1] == "and 12 more runs and 18 more errors; python analyze.py status shows all"


def test_status_of_the_longest_names_fits_80_columns(root: Path, capsys: Any):
    status = {"win_rates": {"randomized": 1.0, "gap_maximizer": 0.4}, "duration_s": 725.0,
              "round": 20, "rounds": 20, "started_at": "2026-01-01T00:00:00Z"}  # fmt: skip
    write_run(root / "study", "multi_encoder", 1, state="running", status=status)

    run_cli("status", "study")

    lines = capsys.readouterr().out.splitlines()
    assert any("interrupted" in line and "12 min 05 s" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_status_shows_the_error_and_its_log(root: Path, capsys: Any):
    error = {"type": "ValueError", "message": "loss [red]is[/red] nan\nmore", "log": "a/train.log"}
    write_run(root / "first", "boolean", 3, state="failed", status={"error": error})

    run_cli("status")

    text = capsys.readouterr().out
    assert "boolean_run_03: ValueError: loss [red]is[/red] nan (log: a/train.log)" in text


def test_status_as_json_has_all_fields(root: Path, capsys: Any):
    rates = {"gap_maximizer": 0.61}
    write_run(root / "first", "boolean", 3, status={"win_rates": rates})

    run_cli("status", "--json")

    document = out_json(capsys)
    assert document["schema"] == "cuttle-status/2"
    assert document["counts"]["completed"] == 3
    last = document["runs"][2]
    assert last["win_rates"] == rates
    assert {"run_id", "state", "seed", "round", "rounds", "duration_s", "error"} <= last.keys()


def test_damaged_status_is_reported_and_leaves_the_rest(root: Path, capsys: Any):
    (root / "first" / "boolean_run_01" / "status.json").write_text('{"state": ')

    assert run_cli("status") == 0

    text = capsys.readouterr().out
    assert "1 completed, 1 damaged" in text
    assert "boolean_run_01: status.json is damaged" in text


def test_only_failed_runs_on_request(root: Path, capsys: Any):
    write_run(root / "first", "boolean", 3, state="failed")
    (root / "first" / "boolean_run_02" / "metrics.jsonl").unlink()

    run_cli("status", "--failed", "--json")

    document = out_json(capsys)
    assert [run["run_id"] for run in document["runs"]] == ["boolean_run_02", "boolean_run_03"]
    counts = document["counts"]  # of the experiment, as without --failed
    assert (counts["completed"], counts["damaged"], counts["failed"]) == (1, 1, 1)


def test_check_is_zero_only_if_all_is_completed_and_as_it_was_trained(root: Path, capsys: Any):
    for run in (1, 2, 3):
        run_dir = write_run(root / "first", "boolean", run)
        record_hashes(run_dir)
    assert run_cli("status", "--check") == 0
    assert capsys.readouterr().out == "first: 3 completed of 3\n"

    matches = run_dir / "matches.jsonl"
    matches.write_text(matches.read_text().replace('"draws": 1', '"draws": 2', 1))
    assert run_cli("status", "--check") == 1
    assert "boolean_run_03: matches.jsonl was changed after the train" in capsys.readouterr().out

    write_run(root / "first", "boolean", 3)  # without hashes
    assert run_cli("status", "--check", "--json") == 1
    (run,) = out_json(capsys)["runs"]
    assert run["problems"] == ["run_metadata.json lacks hashes of results"]

    write_run(root / "first", "boolean", 3, state="failed")
    assert run_cli("status", "--check") == 1


def test_an_unfinished_experiment_prints_its_command(root: Path, capsys: Any, monkeypatch: Any):
    words = ["network_type=boolean", "run=1", "trunk.scalars=false", "experiment=old", "force=true"]
    write_json(root / "first" / "boolean_run_01" / ".hydra" / "overrides.yaml", words)
    monkeypatch.chdir(root)

    run_cli("status", "first")

    command = "train.py network_type=boolean trunk.scalars=false run=3 experiment=first root=."
    assert capsys.readouterr().out.endswith(f" {command}\n")


def test_many_runs_are_shown_by_condition(root: Path, capsys: Any):
    labels = [f"boolean_learning_rate={rate}" for rate in range(100)]
    planned = [
        {"run_id": f"{label}_run_0{run}", "condition": label, "run": run, "seed": run}
        for label in labels
        for run in (1, 2)
    ]
    write_json(root / "wide" / "experiment.json", {"planned": planned})
    write_run(root / "wide", "boolean", 1, state="failed")

    run_cli("status", "wide")

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "wide: 200 pending, 1 failed of 201"
    assert sum(line.startswith("boolean_learning_rate=") for line in lines) == 100
    assert sum(line.startswith("boolean_run_01  failed") for line in lines) == 1


def test_only_failed_runs_of_a_healthy_experiment_are_none(root: Path, capsys: Any):
    assert run_cli("status", "--failed") == 0

    assert capsys.readouterr().out == "first: 1 pending, 2 completed of 3\n"


def test_watch_in_a_pipe_prints_a_line_a_run_and_ends_when_all_is_done(root: Path, capsys: Any):
    write_run(root / "first", "boolean", 3)

    assert run_cli("status", "--watch") == 0

    assert capsys.readouterr().out.splitlines() == [
        f"boolean_run_0{number}: completed, round 4/4" for number in (1, 2, 3)
    ]


def test_experiment_without_runs_has_a_status(root: Path, capsys: Any):
    write_meta(root / "bare", planned=[])

    assert run_cli("status", "bare") == 0
    assert "bare: no runs" in capsys.readouterr().out


def test_list_marks_the_selected_experiment(root: Path, capsys: Any):
    write_meta(root / "second", description="[b]two[/b]")
    assert run_cli("select", "sec") == 0
    capsys.readouterr()

    run_cli("list", "--json")

    experiments = out_json(capsys)["experiments"]
    assert [(e["name"], e["selected"]) for e in experiments] == [("first", False), ("second", True)]
    assert experiments[0]["bytes"] > 0
    assert experiments[1]["description"] == "[b]two[/b]"


def test_without_a_selection_it_is_said_what_commands_read(root: Path, capsys: Any):
    write_meta(root / "second")
    os.utime(root / "first" / "experiment.json", (2e9, 2e9))

    assert run_cli("select") == 0

    assert capsys.readouterr().out == (
        "no experiment selected; commands default to the most recently launched one (first)\n"
    )


def test_list_names_its_columns_and_prints_markup_as_it_is(root: Path, capsys: Any):
    write_meta(root / "second", description="[b]two[/b] :smile:")

    run_cli("list")

    out = capsys.readouterr().out
    assert "problems" in out and "created (UTC)" in out and "[b]two[/b] :smile:" in out


def test_the_root_is_given_before_or_after_the_command(root: Path, capsys: Any, monkeypatch: Any):
    monkeypatch.setenv("CUTTLE_ROOT", "nowhere")
    monkeypatch.setenv("HOME", str(root.parent))
    for arguments in (["--root", root, "status"], ["status", f"--root=~/{root.name}"]):
        assert run_cli(*arguments) == 0
        assert capsys.readouterr().out.startswith("first: ")


def test_stored_text_does_not_steer_the_terminal(root: Path, capsys: Any):
    text = "\x1b[2J\x1b]0;owned\x07\x9b31m"
    error = {"type": "E", "message": text, "log": text}
    write_run(root / "first", "boolean", 3, state="failed", status={"error": error})
    write_meta(root / "first", description=text, runs=3, planned=["boolean"])
    write_run(root / "first", f"x{text}", 1, state="failed").rename(
        root / "first" / "\x1b[2J_run_1"
    )

    for arguments in (["list"], ["status"], ["status", "--watch"], ["status", text]):
        run_cli(*arguments)

    captured = capsys.readouterr()
    assert not set(captured.out + captured.err) & set("\x1b\x07\x9b")


def test_a_terminal_of_another_encoding_gets_replacements(root: Path):
    write_meta(root / "first", description="Größe \N{MINUS SIGN}", runs=3, planned=["boolean"])

    listed = subprocess.run(
        [sys.executable, REPOSITORY / "analyze.py", "list"], capture_output=True, check=True,
        env={**os.environ, "CUTTLE_ROOT": str(root), "PYTHONIOENCODING": "latin-1"},
    )  # fmt: skip

    assert "Größe ?".encode("latin-1") in listed.stdout


def test_empty_root_is_no_error_for_list(tmp_path: Path, capsys: Any):
    assert run_cli("list", "--root", tmp_path / "none") == 0
    assert "no experiment under" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["status", "absent"], "no experiment 'absent'"),
        (["select", "absent"], "no experiment 'absent'"),
        (["statsu"], "No such command"),
        (["status", "--wach"], "No such option"),
        (["status", "--watch", "--failed"], "--watch, --failed and --check are given one"),
        (["diff"], "Missing argument"),
        (["diff", "first"], "two or more"),
        (["diff", "first", "absent"], "no experiment 'absent'"),
    ],
)
def test_bad_input_is_one_line_and_exit_status_two(
    root: Path, capsys: Any, arguments: list[str], message: str
):
    assert run_cli(*arguments) == 2

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert message in captured.err


def test_experiment_file_that_is_no_object_is_reported(root: Path, capsys: Any):
    write_json(root / "first" / "experiment.json", [1, 2])

    assert run_cli("status") == 0
    assert "experiment.json is not a JSON object" in capsys.readouterr().out
