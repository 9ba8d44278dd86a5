"""States, locks and what the reader makes of them."""

import fcntl
import json
import multiprocessing
import os
import signal
import socket
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cuttle.runs.layout import LOCK_FILE, METRICS_FILE, RunState, run_name
from cuttle.runs.lock import AlreadyLocked, acquire, is_locked, locked
from cuttle.runs.reader import list_experiments, read_experiment
from cuttle.runs.run_record import RunRecord, seconds_left
from cuttle.runs.status import Status, read_status, utc_now, write_status


def make_run(root: Path, run: int = 1, **changes: object) -> Path:
    run_id = run_name("boolean", run)
    run_dir = root / run_id
    run_dir.mkdir(parents=True)
    status = Status(
        RunState.PENDING, run_id, "boolean", {"network_type": "boolean"}, run, 7, "hash"
    )
    write_status(run_dir, replace(status, **changes))  # type: ignore[arg-type]  # test shorthand
    return run_dir


def hold_lock(directory: str, taken: "multiprocessing.synchronize.Event") -> None:
    acquire(Path(directory))
    taken.set()
    time.sleep(60)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"state": "running"}', "null"])
def test_a_damaged_status_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "status.json").write_text(text)

    with pytest.raises(ValueError, match=r"status\.json"):
        read_status(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("run", "abc"), ("seed", None), ("attempt", -1), ("round", 10**30), ("rounds", True)],
        *[("duration_s", "long"), ("duration_s", -1), ("win_rates", {"high_card": "many"})],
        *[("duration_s", 1e308), ("win_rates", {"high_card": 1.5})],
        *[("win_rates", [1]), ("started_at", "yesterday"), ("heartbeat_at", "2026-01-01")],
        *[("condition", 3), ("levels", []), ("results", [1]), ("error", "bad")],
        ("error", {"type": 1, "message": 2, "log": 3}),
    ],
)
def test_a_status_of_nonsense_is_damaged(name: str, value: object, tmp_path: Path) -> None:
    run_dir = make_run(tmp_path, state=RunState.RUNNING, round=1, rounds=3)
    (run_dir / METRICS_FILE).write_text("")
    path = run_dir / "status.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), name: value}))

    record = RunRecord(run_dir)

    assert record.state is RunState.DAMAGED
    assert len(record.problems) == 1 and "status.json is damaged" in record.problems[0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [("[1]", "not a mapping but list"), ('{"state": "running", "foo": 1}', "unknown: foo")],
)
def test_what_is_wrong_with_a_status_is_said_in_plain_words(
    text: str, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "status.json").write_text(text)

    assert RunRecord(tmp_path).problems == [f"status.json is damaged ({reason})"]


def test_a_lock_is_held_once(tmp_path: Path) -> None:
    with locked(tmp_path):
        assert is_locked(tmp_path)
        with pytest.raises(AlreadyLocked):
            acquire(tmp_path, timeout_s=0.05)

    assert not is_locked(tmp_path)


def test_a_run_that_ends_while_it_is_read_is_not_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_dir = make_run(tmp_path, state=RunState.RUNNING, host=socket.gethostname())
    before = read_status(run_dir)
    assert before is not None

    def end(_: Path) -> bool:
        write_status(run_dir, replace(before, state=RunState.FAILED))
        return False

    monkeypatch.setattr("cuttle.runs.status.is_locked", end)

    assert RunRecord(run_dir).state is RunState.FAILED


def test_the_kernel_frees_the_lock_of_a_killed_process(tmp_path: Path) -> None:
    run_dir = make_run(tmp_path, state=RunState.RUNNING, host=socket.gethostname())
    context = multiprocessing.get_context("spawn")
    taken = context.Event()
    holder = context.Process(target=hold_lock, args=(str(run_dir), taken))
    holder.start()
    assert taken.wait(30)

    assert RunRecord(run_dir).state is RunState.RUNNING
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()

    assert RunRecord(run_dir).state is RunState.INTERRUPTED


def test_a_run_on_another_host_lives_while_its_heart_beats(tmp_path: Path) -> None:
    now = utc_now()
    running = {"state": RunState.RUNNING, "host": "elsewhere"}
    recent = make_run(tmp_path, 1, **running, heartbeat_at=now)
    stale = make_run(tmp_path, 2, **running, heartbeat_at="2020-01-01T00:00:00.000+00:00")
    ahead = make_run(tmp_path, 3, **running, heartbeat_at="2120-01-01T00:00:00.000+00:00")

    assert RunRecord(recent).state is RunState.RUNNING
    assert RunRecord(stale).state is RunState.INTERRUPTED
    assert RunRecord(ahead).state is RunState.INTERRUPTED


def test_a_run_in_its_first_round_is_expected_to_take_as_long_as_the_others(tmp_path: Path) -> None:
    now = utc_now()
    running = {"state": RunState.RUNNING, "host": "elsewhere", "heartbeat_at": now, "rounds": 4}
    first = make_run(tmp_path, 1, **running)
    second = make_run(tmp_path, 2, **running, round=1, duration_s=100.0)
    waiting = make_run(tmp_path, 3)

    left = seconds_left([RunRecord(run_dir) for run_dir in (first, second, waiting)])

    # 400 s of the first, 300 s of the second and 400 s of the third, two at a time
    assert left == pytest.approx(550, abs=5)
    assert seconds_left([RunRecord(first)]) is None


def test_a_field_that_a_status_lacks_has_its_default(tmp_path: Path) -> None:
    run_dir = make_run(tmp_path, state=RunState.COMPLETED, round=4, rounds=4, duration_s=8.0)
    content = json.loads((run_dir / "status.json").read_text())
    for name in ("rounds", "duration_s"):
        del content[name]
    (run_dir / "status.json").write_text(json.dumps(content))
    running = make_run(tmp_path, 2, state=RunState.RUNNING)

    with locked(running):
        record = RunRecord(run_dir)
        assert (record.status["rounds"], record.status["duration_s"]) == (0, 0.0)
        assert seconds_left([record, RunRecord(running)]) == 0.0


def test_the_reader_survives_every_kind_of_damage(tmp_path: Path) -> None:
    root = tmp_path / "exp"
    make_run(root, 1)
    make_run(root, 2, state=RunState.COMPLETED)
    (make_run(root, 3) / "status.json").write_text("{")
    (make_run(root, 4) / "status.json").unlink()
    (make_run(root, 5) / "status.json").write_text("{")
    (root / "boolean_run_05" / METRICS_FILE).write_text("")
    (root / "notes").mkdir()
    (root / "experiment.json").write_text("{")

    experiment = read_experiment(root)

    found = {run.run_id: (run.state, bool(run.problems)) for run in experiment.runs}
    assert found == {
        "boolean_run_01": (RunState.PENDING, False),
        "boolean_run_02": (RunState.DAMAGED, True),
        "boolean_run_03": (RunState.PENDING, True),  # nothing was trained that could be lost
        "boolean_run_04": (RunState.PENDING, True),
        "boolean_run_05": (RunState.DAMAGED, True),
    }
    assert experiment.problems
    assert [run.run for run in experiment.runs] == [1, 2, 3, 4, 5]


def test_planned_runs_without_a_directory_are_pending(tmp_path: Path) -> None:
    planned = [{"run_id": "boolean_run_02", "network_type": "boolean", "run": 2, "seed": 9}]
    make_run(tmp_path, 1)
    (tmp_path / "experiment.json").write_text(json.dumps({"planned": planned}))

    planned_run, found_run = read_experiment(tmp_path).runs

    assert (planned_run.run_id, planned_run.seed) == ("boolean_run_02", 9)
    assert planned_run.state is RunState.PENDING and not planned_run.problems
    assert found_run.run_id == "boolean_run_01"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("planned", 5), ("planned", ["x"]), ("history", 3), ("created_at", 20260101)],
        *[("git", "x"), ("seed_mode", 5), ("base_config", [1]), ("rules_version", ["1"])],
    ],
)
def test_an_odd_field_is_a_problem_and_left_out(name: str, value: object, tmp_path: Path) -> None:
    document = {"name": "study", "seed_mode": None, name: value}
    (tmp_path / "experiment.json").write_text(json.dumps(document))

    experiment = read_experiment(tmp_path)

    assert experiment.meta.get(name) in (None, ["x"]) and experiment.runs == []
    assert len(experiment.problems) == 1 and name in experiment.problems[0]


def test_metadata_of_another_kind_is_a_problem_and_the_rest_is_read(tmp_path: Path) -> None:
    record = RunRecord(make_run(tmp_path, state=RunState.FAILED))
    metadata = {"versions": "x", "git": "y" * 99, "initial_q_sd": 1, "host": None, "cpu": "z"}
    (record.path / "run_metadata.json").write_text(json.dumps(metadata))

    assert record.metadata == {"initial_q_sd": 1, "cpu": "z"}
    assert [text.split(" ")[1] for text in record.problems] == ["versions", "git"]
    assert max(map(len, record.problems)) < 100


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("run_id", "../x_run_01"), ("run", "first"), ("levels", "x"), ("levels", [1])],
        *[("seed", 1.5), ("seed", "abc")],
    ],
)
def test_a_plan_that_makes_no_sense_is_ignored(name: str, value: object, tmp_path: Path) -> None:
    entry = {"run_id": "boolean_run_01", "network_type": "boolean", "run": 1, name: value}
    (tmp_path / "experiment.json").write_text(json.dumps({"planned": [entry]}))

    assert read_experiment(tmp_path).runs == []


@pytest.mark.parametrize("factors", [{}, {"x": {"base": 1}, "seed": {"base": 2}}])
def test_the_network_type_is_a_factor_and_no_column_is_one(factors: Any, tmp_path: Path) -> None:
    (tmp_path / "experiment.json").write_text(json.dumps({"factors": factors}))

    experiment = read_experiment(tmp_path)

    assert list(experiment.factors) == ["network_type", *(["x"] if factors else [])]
    assert ["seed is no name of a factor" in text for text in experiment.problems] == [
        True for name in factors if name == "seed"
    ]


@pytest.mark.parametrize(
    "row", ["oops", '{"loss": 0.1}', '{"round": 2, "loss": "low"}', '{"round": 2.5}']
)
def test_rows_by_round_are_read_when_asked_for_and_hold_numbers(tmp_path: Path, row: str) -> None:
    run_dir = make_run(tmp_path, state=RunState.FAILED)
    (run_dir / METRICS_FILE).write_text('{"round": 1, "loss": null}\n' + row + "\n")
    record = RunRecord(run_dir)
    assert not record.problems

    assert record.metrics == [{"round": 1, "loss": None}]
    assert record.matches == []  # there is no such file
    assert len(record.problems) == 1 and "line 2 is damaged" in record.problems[0]


def test_experiments_are_listed_by_name_and_nothing_else_is(tmp_path: Path) -> None:
    make_run(tmp_path / "b")
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "experiment.json").write_text("{}")
    (tmp_path / "empty").mkdir()
    (tmp_path / ".current").write_text("a")

    assert [path.name for path in list_experiments(tmp_path)] == ["a", "b"]
    assert list_experiments(tmp_path / "missing") == []


def test_a_missing_experiment_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"analyze\.py list"):
        read_experiment(tmp_path / "missing")


def test_readers_do_not_take_one_another_for_the_owner(tmp_path: Path) -> None:
    with locked(tmp_path):
        pass
    with (tmp_path / LOCK_FILE).open() as reader:
        fcntl.flock(reader, fcntl.LOCK_SH)

        assert not is_locked(tmp_path)
