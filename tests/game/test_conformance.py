"""Games recorded from the official engine replay without a difference."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cuttle.game import replay
from cuttle.game.conformance import compare
from cuttle.game.conformance.positions import from_record

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
    outcome = compare.compare_files([path])

    assert outcome.differences == []
    assert outcome.games >= 40


@pytest.mark.slow
@pytest.mark.skipif(not EVERYTHING, reason="the whole record is not beside the repository")
@pytest.mark.parametrize("path", EVERYTHING, ids=lambda path: path.name)
def test_the_whole_record_replays_without_difference(path: Path) -> None:
    outcome = compare.compare_files([path])

    assert outcome.differences == []


def test_a_changed_card_is_reported() -> None:
    record = first_record()
    record["steps"][0]["state"]["hands"][0].pop()

    found = list(compare.differences(record))

    assert len(found) == 1
    assert "step 0" in found[0]
    assert "hands" in found[0]


def test_a_missing_legal_move_is_reported() -> None:
    record = first_record()
    missing = record["steps"][0]["legal"].pop()

    found = list(compare.differences(record))

    assert len(found) == 1
    assert missing in found[0]


def test_a_move_by_the_other_player_is_reported() -> None:
    record = first_record()
    record["steps"][0]["player"] = 1

    found = list(compare.differences(record))

    assert len(found) == 1
    assert "not legal here for player 1" in found[0]


def test_a_wrong_result_is_reported() -> None:
    record = first_record()
    record["result"]["winner"] = 7

    assert "end" in next(compare.differences(record))


def test_the_command_counts_games_steps_and_differences(capsys: pytest.CaptureFixture[str]) -> None:
    code = replay.main([str(SELECTION[0])])

    assert code == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(" steps, 0 differences")


def write_record(path: Path, text: str) -> Path:
    """Write a file of recorded games."""
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(text)
    return path


def test_the_command_fails_on_a_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = first_record()
    record["result"]["winner"] = 7
    path = write_record(tmp_path / "wrong.jsonl.gz", json.dumps(record) + "\n")

    code = replay.main([str(path)])

    assert code == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 games, ")


def test_the_command_names_a_missing_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert replay.main(["nowhere.jsonl.gz"]) == 2
    assert "nowhere.jsonl.gz" in capsys.readouterr().err


def test_the_command_needs_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert replay.main([]) == 2
    assert "no file given; usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "games.jsonl.gz holds no game"),
        ('{"schema": 2, "game": 1}\n', "games.jsonl.gz must be of schema 1, got 2"),
        ("1\n", "games.jsonl.gz must be of schema 1, got None"),
        ('{"game": 1}\n', "games.jsonl.gz must be of schema 1, got None"),
        ('{"schema": 1}\n', "games.jsonl.gz line 1 is no recorded game: KeyError: 'initial'"),
        ('{"schema": 1, "initial": 3}\n', "games.jsonl.gz line 1 is no recorded game: TypeError"),
        ("{}{", "games.jsonl.gz cannot be read as gzipped lines of JSON"),
        ("[" * 100_000, "games.jsonl.gz cannot be read as gzipped lines of JSON: "),
        (" " * 20_000_000, "line of more than 16,777,216 characters"),
    ],
)
def test_the_command_fails_where_it_compares_nothing(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay.main([str(write_record(tmp_path / "games.jsonl.gz", text))]) == 2
    assert message in capsys.readouterr().err


Change = Callable[[dict[str, Any]], object]
DECK = "ValueError: each of the 52 cards must be there once, got"
CHANGES: dict[str, tuple[Change, str]] = {
    "short deck": (lambda record: record["deck_order"].pop(), f"{DECK} 51 of them on 51 places"),
    "long deck": (lambda record: record["deck_order"].extend(["AC", "2C"]), f"{DECK} 52 of them"),
    "twice": (lambda record: record["initial"]["scrap"].append("AC"), f"{DECK} 52 of them on 53"),
    "no stack": (lambda record: record["initial"]["points"][0].append([]), "is no recorded game"),
    "large": (lambda record: record["initial"].update(turn=10**6), "is no recorded game: Overflow"),
    "negative": (lambda record: record["initial"].update(passStreak=-1), "is no recorded game"),
    "escapes": (lambda record: record.update(schema="\x1b[31m\ud800"), "1, got \ufffd[31m\ufffd"),
}


@pytest.mark.parametrize(("change", "message"), CHANGES.values(), ids=list(CHANGES))
def test_a_damaged_record_is_refused_in_one_line(
    change: Change, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = first_record()
    change(record)
    path = write_record(tmp_path / "games.jsonl.gz", json.dumps(record))

    assert replay.main([str(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_only_jacks_may_lie_on_a_point_card() -> None:
    initial = first_record()["initial"]
    pile = set(initial["deck"])
    host, other = (
        next(card for card in pile if card[0] == "T"),
        next(c for c in pile if c[0] == "6"),
    )
    initial["deck"] = [card for card in initial["deck"] if card not in (host, other)]
    initial["points"][0].append([host, other])

    with pytest.raises(ValueError, match=f"only jacks may lie on {host}, got {other}"):
        from_record(initial)


def test_blank_lines_are_no_games(tmp_path: Path) -> None:
    path = write_record(tmp_path / "games.jsonl.gz", json.dumps(first_record()) + "\n\n")

    assert compare.compare_files([path]).games == 1


def test_a_pipe_is_not_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "games.jsonl.gz")

    assert replay.main([str(tmp_path / "games.jsonl.gz")]) == 2
    assert "games.jsonl.gz cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"{}", b"\x1f\x8b\x08\x00damaged"])
def test_the_command_names_a_file_that_is_not_gzipped(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "games.jsonl"
    path.write_bytes(content)

    assert replay.main([str(path)]) == 2
    assert "games.jsonl cannot be read as gzipped lines of JSON" in capsys.readouterr().err


def test_a_record_that_begins_on_the_stack_is_refused_by_what_lies_there() -> None:
    initial = first_record()["initial"] | {"twos": ["2C"]}

    with pytest.raises(ValueError, match=r"with an empty stack, got phase 1, twos \['2C'\]"):
        from_record(initial)
