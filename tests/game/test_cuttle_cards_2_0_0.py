"""The beta of September 2026: a nine puts its target on top of the pile, by hand-written cases."""

import pytest

from cuttle.env.observation import observation_of, zone
from cuttle.env.render import move_text, rules_text
from cuttle.game.cards import card_text, cards_of
from cuttle.game.moves import legal_moves
from cuttle.game.rules import points
from cuttle.game.variants import CUTTLE_CARDS, PRESETS

from .positions import Game, make_moves, position

BETA = PRESETS["cuttle_cards_2_0_0"]
START = "P0 hand: 9S 2H / P1 hand: 4C 2D / deck: AC AD AH"


def after(text: str, *keys: str) -> Game:
    """Play moves from a position by these rules."""
    return make_moves(position(text), *keys, rules=BETA)


def pile(game: Game, number: int) -> list[str]:
    """Name the top cards of the pile."""
    top = int(game["deck_top"])
    return [card_text(int(card)) for card in game["deck"][top : top + number]]


def names(cards: int) -> list[str]:
    """Name the cards of a set, lowest first."""
    return [card_text(card) for card in cards_of(cards)]


def shown_top(game: Game, seat: int) -> list[str]:
    """Name the top card of the pile as a seat is shown it."""
    return names(int(zone(observation_of(game, seat, BETA), "pile_top")))


def test_only_the_nine_differs() -> None:
    assert CUTTLE_CARDS._replace(nine_to_pile=True) == BETA


@pytest.mark.parametrize(
    ("field", "move", "card"),
    [
        ("P1 points: TH", "oneOff:9S>point:TH", "TH"),
        ("P1 faces: KH", "oneOff:9S>faceCard:KH", "KH"),
        ("P1 faces: QH", "oneOff:9S>faceCard:QH", "QH"),
        ("P1 faces: 8H", "oneOff:9S>faceCard:8H", "8H"),
    ],
)
def test_nine_puts_its_target_on_top_of_the_pile(field: str, move: str, card: str) -> None:
    game = after(f"{START} / {field}", move, "resolve")

    assert pile(game, 2) == [card, "AC"]
    assert names(game["hand"][1]) == ["2D", "4C"]
    assert not game["points"].any()
    assert not game["faces"].any()
    assert names(game["scrap"]) == ["9S"]
    assert game["turn"] == 1


def test_both_players_know_the_top_card_and_who_draws_it() -> None:
    game = after(f"{START} / P1 points: TH", "oneOff:9S>point:TH", "resolve")

    assert [shown_top(game, seat) for seat in (0, 1)] == [["TH"], ["TH"]]

    make_moves(game, "draw", rules=BETA)

    assert [shown_top(game, seat) for seat in (0, 1)] == [[], []]
    assert names(game["known"][1]) == ["TH"]


def test_cards_of_two_nines_lie_on_one_another_and_stay_known() -> None:
    game = after(
        "P0 hand: 9S 2H / P1 hand: 9H 4C / P0 points: 5S / P1 points: TH / deck: AC AD",
        "oneOff:9S>point:TH", "resolve", "oneOff:9H>point:5S", "resolve",
    )  # fmt: skip

    assert pile(game, 3) == ["5S", "TH", "AC"]
    assert shown_top(game, 0) == ["5S"]

    make_moves(game, "draw", rules=BETA)

    assert shown_top(game, 1) == ["TH"]


def test_nothing_is_frozen() -> None:
    game = after(
        f"{START} / P1 points: TH", "oneOff:9S>point:TH", "resolve", "draw", "draw", "points:TH"
    )

    assert game["frozen"] == 0
    assert names(game["points"][1]) == ["TH"]


def test_a_targeted_jack_goes_to_the_pile_and_its_point_card_changes_hands() -> None:
    game = after(f"{START} / P1 points: TH+JC", "oneOff:9S>jack:JC", "resolve")

    assert pile(game, 2) == ["JC", "AC"]
    assert points(game, 0) == 10
    assert points(game, 1) == 0


def test_only_the_topmost_jack_can_be_targeted() -> None:
    game = position(f"{START} / P1 points: TH+JC+JD+JS")

    targets = [key for key in legal_moves(game, BETA) if key.startswith("oneOff:9S")]

    assert targets == ["oneOff:9S>point:TH", "oneOff:9S>jack:JS"]


def test_jacks_on_a_targeted_point_card_are_scrapped() -> None:
    game = after(f"{START} / P1 points: TH+JC+JD+JS", "oneOff:9S>point:TH", "resolve")

    assert pile(game, 2) == ["TH", "AC"]
    assert names(game["scrap"]) == ["9S", "JC", "JD", "JS"]


def test_own_stolen_card_goes_to_the_pile() -> None:
    game = after(f"{START} / P1 points: 5C+JC", "oneOff:9S>point:5C", "resolve")

    assert pile(game, 1) == ["5C"]
    assert not game["points"].any()


def test_queens_protect_as_before() -> None:
    for faces, open_to_nine in (("QC KC", {"QC"}), ("QC QD KC", set())):
        game = position(f"{START} / P1 points: TH / P1 faces: {faces}")

        moves = legal_moves(game, BETA)

        assert moves == legal_moves(game, CUTTLE_CARDS)
        assert {key[-2:] for key in moves if key.startswith("oneOff:9S")} == open_to_nine


def test_own_cards_are_no_targets() -> None:
    game = position(f"{START} / P0 points: TH / P0 faces: KC")

    assert not [key for key in legal_moves(game, BETA) if key.startswith("oneOff:9S")]


def test_a_countered_nine_returns_nothing() -> None:
    game = after(f"{START} / P1 points: TH", "oneOff:9S>point:TH", "counter:2D", "resolve")

    assert pile(game, 1) == ["AC"]
    assert names(game["points"][1]) == ["TH"]
    assert shown_top(game, 0) == []


def test_a_nine_for_points_or_as_a_scuttle_is_unchanged() -> None:
    scuttled = after(f"{START} / P1 points: 5H", "scuttle:9S>5H")
    played = after(START, "points:9S")

    assert names(scuttled["scrap"]) == ["5H", "9S"]
    assert pile(scuttled, 1) == pile(played, 1) == ["AC"]
    assert points(played, 0) == 9


def test_a_nine_played_from_a_seven_covers_the_card_the_seven_left() -> None:
    game = after(
        "P0 hand: 7S / P1 hand: 4C / P1 points: TH / deck: 9C AD 3H",
        "oneOff:7S", "resolve", "sevenOneOff:9C>point:TH", "resolve",
    )  # fmt: skip

    assert pile(game, 3) == ["TH", "AD", "3H"]
    assert game["known_top"] == 2


def test_a_seven_shows_the_card_that_a_nine_returned() -> None:
    game = after(
        "P0 hand: 9S 7S / P1 hand: 4C 9D / P0 points: 3S / P1 points: TH 6D / deck: AD 3H",
        "oneOff:9S>point:TH", "resolve", "oneOff:9D>point:3S", "resolve",
        "oneOff:7S", "resolve", "sevenPoints:TH",
    )  # fmt: skip

    assert pile(game, 2) == ["3S", "AD"]
    assert shown_top(game, 1) == ["3S"]


def test_three_known_cards_stay_known_below_a_seven() -> None:
    game = after(
        "P0 hand: 9S 9H 7S / P1 hand: 4C 9D / P0 points: 3S / P1 points: TH 6D / deck: AD 3H",
        "oneOff:9S>point:TH", "resolve", "oneOff:9D>point:3S", "resolve",
        "oneOff:9H>point:6D", "resolve", "points:4C",
        "oneOff:7S", "resolve", "sevenPoints:3S",
    )  # fmt: skip

    assert pile(game, 3) == ["6D", "TH", "AD"]
    assert game["known_top"] == 2


def test_an_empty_pile_can_be_drawn_from_again() -> None:
    game = after("P0 hand: 9S 2H / P1 hand: 4C / P1 points: TH / deck: none",
                 "oneOff:9S>point:TH", "resolve")  # fmt: skip

    assert pile(game, 2) == ["TH"]
    assert "draw" in legal_moves(game, BETA)
    assert "pass" not in legal_moves(game, BETA)


def test_the_point_card_under_a_returned_jack_can_win() -> None:
    game = after(
        "P0 hand: 9S 2H / P1 hand: 4C / P0 points: TS AS / P1 points: TH+JC / deck: AC",
        "oneOff:9S>jack:JC", "resolve",
    )  # fmt: skip

    assert game["over"]
    assert game["winner"] == 0


def test_the_words_say_where_the_card_goes() -> None:
    key = "oneOff:9S>point:TH"

    assert move_text(key, BETA) == "one-off 9♠: send 10♥ to the top of the pile"
    assert move_text(key, CUTTLE_CARDS) == "one-off 9♠: send 10♥ back to its hand"
    assert "9 sends a card to the top of the pile" in rules_text(BETA)
