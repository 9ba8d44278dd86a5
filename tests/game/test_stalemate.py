"""Stalemate offers and conceding, which recorded games hold."""

from cuttle.game.conformance.positions import describe
from cuttle.game.conformance.stalemate import CONSIDERING, StalemateOffers
from cuttle.game.variants import CUTTLE_CARDS

from .positions import Game, make_moves, position


def start(more: str = "") -> Game:
    return position(f"P0 hand: 4S AC 2H / P1 hand: 4C 2D{more}")


def test_either_player_may_offer_and_the_other_one_answers() -> None:
    for seat in (0, 1):
        game, offers = start(), StalemateOffers()
        assert offers.may_offer(game)

        offers.carry_out(game, seat, "stalemateRequest")

        assert offers.acting(game) == 1 - seat
        assert not offers.may_offer(game)


def test_an_accepted_offer_is_a_draw() -> None:
    game, offers = start(), StalemateOffers()

    offers.carry_out(game, 0, "stalemateRequest")
    offers.carry_out(game, 1, "stalemateAccept")

    assert game["over"]
    assert game["winner"] == -1


def test_a_rejected_offer_leaves_the_game_and_no_second_one_that_turn() -> None:
    game, offers = start(), StalemateOffers()

    offers.carry_out(game, 1, "stalemateRequest")
    offers.carry_out(game, 0, "stalemateReject")

    assert offers.acting(game) == 0
    assert not game["over"]
    assert not offers.may_offer(game)
    make_moves(game, "draw")
    assert offers.may_offer(game)


def test_only_the_other_player_answers_and_only_an_open_offer() -> None:
    game, offers = start(), StalemateOffers()
    assert not offers.carry_out(game, 0, "stalemateReject")

    offers.carry_out(game, 0, "stalemateRequest")

    assert not offers.carry_out(game, 0, "stalemateReject")
    assert offers.acting(game) == 1


def test_a_second_offer_in_a_turn_is_not_carried_out() -> None:
    game, offers = start(), StalemateOffers()
    offers.carry_out(game, 1, "stalemateRequest")
    offers.carry_out(game, 0, "stalemateReject")

    assert not offers.carry_out(game, 0, "stalemateRequest")


def test_a_rejected_offer_breaks_a_row_of_passes() -> None:
    game, offers = start(" / deck: none"), StalemateOffers()
    make_moves(game, "pass", "pass")

    offers.carry_out(game, 0, "stalemateRequest")
    offers.carry_out(game, 1, "stalemateReject")
    make_moves(game, "pass")

    assert not game["over"]


def test_nobody_may_offer_while_a_one_off_is_on_the_stack() -> None:
    game = make_moves(start(), "oneOff:AC")

    assert not StalemateOffers().may_offer(game)


def test_conceding_loses_at_any_time() -> None:
    for seat in (0, 1):
        game = make_moves(start(), "oneOff:AC")

        assert StalemateOffers().carry_out(game, seat, "concede")

        assert game["over"]
        assert game["winner"] == 1 - seat


def test_nobody_decides_after_conceding_instead_of_answering_an_offer() -> None:
    for seat in (0, 1):
        game, offers = start(), StalemateOffers()
        offers.carry_out(game, 0, "stalemateRequest")

        offers.carry_out(game, seat, "concede")

        shown = describe(game, CUTTLE_CARDS) | offers.describe(game)
        assert shown["over"]
        assert shown["winner"] == 1 - seat
        assert shown["phase"] == CONSIDERING
        assert shown["active"] is None


def test_moves_are_no_offers() -> None:
    game = start()

    assert not StalemateOffers().carry_out(game, 0, "draw")
    assert game == start()
