"""The engine and a plain-Python reading of the rules agree, move by move."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cuttle.game.cards import card_text, cards_of
from cuttle.game.conformance.positions import describe
from cuttle.game.moves import legal_moves
from cuttle.game.rules import play
from cuttle.game.state import Games, deal, new_games, random_decks
from cuttle.game.variants import PRESETS, Rules

from . import plain_moves, plain_rules
from .plain_rules import DECK, Table
from .positions import position


def opinion(table: Table) -> dict[str, Any]:
    """Write a table in the fields of `describe`, and what is known of the hidden cards."""
    in_hands = table.hands[0] | table.hands[1]
    return {
        "turn": table.turn,
        "phase": table.phase,
        "active": None if table.over else table.acting,
        "hands": table.hands,
        "points": [{(card, *jacks) for card, jacks in seat.items()} for seat in table.points],
        "faces": table.faces,
        "deck": table.deck,
        "scrap": table.scrap,
        "twos": table.twos,
        "oneOff": table.one_off,
        "frozen": table.frozen & in_hands,
        "passStreak": table.passes,
        "score": [table.score(seat) for seat in (0, 1)],
        "goal": [table.goal(seat) for seat in (0, 1)],
        "deckVisible": table.revealed,
        "over": table.over,
        "winner": table.winner,
        "known": table.seen,
        "known_top": table.known_top,
    }


def engine_view(game: Any, rules: Rules) -> dict[str, Any]:
    """Write a game record in the same fields."""
    known = [{card_text(card) for card in cards_of(game["known"][seat])} for seat in (0, 1)]
    extra = {"known": known, "known_top": int(game["known_top"])}
    return describe(game, rules) | extra


def compare(game: Any, table: Table, rules: Rules) -> dict[str, tuple[int, ...]]:
    """Assert that both readings see the same position; return the legal moves."""
    theirs = opinion(table)
    ours = engine_view(game, rules)
    assert {key: ours[key] for key in theirs} == theirs
    moves = legal_moves(game, rules)
    assert set(moves) == plain_rules.legal(table)
    return moves


def play_both(
    games: Games, table: Table, rules: Rules, rng: np.random.Generator, longest: int
) -> Table:
    """Play random moves in both readings and compare after each."""
    for _ in range(longest):
        moves = compare(games[0], table, rules)
        if not moves:
            break
        key = str(rng.choice(sorted(moves)))
        for action in moves[key]:
            play(games[0], action, rules)
        table = plain_moves.after(table, key)
    return table


def dealt(rng: np.random.Generator, rules: Rules) -> tuple[Games, Table]:
    """Deal the same cards in both readings."""
    deck = random_decks(1, rng)[0]
    games = new_games(1)
    deal(games[0], deck)
    names = [card_text(card) for card in deck]
    return games, Table(rules, [set(names[:5]), set(names[5:11])], names[11:])


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("num_games", [40, pytest.param(600, marks=pytest.mark.slow)])
def test_random_games_read_the_same(num_games: int, name: str) -> None:
    rng = np.random.default_rng(num_games)

    for _ in range(num_games):
        games, table = dealt(rng, PRESETS[name])
        play_both(games, table, PRESETS[name], rng, 300)


@st.composite
def tables(draw: st.DrawFn, rules: Rules) -> Table:
    """Draw a main-phase position that play could hardly reach: few cards in the pile, many out."""
    cards = draw(st.permutations(DECK))
    sizes = [draw(st.integers(0, 8)), draw(st.integers(0, 8))]
    table = Table(rules, [set(), set()], [], turn=draw(st.integers(0, 1)))
    table.hands = [set(cards[: sizes[0]]), set(cards[sizes[0] : sum(sizes)])]
    jacks = []
    for card in cards[sum(sizes) :]:
        seat = draw(st.integers(0, 1))
        place = draw(st.sampled_from(("table", "pile", "scrap")))
        if place == "pile":
            table.deck.append(card)
        elif place == "scrap":
            table.scrap.add(card)
        elif card[0] == "J":
            jacks.append(card)
        elif card[0] in "QK" or (card[0] == "8" and draw(st.booleans())):
            table.faces[seat].add(card)
        elif table.score(seat) + plain_rules.value(card) < table.goal(seat):
            table.points[seat][card] = []
        else:
            table.scrap.add(card)
    attach(table, jacks, draw)
    return table


def attach(table: Table, jacks: list[str], draw: st.DrawFn) -> None:
    """Put jacks on point cards, which changes their side; those without a place are scrapped."""
    for jack in jacks:
        hosts = [
            (seat, card)
            for seat in (0, 1)
            for card in table.points[seat]
            if table.score(1 - seat) + plain_rules.value(card) < table.goal(1 - seat)
        ]
        if not hosts:
            table.scrap.add(jack)
            continue
        seat, card = draw(st.sampled_from(sorted(hosts)))
        table.points[1 - seat][card] = [*table.points[seat].pop(card), jack]


def as_text(table: Table) -> str:
    """Write a table as the text of a position."""
    parts = [f"turn: {table.turn}", f"deck: {' '.join(table.deck) or 'none'}"]
    parts.append(f"scrap: {' '.join(sorted(table.scrap))}")
    for seat in (0, 1):
        stacks = ["+".join([card, *jacks]) for card, jacks in table.points[seat].items()]
        parts += [
            f"P{seat} hand: {' '.join(sorted(table.hands[seat]))}",
            f"P{seat} points: {' '.join(stacks)}",
            f"P{seat} faces: {' '.join(sorted(table.faces[seat]))}",
        ]
    return " / ".join(parts)


@pytest.mark.parametrize("name", PRESETS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_strange_positions_read_the_same(name: str, data: st.DataObject) -> None:
    rules = PRESETS[name]
    table = data.draw(tables(rules))
    if any(table.score(seat) >= table.goal(seat) for seat in (0, 1)):
        return  # four kings: the game would be over
    game = position(as_text(table))
    for seat in (0, 1):
        table.seen[seat] = set(table.hands[seat]) if table.sees(1 - seat) else set()
        game["known"][seat] = game["hand"][seat] if table.sees(1 - seat) else 0
    games = np.array([game])

    play_both(games, table, rules, np.random.default_rng(data.draw(st.integers(0, 99))), 12)
