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


def write_record(path: Path, text: str) -> str:
    """Write a file of recorded games."""
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(text)
    return str(path)


def test_the_command_counts_games_steps_and_differences(capsys: pytest.CaptureFixture[str]) -> None:
    code = replay.main([str(SELECTION[0])])

    assert code == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(" steps, 0 differences")


Change = Callable[[dict[str, Any]], object]
DIFFERENCES: dict[str, tuple[Change, str]] = {
    "changed card": (lambda record: record["steps"][0]["state"]["hands"][0].pop(), "hands"),
    "missing legal move": (lambda record: record["steps"][0]["legal"].remove("draw"), "draw"),
    "other player": (lambda record: record["steps"][0].update(player=1), "not legal here for play"),
    "wrong result": (lambda record: record["result"].update(winner=7), "end"),
    "wrong reason": (lambda record: record["result"].update(reason="agreed"), "end"),
}


@pytest.mark.parametrize(("change", "message"), DIFFERENCES.values(), ids=list(DIFFERENCES))
def test_a_difference_is_reported_and_fails_the_command(
    change: Change, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = first_record()
    change(record)

    assert replay.main([write_record(tmp_path / "wrong.jsonl.gz", json.dumps(record))]) == 1

    difference, counts = capsys.readouterr().out.splitlines()
    assert message in difference
    assert counts.startswith("1 games, ") and counts.endswith(", 1 differences")


@pytest.fixture
def refusal(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """How to be refused, and see the one line that says why."""

    def shown(*paths: str) -> str:
        assert replay.main([*paths]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        return line

    return shown


def test_the_command_needs_files(refusal: Callable[..., str]) -> None:
    assert "no file given; usage:" in refusal()
    assert "nowhere.jsonl.gz" in refusal("nowhere.jsonl.gz")


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


def changed(change: Change) -> str:
    record = first_record()
    change(record)
    return json.dumps(record)


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
        *((changed(change), message) for change, message in CHANGES.values()),
    ],
    ids=[*range(9), *CHANGES],
)
def test_a_damaged_record_is_refused_in_one_line(
    text: str, message: str, tmp_path: Path, refusal: Callable[..., str]
) -> None:
    assert message in refusal(write_record(tmp_path / "games.jsonl.gz", text))


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

    assert compare.compare_files([Path(path)]).games == 1


def test_a_pipe_is_not_waited_for(tmp_path: Path, refusal: Callable[..., str]) -> None:
    os.mkfifo(tmp_path / "games.jsonl.gz")

    assert "games.jsonl.gz cannot be read" in refusal(str(tmp_path / "games.jsonl.gz"))


@pytest.mark.parametrize("content", [b"{}", b"\x1f\x8b\x08\x00damaged"])
def test_a_file_that_is_not_gzipped_is_named(
    content: bytes, tmp_path: Path, refusal: Callable[..., str]
) -> None:
    path = tmp_path / "games.jsonl"
    path.write_bytes(content)

    assert "games.jsonl cannot be read as gzipped lines of JSON" in refusal(str(path))


def test_a_record_that_begins_on_the_stack_is_refused_by_what_lies_there() -> None:
    initial = first_record()["initial"] | {"twos": ["2C"]}

    with pytest.raises(ValueError, match=r"with an empty stack, got phase 1, twos \['2C'\]"):
        from_record(initial)
