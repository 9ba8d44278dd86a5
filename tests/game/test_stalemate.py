"""Stalemate offers and conceding, which recorded games hold."""

import pytest

from cuttle.game.conformance.positions import describe
from cuttle.game.conformance.stalemate import CONSIDERING, StalemateOffers
from cuttle.game.variants import CUTTLE_CARDS

from .positions import Game, make_moves, position

START = "P0 hand: 4S AC 2H / P1 hand: 4C 2D"


def asked(game: Game, *answers: str) -> StalemateOffers:
    """Let seats offer and answer, as in `0 Request`, `1 Reject`; each must be carried out."""
    offers = StalemateOffers()
    for answer in answers:
        seat, what = answer.split()
        assert offers.carry_out(game, int(seat), f"stalemate{what}")
    return offers


@pytest.mark.parametrize("seat", [0, 1])
def test_either_player_may_offer_and_the_other_one_answers(seat: int) -> None:
    game = position(START)
    assert StalemateOffers().may_offer(game)

    offers = asked(game, f"{seat} Request")

    assert offers.acting(game) == 1 - seat
    assert not offers.may_offer(game)


def test_an_accepted_offer_is_a_draw() -> None:
    game = position(START)

    asked(game, "0 Request", "1 Accept")

    assert game["over"]
    assert game["winner"] == -1


def test_a_rejected_offer_leaves_the_game_and_no_second_one_that_turn() -> None:
    game = position(START)

    offers = asked(game, "1 Request", "0 Reject")

    assert offers.acting(game) == 0
    assert not game["over"]
    assert not offers.may_offer(game)
    assert not offers.carry_out(game, 0, "stalemateRequest")
    make_moves(game, "draw")
    assert offers.may_offer(game)


def test_only_the_other_player_answers_and_only_an_open_offer() -> None:
    game = position(START)
    assert not StalemateOffers().carry_out(game, 0, "stalemateReject")

    offers = asked(game, "0 Request")

    assert not offers.carry_out(game, 0, "stalemateReject")
    assert offers.acting(game) == 1


def test_a_rejected_offer_breaks_a_row_of_passes() -> None:
    game = make_moves(position(f"{START} / deck: none"), "pass", "pass")

    asked(game, "0 Request", "1 Reject")
    make_moves(game, "pass")

    assert not game["over"]


def test_nobody_may_offer_while_a_one_off_is_on_the_stack() -> None:
    assert not StalemateOffers().may_offer(make_moves(position(START), "oneOff:AC"))


@pytest.mark.parametrize("seat", [0, 1])
def test_conceding_loses_at_any_time(seat: int) -> None:
    game = make_moves(position(START), "oneOff:AC")

    assert StalemateOffers().carry_out(game, seat, "concede")

    assert game["over"]
    assert game["winner"] == 1 - seat


@pytest.mark.parametrize("seat", [0, 1])
def test_nobody_decides_after_conceding_instead_of_answering_an_offer(seat: int) -> None:
    game = position(START)
    offers = asked(game, "0 Request")

    offers.carry_out(game, seat, "concede")

    shown = describe(game, CUTTLE_CARDS) | offers.describe(game)
    assert shown["over"]
    assert shown["winner"] == 1 - seat
    assert shown["phase"] == CONSIDERING
    assert shown["active"] is None


def test_moves_are_no_offers() -> None:
    game = position(START)

    assert not StalemateOffers().carry_out(game, 0, "draw")
    assert game == position(START)
