"""status, list, select and verify: what people and scripts read of an experiment."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from cuttle.analysis.cli.status import screen_view
from cuttle.runs.identity import config_hash
from cuttle.runs.reader import read_experiment

from .conftest import Cli
from .experiments import record_hashes, write_experiment, write_json, write_meta, write_run

REPOSITORY = Path(__file__).parents[2]
ERROR = {"type": "ValueError", "message": "loss [red]is[/red] nan\nmore", "log": "a/train.log"}
LONG = "long " * 100 + "text"
STEER = "\x1b[2J\x1b]0;owned\x07\x9b31m"  # what would steer a terminal


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Experiments in every state, which no test changes."""
    root = tmp_path_factory.mktemp("multirun")
    one = {"planned": ["boolean"], "runs": 3}
    healthy = write_experiment(root, {"boolean": [0.6, 0.62]}, name="healthy", **one)
    words = ["network_type=boolean", "run=1", "trunk.scalars=false", "experiment=old", "force=true"]
    write_json(healthy / "boolean_run_01" / ".hydra" / "overrides.yaml", words)
    sick = write_experiment(root, {"boolean": [0.6] * 3}, name="sick", **one)
    (sick / "boolean_run_01" / "status.json").write_text('{"state": ')
    (sick / "boolean_run_02" / "metrics.jsonl").unlink()
    write_run(sick, "boolean", 4, state="failed", status={"error": ERROR})
    whole = write_experiment(
        root, {"boolean": [0.6] * 3}, name="whole", description="[b]two[/b] :smile:", **one
    )
    for run in (1, 2, 3):
        record_hashes(whole / f"boolean_run_0{run}")
    planned = [
        {"run_id": f"boolean_lr={n}_run_0{run}", "condition": f"boolean_lr={n}", "run": run}
        for n in range(100)
        for run in (1, 2)
    ]
    write_json(root / "wide" / "experiment.json", {"planned": planned, "description": LONG})
    write_run(root / "wide", "boolean", 1, state="failed")
    rates = {"win_rates": {"randomized": 1.0, "gap_maximizer": 0.4}, "duration_s": 725.0,
             "round": 20, "rounds": 20, "started_at": "2026-01-01T00:00:00Z"}  # fmt: skip
    write_run(root / "long", "multi_encoder", 1, state="running", status=rates)
    write_meta(root / "bare", planned=[])
    write_json(root / "odd" / "experiment.json", [1, 2])
    return root


@pytest.fixture
def root(studies: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CUTTLE_ROOT", str(studies))
    return studies


READ: dict[str, tuple[int, list[str]]] = {
    "status healthy": (0, ["healthy: 1 pending, 2 completed of 3", "boolean_run_03  pending"]),
    "status sick": (
        0,
        ["1 completed, 1 failed, 2 damaged of 4", "boolean_run_01: status.json is damaged",
         "boolean_run_04: ValueError: loss [red]is[/red] nan (log: a/train.log)"],
    ),
    "status long": (0, ["interrupted", "12 min 05 s", "20/20", "100.0%", "40.0%"]),
    "status bare": (0, ["bare: no runs"]),
    "status odd": (0, ["experiment.json is not a JSON object"]),
    "status whole --failed": (0, ["whole: 3 completed of 3\n"]),
    "status whole --check": (0, ["whole: 3 completed of 3\n"]),
    "status healthy --check": (1, ["boolean_run_01: run_metadata.json lacks hashes of results"]),
    "status whole --watch": (0, [f"boolean_run_0{n}: completed, round 4/4" for n in (1, 2, 3)]),
    "list": (0, ["problems", "created (UTC)", "healthy", "[b]two[/b] :smile:", LONG]),  # not folded
    "list --root nowhere": (0, ["no experiment under nowhere"]),
    "list --root ~nobody_at_all/x": (0, ["no experiment under ~nobody_at_all/x"]),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "read"), READ.items(), ids=list(READ))
def test_people_read_states_and_problems(
    root: Path, cli: Cli, arguments: str, read: tuple[int, list[str]]
) -> None:
    ended, (status, parts) = cli(*arguments.split()), read

    assert ended.status == status
    assert [part for part in parts if part not in ended.out] == [], ended.out
    assert not parts[0].endswith("\n") or ended.out == parts[0]


def test_status_fits_80_columns_and_gives_scripts_all_fields(root: Path, cli: Cli) -> None:
    document = json.loads(cli("status", "long", "--json").out)

    (run,) = document["runs"]
    assert document["schema"] == "cuttle-status/2"
    assert run["win_rates"] == {"randomized": 1.0, "gap_maximizer": 0.4}
    assert {"run_id", "state", "seed", "round", "rounds", "duration_s", "error"} <= run.keys()
    assert max(map(len, cli("status", "long").out.splitlines()[:4])) <= 80


def test_only_runs_with_problems_on_request(root: Path, cli: Cli) -> None:
    document = json.loads(cli("status", "sick", "--failed", "--json").out)

    assert [run["run_id"][-2:] for run in document["runs"]] == ["01", "02", "04"]
    counts = document["counts"]  # of the experiment, as without --failed
    assert (counts["completed"], counts["damaged"], counts["failed"]) == (1, 2, 1)


@pytest.mark.parametrize("name", ["matches.jsonl", ".hydra/config.yaml"])
def test_check_names_a_run_that_was_changed(tmp_path: Path, cli: Cli, name: str) -> None:
    run_dir = write_run(tmp_path / "study", "boolean", 1)
    record_hashes(run_dir)
    status = json.loads((run_dir / "status.json").read_text())
    config = json.loads((run_dir / ".hydra/config.yaml").read_text())
    identity = {"condition": "boolean", "levels": {}, "config_hash": config_hash(config)}
    del status["network_type"]
    write_json(run_dir / "status.json", {**status, **identity, "schema": 2})
    assert cli("status", tmp_path / "study", "--check").status == 0
    changed = (run_dir / name).read_text().replace('"draws": 1', '"draws": 2', 1)
    (run_dir / name).write_text(changed.replace('"hidden": 52', '"hidden": 64'))

    ended = cli("status", tmp_path / "study", "--check", "--json")

    assert ended.status == 1
    (problem,) = json.loads(ended.out)["runs"][0]["problems"]
    assert problem.startswith(f"{name} was changed after the training")


def test_how_to_resume_is_printed(root: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)

    ended = cli("status", "healthy")

    command = "train.py network_type=boolean trunk.scalars=false run=3 experiment=healthy root=."
    assert ended.out.endswith(f"{command}\n")


def test_many_runs_are_shown_by_condition(root: Path, cli: Cli) -> None:
    lines = cli("status", "wide").out.splitlines()

    assert lines[0] == "wide: 200 pending, 1 failed of 201"
    assert sum(line.startswith("boolean_lr=") for line in lines) == 100
    assert sum(line.startswith("boolean_run_01  failed") for line in lines) == 1


def test_a_short_screen_shows_the_most_urgent_and_says_what_it_hides(tmp_path: Path) -> None:
    error = {"type": "ValueError", "message": "long " * 30, "log": "a/train.log"}
    for run in range(1, 41):
        state = "completed" if run <= 20 else "failed"
        status = {"error": error} if run > 20 else {}
        write_run(tmp_path / "sick", "boolean", run, state=state, status=status)
    console = Console(width=80, height=24, file=io.StringIO())

    console.print(screen_view(read_experiment(tmp_path / "sick"), *console.size))

    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]  # it is a StringIO
    assert len(lines) <= 24
    assert sum(line.startswith("boolean_run_") and "  failed" in line for line in lines) == 8
    assert sum(": ValueError: long" in line for line in lines) == 2
    assert lines[-1] == "and 32 more runs and 18 more errors; python analyze.py status shows all"


def test_list_marks_the_selected_experiment(multirun: Path, cli: Cli) -> None:
    for name in ("first", "second"):
        write_meta(multirun / name, description="[b]two[/b]")
    os.utime(multirun / "first" / "experiment.json", (2e9, 2e9))

    assert "most recently launched one (first)" in cli("select").out
    assert cli("select", "sec").status == 0
    found = json.loads(cli("list", "--json").out)["experiments"]

    assert [(e["name"], e["selected"]) for e in found] == [("first", False), ("second", True)]
    assert found[0]["bytes"] > 0 and found[1]["description"] == "[b]two[/b]"


def test_the_root_is_given_before_or_after_the_command(
    root: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUTTLE_ROOT", "nowhere")
    monkeypatch.setenv("HOME", str(root.parent))

    before = cli("--root", root, "status", "healthy")
    after = cli("status", "healthy", f"--root=~/{root.name}")

    assert before.out == after.out and before.out.startswith("healthy: ")


def test_stored_text_does_not_steer_the_terminal(multirun: Path, cli: Cli) -> None:
    error = {"type": "E", "message": STEER, "log": STEER}
    path = write_experiment(multirun, {}, description=STEER, planned=["boolean"], runs=3)
    write_run(path, "boolean", 3, state="failed", status={"error": error})
    write_run(path, f"x{STEER}", 1, state="failed").rename(path / "\x1b[2J_run_1")
    write_run(multirun / "ended", "boolean", 3, state="failed", status={"error": error})

    for arguments in ("list", "status study", "status ended --watch", f"status {STEER}"):
        ended = cli(*arguments.split())
        assert ended.out + ended.err and not set(ended.out + ended.err) & set("\x1b\x07\x9b")


@pytest.mark.slow
def test_a_terminal_of_another_encoding_gets_replacements(tmp_path: Path) -> None:
    write_meta(tmp_path / "first", description="Größe \N{MINUS SIGN} \u4e2d")

    listed = subprocess.run(
        [sys.executable, REPOSITORY / "analyze.py", "list"], capture_output=True, check=True,
        env={**os.environ, "CUTTLE_ROOT": str(tmp_path), "PYTHONIOENCODING": "latin-1"},
    )  # fmt: skip

    assert "Größe - \x3f".encode("latin-1") in listed.stdout


def lost_reader() -> int:
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def full_disk() -> int:
    return os.open("/dev/full", os.O_WRONLY)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("open_output", "status", "said"),
    [(lost_reader, 0, b""), (full_disk, 2, b"error: standard output: No space left on device\n")],
)
def test_only_a_full_disk_changes_the_exit_status(
    open_output: Callable[[], int], status: int, said: bytes, tmp_path: Path
) -> None:
    write_experiment(tmp_path, {"boolean": [0.6]}, name="whole", planned=["boolean"], runs=1)
    command = [sys.executable, REPOSITORY / "analyze.py", "diff", "whole", "whole"]
    output = open_output()

    done = subprocess.run(
        command, stdout=output, stderr=subprocess.PIPE, check=False,
        env={**os.environ, "CUTTLE_ROOT": str(tmp_path)},
    )  # fmt: skip

    os.close(output)
    assert (done.returncode, done.stderr) == (status, said)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("status absent", "no experiment 'absent'"),
        ("list --root /dev/null", "/dev/null is not a directory"),
        ("statsu", "No such command"),
        ("status --wach", "No such option"),
        ("status --watch --failed", "--watch, --failed and --check are given one"),
        ("diff", "Missing argument"),
        ("diff whole", "two or more"),
        ("diff whole --all", "--all is about two sides or more"),
        ("diff whole absent", "no experiment 'absent'"),
        ("verify whole", "is not a run directory"),
    ],
    ids=lambda value: value,
)
def test_bad_input_is_one_line_of_error(root: Path, cli: Cli, arguments: str, message: str) -> None:
    ended = cli(*arguments.split())

    assert (ended.status, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert message in ended.err


@pytest.mark.slow
def test_what_is_no_completed_run_cannot_be_verified(root: Path, cli: Cli) -> None:
    ended = cli("verify", "sick/boolean_run_04")

    assert ended.status == 2
    assert "cannot be verified: it is failed" in ended.out + ended.err
