"""The recorder writes what the reader reads, and cuts back what a crash left."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cuttle.runs.files import read_json, write_json
from cuttle.runs.layout import (
    CHECKPOINT_FILE,
    FINAL_MODEL_FILE,
    INITIAL_MODEL_FILE,
    METADATA_FILE,
    METRICS_COLUMNS,
    METRICS_FILE,
    OWN_RESULTS,
    TIMINGS_COLUMNS,
    RunState,
)
from cuttle.runs.recorder import FileOffsets, Recorder, last_win_rates
from cuttle.runs.run_record import RunRecord
from cuttle.runs.status import Status, read_status, write_status


def open_run(run_dir: Path) -> Recorder:
    status = read_status(run_dir)
    if status is None:
        status = Status(
            RunState.PREPARED, run_dir.name, "boolean", {"network_type": "boolean"}, 1, 7, "hash"
        )
        write_status(run_dir, status)
    return Recorder(run_dir, status)


def begin_run(run_dir: Path) -> Recorder:
    recorder = open_run(run_dir)
    recorder.reset(rounds=3)
    recorder.write_model(INITIAL_MODEL_FILE, b"untrained")
    return recorder


def match(number: int, seat: int, wins: int, stage: str = "validation") -> dict[str, Any]:
    row = {"round": number, "stage": stage, "opponent": "high_card", "seat": seat}
    return {**row, "games": 10, "wins": wins, "draws": 0, "losses": 10 - wins}


def record(recorder: Recorder, number: int) -> FileOffsets:
    """Record a round and return the offsets its checkpoint was made of."""
    seen: list[FileOffsets] = []

    def checkpoint(offsets: FileOffsets) -> bytes:
        seen.append(offsets)
        return b"state"

    metrics = {**dict.fromkeys(METRICS_COLUMNS, 0), "round": number}
    timings = {**dict.fromkeys(TIMINGS_COLUMNS, 0.5), "round": number}
    matches = [match(number, 0, 4), match(number, 1, 6)]
    recorder.record_round(metrics=metrics, matches=matches, timings=timings, checkpoint=checkpoint)
    return seen[0]


def test_resuming_cuts_rows_back_to_the_checkpoint(tmp_path: Path) -> None:
    recorder = begin_run(tmp_path)
    offsets = record(recorder, 1)
    record(recorder, 2)
    with (tmp_path / METRICS_FILE).open("a") as file:
        file.write('{"round": 3, "epi')

    again = open_run(tmp_path)
    is_whole = again.resume(completed_rounds=1, rounds=3, offsets=offsets)

    assert is_whole
    assert (again.status.attempt, again.status.win_rates) == (2, {"high_card": 0.5})
    run = RunRecord(tmp_path)
    assert [row["round"] for row in run.metrics] == [1]
    assert [row["round"] for row in run.matches] == [1, 1]


@pytest.mark.parametrize("is_long", [False, True], ids=["lost", "of the same length"])
def test_rows_that_do_not_fit_the_checkpoint_are_not_resumed(is_long: bool, tmp_path: Path) -> None:
    recorder = begin_run(tmp_path)
    offsets = record(recorder, 1)
    path = tmp_path / METRICS_FILE
    content = bytes(path.stat().st_size) if is_long else b"lost\n"
    path.write_bytes(content)

    assert not open_run(tmp_path).resume(completed_rounds=1, rounds=3, offsets=offsets)
    assert path.read_bytes() == content


def test_starting_over_leaves_nothing_of_earlier_attempts(tmp_path: Path) -> None:
    recorder = open_run(tmp_path)
    record(recorder, 1)
    (tmp_path / ".tmp-x").write_text("half")

    again = open_run(tmp_path)
    again.reset(rounds=3)

    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {"status.json"}


def test_final_games_count_before_validation_games() -> None:
    rows = [match(2, 0, 1), match(2, 1, 1), match(2, 0, 9, "final"), match(2, 1, 7, "final")]

    assert last_win_rates(rows) == {"high_card": 0.8}
    assert last_win_rates([]) == {}


def test_completed_is_written_after_its_hashes_and_before_the_checkpoint_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_json(tmp_path / METADATA_FILE, {})
    run = begin_run(tmp_path)
    run.write_model(FINAL_MODEL_FILE, b"model")
    record(run, 1)
    present: list[tuple[bool, bool]] = []

    def write(run_dir: Path, status: Status, **_: Any) -> None:
        has_hashes = "sha256" in read_json(run_dir / METADATA_FILE)
        present.append((has_hashes, (run_dir / CHECKPOINT_FILE).exists()))

    monkeypatch.setattr("cuttle.runs.recorder.write_status", write)
    run.complete(OWN_RESULTS)

    assert present == [(True, True)]


def test_time_of_earlier_attempts_counts_until_a_run_starts_over(tmp_path: Path) -> None:
    write_status(tmp_path, replace(open_run(tmp_path).status, duration_s=100.0))

    again = open_run(tmp_path)
    record(again, 1)
    assert 100.0 <= again.status.duration_s < 160.0

    again.reset(rounds=3)
    assert again.status.duration_s < 60.0
