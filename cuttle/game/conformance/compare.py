"""Replay recorded games: list every difference."""

import gzip
import json
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from cuttle.game.conformance.positions import (
    all_names,
    comparable,
    describe,
    from_record,
    whole_deck,
)
from cuttle.game.conformance.stalemate import ANSWERS, StalemateOffers
from cuttle.game.jit import Record
from cuttle.game.moves import legal_moves
from cuttle.game.rules import play
from cuttle.game.state import deal
from cuttle.game.variants import CUTTLE_CARDS

SCHEMA = 1  # of the recorded games
MAX_LINE = 1 << 24  # characters of a game, a hundred times those of the longest there is
# What a record of other types, shapes or numbers than those of the schema ends in.
_UNREADABLE = (
    AttributeError,
    LookupError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)

ENDINGS = {"concede": "concede", "stalemateAccept": "stalemate_agreed"}  # by the last step

Moves = dict[str, tuple[int, ...]]


@dataclass
class Comparison:
    """Outcome of replaying recorded games."""

    games: int = 0
    steps: int = 0
    differences: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """Write the counts on one line."""
        return f"{self.games} games, {self.steps} steps, {len(self.differences)} differences"


def differences(record: dict[str, Any]) -> Iterator[str]:
    """Replay one recorded game and yield its differences; a wrong move ends the game."""
    game, offers = from_record(record["initial"])[0], StalemateOffers()
    whole_deck(all_names(record["initial"]))
    if "deck_order" in record:
        deal(game, np.array(whole_deck(record["deck_order"]), np.uint8))
    yield from _state_differences(record["initial"], game, offers)
    for number, step in enumerate(record["steps"]):
        moves = _moves(game, offers)
        for text in _step_differences(step, game, offers, moves):
            yield f"step {number} {step['key']}: {text}"
        if not _carry_out(step, game, offers, moves):
            yield (
                f"step {number} {step['key']}: not legal here for player {step['player']}, "
                "rest of the game left out"
            )
            return
        for text in _state_differences(step["state"], game, offers):
            yield f"step {number} {step['key']}: {text}"
    yield from _end_differences(record, game, offers)


def _moves(game: Record, offers: StalemateOffers) -> Moves:
    """Map the key of everything the acting player may do to its action ids."""
    if offers.offered_by is not None:
        return dict.fromkeys(ANSWERS, ())
    return legal_moves(game, CUTTLE_CARDS)


def _step_differences(
    step: dict[str, Any], game: Record, offers: StalemateOffers, moves: Moves
) -> Iterator[str]:
    """Compare who must act and what is legal before a step."""
    if offers.acting(game) != step["active"]:
        yield f"recorded to act {step['active']}, ours {offers.acting(game)}"
    if [offers.may_offer(game)] * 2 != step["stalemateOk"]:
        yield f"recorded offers {step['stalemateOk']}, ours {offers.may_offer(game)}"
    yield from _legal_differences(step["legal"], moves)


def _legal_differences(recorded: list[str], moves: Moves) -> Iterator[str]:
    theirs, ours = set(recorded), set(moves)
    if ours != theirs:
        yield f"legal only as recorded {sorted(theirs - ours)}, only ours {sorted(ours - theirs)}"


def _carry_out(step: dict[str, Any], game: Record, offers: StalemateOffers, moves: Moves) -> bool:
    """Carry out a recorded step; return False if it is not legal."""
    if offers.carry_out(game, step["player"], step["key"]):
        return True
    if step["key"] not in moves or step["player"] != offers.acting(game):
        return False
    for action in moves[step["key"]]:
        play(game, action, CUTTLE_CARDS)
    return True


def _state_differences(
    recorded: dict[str, Any], game: Record, offers: StalemateOffers
) -> Iterator[str]:
    ours = describe(game, CUTTLE_CARDS) | offers.describe(game)
    wanted = comparable(recorded)
    for key, value in ours.items():
        if wanted[key] != value:
            yield f"{key} is recorded as {wanted[key]!r}, ours is {value!r}"


def _end_differences(
    record: dict[str, Any], game: Record, offers: StalemateOffers
) -> Iterator[str]:
    result = record["result"]
    winner = int(game["winner"]) if game["winner"] >= 0 else None
    ours = {"over": bool(game["over"]), "winner": winner, "reason": _reason(record, game)}
    if any(result[key] != value for key, value in ours.items()):
        yield f"end: recorded {result}, ours {ours}"
    if "final_legal" in record:
        for text in _legal_differences(record["final_legal"], _moves(game, offers)):
            yield f"end: {text}"


def _reason(record: dict[str, Any], game: Record) -> str:
    """Return why a game is over, or that its record ends before."""
    if not game["over"]:
        return "truncated"
    last = record["steps"][-1]["key"] if record["steps"] else ""
    if last in ENDINGS:
        return ENDINGS[last]
    return "points" if game["winner"] >= 0 else "stalemate_passes"


def _records(path: Path) -> Iterator[Any]:
    """Read the records of a file; raise ValueError naming it where there are none."""
    num_games = 0
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
            raise OSError("not a regular file")
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            while line := lines.readline(MAX_LINE + 1):
                if len(line) > MAX_LINE:
                    raise ValueError(f"line of more than {MAX_LINE:,} characters")
                if line.strip():
                    yield json.loads(line)
                    num_games += 1
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise ValueError(f"{path} cannot be read as gzipped lines of JSON: {error}") from error
    if num_games == 0:
        raise ValueError(f"{path} holds no game")


def compare_files(paths: list[Path]) -> Comparison:
    """Replay every game of the files (`.jsonl.gz`, one recorded game per line).

    Raises ValueError for a file without games, one of another schema or one that cannot be read.
    """
    comparison = Comparison()
    for path in paths:
        for number, record in enumerate(_records(path), 1):
            schema = record.get("schema") if isinstance(record, dict) else None
            if schema != SCHEMA:
                raise ValueError(f"{path} must be of schema {SCHEMA}, got {schema}")
            try:
                found = [f"{path.name} game {record['game']} {x}" for x in differences(record)]
            except _UNREADABLE as error:
                reason = f"{type(error).__name__}: {error}"
                raise ValueError(f"{path} line {number} is no recorded game: {reason}") from error
            comparison.games += 1
            comparison.steps += len(record["steps"])
            comparison.differences += found
    return comparison
