"""The classic rules, by hand-written cases: no recorded games exist for them."""

from cuttle.game.cards import card_text, cards_of
from cuttle.game.moves import legal_moves
from cuttle.game.state import acting
from cuttle.game.variants import PRESETS

from .positions import Game, position
from .positions import make_moves as play_moves

CLASSIC = PRESETS["classic"]


def make_moves(game: Game, *keys: str) -> Game:
    return play_moves(game, *keys, rules=CLASSIC)


def legal(game: Game, kind: str = "") -> set[str]:
    return {key for key in legal_moves(game, CLASSIC) if key.startswith(kind)}


def names(mask: int) -> set[str]:
    return {card_text(card) for card in cards_of(mask)}


def test_three_kings_need_seven_points_and_four_need_five() -> None:
    three = position("P0 hand: KH / P0 faces: KC KD / P0 points: 7C / P1 hand: 4C")
    four = position("P0 hand: KH / P0 faces: KC KD KS / P0 points: 4H / P1 hand: 4C")

    assert make_moves(three, "faceCard:KH")["winner"] == 0
    assert not make_moves(four, "faceCard:KH")["over"]


def test_there_is_no_hand_limit() -> None:
    game = position("P0 hand: AC AD AH AS 3C 3D 3H 3S 4D / P1 hand: 4C")

    make_moves(game, "draw")

    assert game["turn"] == 1
    assert len(names(game["hand"][0])) == 10


def test_a_five_draws_two_and_discards_nothing() -> None:
    game = position("P0 hand: 5C AC / P1 hand: 4C / deck: 9C 9D 9H")

    make_moves(game, "oneOff:5C", "resolve")

    assert names(game["hand"][0]) == {"AC", "9C", "9D"}
    assert acting(game) == 1


def test_a_three_may_take_a_three_but_not_itself() -> None:
    game = position("P0 hand: 3C / P1 hand: 4C / scrap: 3S")

    make_moves(game, "oneOff:3C", "resolve")

    assert legal(game) == {"resolveThree:3S"}


def test_a_nine_returns_permanents_of_either_side_but_no_point_cards() -> None:
    game = position(
        "P0 hand: 9C / P0 faces: KC / P0 points: 5H+JC / P1 points: 9H 8H+JD / P1 faces: 8S"
        " / P1 hand: 4C"
    )

    assert legal(game, "oneOff:9C") == {
        "oneOff:9C>faceCard:KC",
        "oneOff:9C>jack:JC",
        "oneOff:9C>faceCard:8S",
        "oneOff:9C>jack:JD",
    }


def test_ones_own_card_taken_back_is_frozen_for_the_next_turn() -> None:
    game = position("P0 hand: 9C / P0 faces: KC / P1 hand: 4C")

    make_moves(game, "oneOff:9C>faceCard:KC", "resolve", "draw")
    assert names(game["hand"][0]) == {"KC"}
    assert legal(game) == {"draw"}

    make_moves(game, "draw", "draw")
    assert "faceCard:KC" in legal(game)


def test_taking_back_ones_own_jack_returns_the_stolen_card() -> None:
    game = position("P0 hand: 9C / P0 points: 5H+JC / P1 hand: 4C")

    make_moves(game, "oneOff:9C>jack:JC", "resolve")

    assert names(game["hand"][0]) == {"JC"}
    assert names(game["points"][1]) == {"5H"}


def test_a_two_scraps_permanents_of_either_side() -> None:
    game = position("P0 hand: 2C / P0 faces: 8C / P1 faces: QD / P1 points: TH / P1 hand: 4C")

    assert legal(game, "oneOff:2C") == {"oneOff:2C>faceCard:8C", "oneOff:2C>faceCard:QD"}
    make_moves(game, "oneOff:2C>faceCard:8C", "resolve")
    assert names(game["scrap"]) == {"2C", "8C"}


def test_queens_do_not_protect_from_their_owner() -> None:
    game = position("P0 hand: 2C / P0 faces: QC QD / P1 faces: QH QS / P1 hand: 4C")

    assert legal(game, "oneOff") == {"oneOff:2C>faceCard:QC", "oneOff:2C>faceCard:QD"}


def test_a_seven_plays_the_top_card_alone() -> None:
    game = position("P0 hand: 7C / P1 hand: 4C / deck: 8D KD")

    make_moves(game, "oneOff:7C", "resolve")

    assert legal(game) == {"sevenPoints:8D", "sevenFaceCard:8D"}


def test_a_seven_scraps_an_unplayable_card() -> None:
    game = position("P0 hand: 7C / P1 hand: 4C / deck: JD KD")

    make_moves(game, "oneOff:7C", "resolve", "sevenDiscard:JD")

    assert names(game["scrap"]) == {"7C", "JD"}
    assert game["turn"] == 1


def test_an_empty_pile_does_not_open_the_hands() -> None:
    game = position("P0 hand: 4S / P1 hand: 4C / deck: none")
    game["known"] = 0

    make_moves(game, "pass")

    assert names(game["known"][1]) == set()


def test_three_passes_are_a_draw() -> None:
    game = position("P0 hand: 4S / P1 hand: 4C / deck: none")

    make_moves(game, "pass", "pass", "pass")

    assert game["over"]
    assert game["winner"] == -1
