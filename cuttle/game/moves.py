"""Moves of the official engine as action ids.

`jack:JC>TH` is one move and two decisions. The grammar is that of the recorded games:
draw, pass, resolve, points:C, faceCard:C, scuttle:C>T, jack:C>T, oneOff:C[>type:T], counter:C,
resolveThree:C, resolveFour:[C[,C]], resolveFive:[C], discardToHandLimit:C[,C], and after a seven
sevenPoints:C, sevenFaceCard:C, sevenScuttle:C>T, sevenJack:C>T, sevenOneOff:C[>type:T],
sevenDiscard:C.
"""

import numpy as np

from cuttle.game.actions import (
    DEFAULT,
    FIRST_CHOICE,
    FIRST_EFFECT,
    FIRST_PLAY,
    FIRST_SCUTTLE,
)
from cuttle.game.cards import JACKS, NUMBERS, Rank, card_text
from cuttle.game.jit import Record
from cuttle.game.legal import legal_actions
from cuttle.game.rules import play
from cuttle.game.state import Games, Phase
from cuttle.game.variants import Rules

_DISCARDS = {Phase.FOUR: "resolveFour", Phase.HAND_LIMIT: "discardToHandLimit"}
_TARGET_PHASES = (Phase.SCUTTLE_TARGET, Phase.JACK_TARGET, Phase.EFFECT_TARGET)


def legal_moves(game: Record, rules: Rules) -> dict[str, tuple[int, ...]]:
    """Map the key of every legal move to its action ids; `game` is one GAME record."""
    phase = Phase(game["phase"])
    moves: dict[str, tuple[int, ...]] = {}
    for actions in _sequences(game, rules, phase):
        moves.setdefault(move_key(game, actions), actions)
    return moves


def _sequences(game: Record, rules: Rules, phase: Phase) -> list[tuple[int, ...]]:
    """List the action sequences that carry out one whole move."""
    sequences: list[tuple[int, ...]] = []
    for action in legal_actions(game, rules).tolist():
        if not _may_go_on(game, action, phase):
            sequences.append((action,))
            continue
        after: Games = np.array([game])
        play(after[0], action, rules)
        inner = Phase(after[0]["phase"])
        unfinished = inner in _TARGET_PHASES or (
            inner == phase and phase in _DISCARDS and after[0]["owed"] > 0
        )
        rests = _sequences(after[0], rules, phase) if unfinished else [()]
        sequences += [(action, *rest) for rest in rests]
    return sequences


def _may_go_on(game: Record, action: int, phase: Phase) -> bool:
    """Return whether an action can be less than a whole move; False saves trying it out."""
    if phase in _DISCARDS:
        return bool(game["owed"] > 1)
    return phase in (Phase.MAIN, Phase.SEVEN) and DEFAULT < action < FIRST_CHOICE


def move_key(game: Record, actions: tuple[int, ...]) -> str:
    """Write the key of the move that these action ids make in this position."""
    phase = Phase(game["phase"])
    first = actions[0]
    if phase in _DISCARDS:
        cards = sorted(card_text(a - FIRST_CHOICE) for a in actions if a != DEFAULT)
        return f"{_DISCARDS[phase]}:{','.join(cards)}"
    if phase == Phase.FIVE:
        return "resolveFive:" + (card_text(first - FIRST_CHOICE) if first != DEFAULT else "")
    if phase == Phase.THREE:
        return f"resolveThree:{card_text(first - FIRST_CHOICE)}"
    if phase == Phase.COUNTER:
        return "resolve" if first == DEFAULT else f"counter:{card_text(first - FIRST_EFFECT)}"
    if first == DEFAULT:
        return "draw" if game["deck_top"] < 52 else "pass"
    key = _main_key(game, actions)
    return "seven" + key[0].upper() + key[1:] if phase == Phase.SEVEN else key


def _main_key(game: Record, actions: tuple[int, ...]) -> str:
    """Write the key of a card played from the hand or from a seven."""
    first = actions[0]
    target = card_text(actions[1] - FIRST_CHOICE) if len(actions) > 1 else ""
    if first >= FIRST_CHOICE:
        return f"discard:{card_text(first - FIRST_CHOICE)}"
    if first >= FIRST_SCUTTLE:
        return f"scuttle:{card_text(first - FIRST_SCUTTLE)}>{target}"
    if first >= FIRST_EFFECT:
        card = first - FIRST_EFFECT
        if card // 4 == Rank.EIGHT:
            return f"faceCard:{card_text(card)}"
        key = f"oneOff:{card_text(card)}"
        return f"{key}>{target_type(game, actions[1] - FIRST_CHOICE)}:{target}" if target else key
    card = first - FIRST_PLAY
    if target:
        return f"jack:{card_text(card)}>{target}"
    return f"{'points' if NUMBERS >> card & 1 else 'faceCard'}:{card_text(card)}"


def target_type(game: Record, card: int) -> str:
    """Return how a card lies on the table: `point`, `faceCard` or `jack`."""
    if JACKS >> card & 1:
        return "jack"
    on_faces = (int(game["faces"][0]) | int(game["faces"][1])) >> card & 1
    return "faceCard" if on_faces else "point"
