"""Games recorded from the official engine replay without a difference."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from cuttle.game import replay

SELECTION = sorted((Path(__file__).parents[1] / "data" / "games").glob("*.jsonl.gz"))
# The whole record, where it lies beside the repository.
EVERYTHING = sorted((Path(__file__).parents[3] / "shared" / "conformance").glob("*.jsonl.gz"))


def first_record() -> dict[str, Any]:
    """Read the first recorded deal."""
    deals = next(path for path in SELECTION if path.name.startswith("deals"))
    with gzip.open(deals, "rt", encoding="utf-8") as lines:
        record: dict[str, Any] = json.loads(next(iter(lines)))
    return record


@pytest.mark.parametrize("path", SELECTION, ids=lambda path: path.name)
def test_recorded_games_replay_without_difference(path: Path) -> None:
    outcome = replay.replay([path])

    assert outcome.differences == []
    assert outcome.games >= 40
    assert outcome.skipped == 0


@pytest.mark.slow
@pytest.mark.skipif(not EVERYTHING, reason="the whole record is not beside the repository")
@pytest.mark.parametrize("path", EVERYTHING, ids=lambda path: path.name)
def test_the_whole_record_replays_without_difference(path: Path) -> None:
    outcome = replay.replay([path])

    assert outcome.differences == []
    assert outcome.skipped == 0


def test_a_changed_card_is_reported() -> None:
    record = first_record()
    record["steps"][0]["state"]["hands"][0].pop()

    found = list(replay.differences(record))

    assert len(found) == 1
    assert "step 0" in found[0]
    assert "hands" in found[0]


def test_a_missing_legal_move_is_reported() -> None:
    record = first_record()
    missing = record["steps"][0]["legal"].pop()

    found = list(replay.differences(record))

    assert len(found) == 1
    assert missing in found[0]


def test_a_wrong_result_is_reported() -> None:
    record = first_record()
    record["result"]["winner"] = 7

    assert "end" in next(replay.differences(record))


def test_the_command_counts_games_steps_and_differences(capsys: pytest.CaptureFixture[str]) -> None:
    code = replay.main([str(SELECTION[0])])

    assert code == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(" 0 skipped, 0 differences")


def test_the_command_fails_on_a_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = first_record()
    record["result"]["winner"] = 7
    path = tmp_path / "wrong.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")

    code = replay.main([str(path)])

    assert code == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 games, ")


def test_the_command_names_a_missing_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert replay.main(["nowhere.jsonl.gz"]) == 2
    assert "nowhere.jsonl.gz" in capsys.readouterr().err
