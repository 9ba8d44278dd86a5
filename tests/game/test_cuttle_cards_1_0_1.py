"""The rules of 2026 before the discard: no draw at eight cards, by hand-written cases."""

from cuttle.game.cards import count
from cuttle.game.moves import legal_moves
from cuttle.game.variants import CUTTLE_CARDS, PRESETS

from .positions import make_moves, position

EARLIER = PRESETS["cuttle_cards_1_0_1"]
EIGHT = "P0 hand: AC AD AH AS 3C 3D 3H 5S / P1 hand: 4C"


def test_only_the_hand_limit_differs() -> None:
    assert CUTTLE_CARDS._replace(discard_to_limit=False) == EARLIER


def test_with_eight_cards_there_is_no_draw() -> None:
    game = position(EIGHT)

    assert "draw" not in legal_moves(game, EARLIER)
    assert "draw" in legal_moves(game, CUTTLE_CARDS)


def test_with_seven_cards_there_is_a_draw() -> None:
    game = position(EIGHT.replace("AC ", ""))

    assert "draw" in legal_moves(game, EARLIER)


def test_with_eight_cards_and_an_empty_pile_one_may_pass() -> None:
    game = position(f"{EIGHT} / deck: none")

    assert "pass" in legal_moves(game, EARLIER)


def test_a_five_stops_drawing_at_eight() -> None:
    game = position(f"{EIGHT} / deck: 9C 9D 9H")

    make_moves(game, "oneOff:5S", "resolve", "resolveFive:AC", rules=EARLIER)

    assert count(game["hand"][0]) == 8
    assert game["turn"] == 1


def test_a_nine_may_leave_the_opponent_with_nine_cards_for_good() -> None:
    game = position(
        "P0 hand: 9S / P1 hand: AC AD AH AS 3C 3D 3H 5S / P1 points: TH / deck: 9C 9D 9H"
    )

    make_moves(game, "oneOff:9S>point:TH", "resolve", rules=EARLIER)
    assert "draw" not in legal_moves(game, EARLIER)
    make_moves(game, "points:AC", rules=EARLIER)

    assert count(game["hand"][1]) == 8
    assert game["turn"] == 2
