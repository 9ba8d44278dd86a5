"""Replay recorded games of the official engine and report every difference.

python -m cuttle.game.replay FILE.jsonl.gz ...
"""

import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from cuttle.game.cards import parse_card
from cuttle.game.compiled import Record
from cuttle.game.moves import legal_moves
from cuttle.game.rules import play
from cuttle.game.state import Games, deal, new_games
from cuttle.game.talk import ANSWERS, Talk
from cuttle.game.trace import comparable, describe, from_trace
from cuttle.game.variants import CUTTLE_CARDS

SCHEMA = 1  # of the recorded games
SHOWN_DIFFERENCES = 10


@dataclass
class Replay:
    """Outcome of replaying recorded games."""

    games: int = 0
    steps: int = 0
    skipped: int = 0  # games of another schema
    differences: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """Write the counts on one line."""
        return (
            f"{self.games} games, {self.steps} steps, {self.skipped} skipped, "
            f"{len(self.differences)} differences"
        )


def _different_fields(label: str, recorded: dict[str, Any], ours: dict[str, Any]) -> Iterator[str]:
    for key, value in ours.items():
        if recorded[key] != value:
            yield f"{label}: {key} is recorded as {recorded[key]!r}, ours is {value!r}"


def _start(record: dict[str, Any], label: str) -> Iterator[tuple[Games | None, str]]:
    """Yield differences of the start, then the game."""
    games = from_trace(record["initial"])
    if "deck_order" in record:
        deck = np.array([parse_card(card) for card in record["deck_order"]], np.uint8)
        dealt = new_games(1)
        deal(dealt[0], deck)
        for text in _different_fields(
            f"{label} deal", comparable(record["initial"]), describe(dealt[0], CUTTLE_CARDS)
        ):
            yield None, text
        games = dealt
    yield games, ""


def differences(record: dict[str, Any]) -> Iterator[str]:
    """Replay one recorded game and yield its differences; a wrong move ends the game."""
    label = f"game {record['game']}"
    games = None
    for games, text in _start(record, label):
        if games is None:
            yield text
    assert games is not None
    game = games[0]
    talk = Talk()
    for number, step in enumerate(record["steps"]):
        where = f"{label} step {number} {step['key']}"
        moves = {} if talk.offered_by is not None else legal_moves(game, CUTTLE_CARDS)
        yield from _choice_differences(where, step, game, talk, set(moves) or ANSWERS)
        if not talk.hear(game, step["player"], step["key"]):
            if step["key"] not in moves:
                yield f"{where}: not legal here, rest of the game left out"
                return
            for action in moves[step["key"]]:
                play(game, action, CUTTLE_CARDS)
        ours = describe(game, CUTTLE_CARDS) | talk.describe(game)
        yield from _different_fields(where, comparable(step["state"]), ours)
    yield from _end_differences(record, label, game)


def _choice_differences(
    where: str, step: dict[str, Any], game: Record, talk: Talk, legal: set[str]
) -> Iterator[str]:
    """Compare who must act and what is legal before a step."""
    if talk.acting(game) != step["active"]:
        yield f"{where}: recorded to act {step['active']}, ours {talk.acting(game)}"
    if legal != set(step["legal"]):
        yield (
            f"{where}: legal only as recorded {sorted(set(step['legal']) - legal)}, "
            f"only ours {sorted(legal - set(step['legal']))}"
        )
    if [talk.may_offer(game)] * 2 != step["stalemateOk"]:
        yield f"{where}: recorded offers {step['stalemateOk']}, ours {talk.may_offer(game)}"


def _end_differences(record: dict[str, Any], label: str, game: Record) -> Iterator[str]:
    result = record["result"]
    winner = int(game["winner"]) if game["winner"] >= 0 else None
    if (bool(game["over"]), winner) != (result["over"], result["winner"]):
        yield f"{label} end: recorded {result}, ours over {bool(game['over'])} winner {winner}"
    if "final_legal" in record:
        moves = legal_moves(game, CUTTLE_CARDS)
        if set(moves) != set(record["final_legal"]):
            yield f"{label} end: legal moves {sorted(set(record['final_legal']) ^ set(moves))}"


def replay(paths: list[Path]) -> Replay:
    """Replay every game of the files (`.jsonl.gz`, one recorded game a line)."""
    outcome = Replay()
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                outcome.games += 1
                if record["schema"] != SCHEMA:
                    outcome.skipped += 1
                    continue
                outcome.steps += len(record["steps"])
                outcome.differences += [f"{path.name} {d}" for d in differences(record)]
    return outcome


def main(arguments: list[str]) -> int:
    """Replay the files named on the command line; return 0 without a difference, 1 or 2."""
    paths = [Path(argument) for argument in arguments]
    missing = [str(path) for path in paths if not path.is_file()]
    if not paths or missing:
        reason = f"no such file: {', '.join(missing)}" if missing else "no file given"
        print(f"{reason}; usage: python -m cuttle.game.replay FILE.jsonl.gz ...", file=sys.stderr)
        return 2
    outcome = replay(paths)
    for text in outcome.differences[:SHOWN_DIFFERENCES]:
        print(text)
    print(outcome.summary())
    return 1 if outcome.differences else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
