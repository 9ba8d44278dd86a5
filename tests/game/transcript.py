"""Games as text that people read and programs replay: the deal, the moves, what happened. No tests.

    rules: cuttle_cards
    deck: 5C QH ...                  52 cards: five to P0, six to P1, the pile from the top

      1  P0  points:TH               TH to P0 points, 10:0
      2  P1  oneOff:AC               AC on the stack

Seats and what follows the moves are remarks: `read` leaves them out, replaying writes them anew.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from cuttle.game.cards import FIRST_JACK, NO_CARD, card_text, cards_of, parse_card
from cuttle.game.jit import Record
from cuttle.game.moves import legal_moves
from cuttle.game.rules import play, points
from cuttle.game.state import acting, deal, new_games
from cuttle.game.variants import PRESETS

_MOVE_WIDTH = 26  # columns


class Transcript(NamedTuple):
    """A game from its deal."""

    rules: str  # name of a preset
    deck: tuple[int, ...]  # 52 cards in the order they are dealt
    moves: tuple[str, ...]  # keys, see cuttle.game.moves


def write(transcript: Transcript) -> str:
    """Write a transcript, which replays the game."""
    rules = PRESETS[transcript.rules]
    game = new_games(1)[0]
    deal(game, np.array(transcript.deck, np.uint8))
    cards = [card_text(card) for card in transcript.deck]
    lines = [f"rules: {transcript.rules}", f"deck: {' '.join(cards)}", ""]
    for number, key in enumerate(transcript.moves, 1):
        moves = legal_moves(game, rules)
        assert key in moves, f"move {number} {key!r} is not legal; legal are {sorted(moves)}"
        seat, before, score = acting(game), _places(game), _score(game)
        for action in moves[key]:
            play(game, action, rules)
        remark = _remark(before, _places(game))
        if _score(game) != score:
            remark.append(_score(game))
        lines.append(f"{number:>3}  P{seat}  {key:<{_MOVE_WIDTH}} {', '.join(remark)}".rstrip())
    return "\n".join([*lines, "", f"end: {_end(game)}", ""])


def read(text: str) -> Transcript:
    """Read what `write` wrote, without replaying it."""
    rules, deck = (line.partition(": ")[2] for line in text.splitlines()[:2])
    moves = re.findall(r"^ *\d+  P[01]  (\S+)", text, flags=re.MULTILINE)
    return Transcript(rules, tuple(map(parse_card, deck.split())), tuple(moves))


def _score(game: Record) -> str:
    return f"{points(game, 0)}:{points(game, 1)}"


def _places(game: Record) -> dict[int, str]:
    """Describe where every card lies."""
    places: dict[int, str] = {}
    for seat in (0, 1):
        for zone in ("hand", "points", "faces"):
            _put(places, cards_of(game[zone][seat]), f"P{seat} {zone}")
    _put(places, cards_of(game["scrap"]), "the scrap")
    _put(places, game["deck"][game["deck_top"] :].tolist(), "the pile")
    _put(places, game["twos"][: game["num_twos"]].tolist(), "the stack")
    for jack, host in enumerate(game["jack_host"].tolist(), FIRST_JACK):
        if host != NO_CARD:
            places[jack] = f"{card_text(host)}"
    if game["one_off"] != NO_CARD:
        places[int(game["one_off"])] = "the stack"
    return places


def _put(places: dict[int, str], cards: Iterable[int], place: str) -> None:
    places.update(dict.fromkeys(cards, place))


def _remark(before: dict[int, str], after: dict[int, str]) -> list[str]:
    """Describe which cards moved where, such as `7H 8D to the scrap`."""
    moved: dict[str, list[str]] = {}
    for card, place in after.items():
        if before[card] != place:
            moved.setdefault(place, []).append(card_text(card))
    return [f"{' '.join(cards)} to {place}" for place, cards in moved.items()]


def _end(game: Record) -> str:
    """Describe how the game stands."""
    if not game["over"]:
        return "not finished"
    return f"P{game['winner']} wins" if game["winner"] >= 0 else "draw"
