"""Positions of recorded games: in their schema. No playing."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

import numpy as np

from cuttle.game.cards import (
    FIRST_JACK,
    NO_CARD,
    NUM_CARDS,
    Rank,
    card_text,
    cards_of,
    mask_of,
    parse_card,
)
from cuttle.game.jit import Record
from cuttle.game.moves import target_type
from cuttle.game.rules import goal, points
from cuttle.game.state import Games, Phase, acting, jack_stack, new_games, sees_hand
from cuttle.game.variants import Rules

_EMPTY_STACK: dict[str, list[str] | None] = {"twos": [], "oneOff": None, "oneOffTarget": None}


def _names(mask: int) -> set[str]:
    return {card_text(card) for card in cards_of(mask)}


def _stacks(game: Record, seat: int) -> set[tuple[str, ...]]:
    """List the point cards of a seat, each with the jacks on it, bottom to top."""
    return {
        (card_text(card), *map(card_text, jack_stack(game, card)))
        for card in cards_of(game["points"][seat])
    }


def _card_or_none(card: int) -> str | None:
    return None if card == NO_CARD else card_text(card)


def describe(game: Record, rules: Rules) -> dict[str, Any]:
    """Write a position in the schema's fields, unordered ones as sets."""
    phase = Phase(game["phase"])
    in_hands = game["hand"][0] | game["hand"][1]
    target = int(game["target"])
    return {
        "turn": int(game["turn"]),
        "phase": int(phase),
        "active": None if game["over"] else int(acting(game)),
        "hands": [_names(game["hand"][seat]) for seat in (0, 1)],
        "points": [_stacks(game, seat) for seat in (0, 1)],
        "faces": [_names(game["faces"][seat]) for seat in (0, 1)],
        "deck": [card_text(card) for card in game["deck"][game["deck_top"] :]],
        "scrap": _names(game["scrap"]),
        "twos": [card_text(card) for card in game["twos"][: game["num_twos"]]],
        "oneOff": _card_or_none(int(game["one_off"])),
        "oneOffTarget": _card_or_none(target),
        "oneOffTargetType": None if target == NO_CARD else target_type(game, target),
        "frozen": _names(game["frozen"] & in_hands),
        "passStreak": int(game["passes"]),
        "score": [int(points(game, seat)) for seat in (0, 1)],
        "goal": [int(goal(game, seat, rules)) for seat in (0, 1)],
        "seesOppHand": [
            bool(sees_hand(game, seat, rules) or game["hand"][1 - seat] == 0) for seat in (0, 1)
        ],
        "deckVisible": int(game["revealed"]),
        "over": bool(game["over"]),
        "winner": int(game["winner"]) if game["winner"] >= 0 else None,
    }


def comparable(state: dict[str, Any]) -> dict[str, Any]:
    """Bring a recorded position into the form of `describe`."""
    unordered = {
        "hands": [set(hand) for hand in state["hands"]],
        "points": [{tuple(stack) for stack in seat} for seat in state["points"]],
        "faces": [set(faces) for faces in state["faces"]],
        "scrap": set(state["scrap"]),
        "frozen": set(state["frozen"]),
    }
    return {key: value for key, value in state.items() if key != "frozenServer"} | unordered


def all_names(state: dict[str, Any]) -> Iterable[str]:
    """List the names of the cards of a recorded main-phase position, zone by zone."""
    stacks = chain(*state["points"])
    return chain(*state["hands"], *state["faces"], *stacks, state["deck"], state["scrap"])


def whole_deck(names: Iterable[str]) -> list[int]:
    """Read the names of the 52 cards in any order; raise ValueError where they are not these."""
    cards = [parse_card(name) for name in names]
    if sorted(cards) != list(range(NUM_CARDS)):
        raise ValueError(
            f"each of the {NUM_CARDS} cards must be there once, got {len(set(cards))} of them on "
            f"{len(cards)} places"
        )
    return cards


def from_record(state: dict[str, Any]) -> Games:
    """Build a game `(1,) GAME` from a recorded main-phase position; raise ValueError otherwise."""
    wrong = [f"{key} {state[key]}" for key, value in _EMPTY_STACK.items() if state[key] != value]
    if state["phase"] != Phase.MAIN or wrong:
        found = ", ".join([f"phase {state['phase']}", *wrong])
        raise ValueError(f"a recorded game must start in phase 1 with an empty stack, got {found}")
    games = new_games(1)
    game = games[0]
    for seat in (0, 1):
        game["hand"][seat] = mask_of([parse_card(c) for c in state["hands"][seat]])
        game["points"][seat] = mask_of([parse_card(s[0]) for s in state["points"][seat]])
        game["faces"][seat] = mask_of([parse_card(c) for c in state["faces"][seat]])
        if state["seesOppHand"][1 - seat]:
            game["known"][seat] = game["hand"][seat]
    game["jack_host"] = NO_CARD
    for host, *jacks in chain(*state["points"]):
        for level, jack in enumerate(map(parse_card, jacks)):
            if jack // 4 != Rank.JACK:
                raise ValueError(f"only jacks may lie on {host}, got {card_text(jack)}")
            game["jack_host"][jack - FIRST_JACK] = parse_card(host)
            game["jack_level"][jack - FIRST_JACK] = level
    game["scrap"] = mask_of([parse_card(c) for c in state["scrap"]])
    game["frozen"] = mask_of([parse_card(c) for c in state["frozen"]])
    pile = np.array([parse_card(c) for c in state["deck"]], np.uint8)
    game["deck_top"] = 52 - len(pile)
    game["deck"][52 - len(pile) :] = pile
    game["twos"] = NO_CARD
    game["one_off"] = game["target"] = game["pending"] = NO_CARD
    game["phase"] = Phase.MAIN
    game["turn"] = state["turn"]
    game["passes"] = state["passStreak"]
    game["winner"] = -1
    return games
