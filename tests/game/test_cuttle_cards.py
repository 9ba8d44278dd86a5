"""Single rules of cuttle.cards on positions small enough to read. The rest is in the recordings."""

import pytest

from cuttle.game.cards import card_text, cards_of
from cuttle.game.moves import legal_moves
from cuttle.game.variants import CUTTLE_CARDS

from .positions import Game, make_moves, position


def legal(game: Game) -> set[str]:
    return set(legal_moves(game, CUTTLE_CARDS))


def names(mask: int) -> set[str]:
    return {card_text(card) for card in cards_of(mask)}


def test_scuttling_needs_a_higher_rank_or_an_equal_rank_of_higher_suit() -> None:
    game = position("P0 hand: 5D / P1 points: 5C 5H 4S / P1 hand: 2D")

    scuttles = {key for key in legal(game) if key.startswith("scuttle")}

    assert scuttles == {"scuttle:5D>5C", "scuttle:5D>4S"}


def test_scuttling_scraps_both_cards_and_the_jacks() -> None:
    game = position("P0 hand: TD 2C / P1 points: 9C+JS+JH / P1 hand: 2D")

    make_moves(game, "scuttle:TD>9C")

    assert names(game["scrap"]) == {"TD", "9C", "JS", "JH"}


def test_a_queen_stops_jacks_but_not_scuttling() -> None:
    game = position("P0 hand: TD JC / P1 points: 9C / P1 faces: QC / P1 hand: 2D")

    assert legal(game) == {"draw", "points:TD", "scuttle:TD>9C"}


def test_one_queen_leaves_only_herself_open_to_twos_and_nines() -> None:
    game = position("P0 hand: 2D 9D / P1 points: 9C / P1 faces: QC KC 8H / P1 hand: 2H")

    one_offs = {key for key in legal(game) if key.startswith("oneOff")}

    assert one_offs == {"oneOff:2D>faceCard:QC", "oneOff:9D>faceCard:QC"}


def test_two_queens_protect_everything() -> None:
    game = position("P0 hand: 2D 9D / P1 points: 9C / P1 faces: QC QD KC / P1 hand: 2H")

    assert not {key for key in legal(game) if key.startswith("oneOff")}


def test_a_queen_keeps_the_opponent_from_countering() -> None:
    game = position("P0 hand: AC / P0 faces: QC / P1 hand: 2D 2H")

    make_moves(game, "oneOff:AC")

    assert legal(game) == {"resolve"}


def test_two_counters_let_the_one_off_take_effect() -> None:
    game = position("P0 hand: AC 2C / P1 hand: 2D / P1 points: TH")

    make_moves(game, "oneOff:AC", "counter:2D", "counter:2C", "resolve")

    assert names(game["scrap"]) == {"AC", "2C", "2D", "TH"}
    assert game["turn"] == 1


def test_a_countered_one_off_is_scrapped_without_effect() -> None:
    game = position("P0 hand: AC / P1 hand: 2D / P1 points: TH")

    make_moves(game, "oneOff:AC", "counter:2D", "resolve")

    assert names(game["points"][1]) == {"TH"}
    assert names(game["scrap"]) == {"AC", "2D"}


def test_a_four_against_an_emptied_hand_discards_nothing() -> None:
    game = position("P0 hand: 4C 2C / P1 hand: 2D")

    make_moves(game, "oneOff:4C", "counter:2D", "counter:2C", "resolve", "resolveFour:")

    assert game["turn"] == 1
    assert names(game["scrap"]) == {"4C", "2C", "2D"}


def test_nine_returns_the_card_to_hand() -> None:
    game = position("P0 hand: 9C / P1 points: TH / P1 hand: 2D / P1 faces: KC / scrap: AC")

    make_moves(game, "oneOff:9C>point:TH", "resolve")

    assert names(game["hand"][1]) == {"TH", "2D"}
    assert "points:TH" not in legal(game), "frozen for one turn"


def test_a_frozen_card_thaws_after_its_owners_next_action() -> None:
    game = position("P0 hand: 9C / P1 points: TH / P1 hand: 2D")

    make_moves(game, "oneOff:9C>point:TH", "resolve", "draw", "draw")

    assert "points:TH" in legal(game)


def test_a_frozen_two_still_counters() -> None:
    game = position("P0 hand: 9C 2H / P1 points: 2C / P1 hand: AD")

    make_moves(game, "oneOff:9C>point:2C", "resolve", "oneOff:AD", "counter:2H")

    assert legal(game) == {"resolve", "counter:2C"}


def test_a_six_sends_stolen_cards_home() -> None:
    game = position("P0 points: TH+JC 9H+JD+JH / P0 hand: 6C / P1 hand: 3C / P1 faces: KH")

    make_moves(game, "oneOff:6C", "resolve")

    assert names(game["points"][1]) == {"TH"}
    assert names(game["points"][0]) == {"9H"}
    assert names(game["scrap"]) == {"6C", "JC", "JD", "JH", "KH"}


def test_only_the_topmost_jack_can_be_aimed_at_and_frees_the_card() -> None:
    game = position("P0 hand: 2D / P1 points: TH+JC+JS / P1 hand: 3C")
    assert {key for key in legal(game) if "jack" in key} == {"oneOff:2D>jack:JS"}

    make_moves(game, "oneOff:2D>jack:JS", "resolve")

    assert names(game["points"][0]) == {"TH"}


def test_a_three_takes_no_three() -> None:
    game = position("P0 hand: 3D / P1 hand: 4C / scrap: 3S 5H")

    make_moves(game, "oneOff:3D", "resolve")

    assert legal(game) == {"resolveThree:5H"}


def test_a_seven_must_play_what_can_be_played() -> None:
    game = position("P0 hand: 7D / P1 hand: 4C / deck: JC KD")

    make_moves(game, "oneOff:7D", "resolve")

    assert legal(game) == {"sevenFaceCard:KD"}


def test_a_seven_showing_unplayable_jacks_scraps_one() -> None:
    game = position("P0 hand: 7D / P1 hand: 4C / deck: JC JD 5C")

    make_moves(game, "oneOff:7D", "resolve")

    assert legal(game) == {"sevenDiscard:JC", "sevenDiscard:JD"}


@pytest.mark.parametrize("card", ["5C", "7C"])
def test_a_last_card_that_needs_a_pile_is_no_one_off(card: str) -> None:
    rest = "P0 hand: 7D / P1 hand: 4C"
    others = " ".join(
        rank + suit
        for rank in "A23456789TJQK"
        for suit in "CDHS"
        if rank + suit not in {"7D", "4C", card}
    )
    game = position(f"{rest} / deck: {card} / scrap: {others}")

    make_moves(game, "oneOff:7D", "resolve")

    assert legal(game) == {f"sevenPoints:{card}"}


def test_more_than_eight_cards_at_the_end_of_the_turn_are_discarded() -> None:
    game = position("P0 hand: 5C AC AD AH 3C 3D 3H 4H / P1 hand: 4C / deck: 9C 9D 9H")

    make_moves(game, "oneOff:5C", "resolve", "resolveFive:AC")

    assert len(legal(game)) == 9
    make_moves(game, "discardToHandLimit:9C")
    assert game["turn"] == 1
    assert len(names(game["hand"][0])) == 8


def test_kings_lower_the_goal_and_win_at_once() -> None:
    game = position("P0 hand: KC / P0 points: TH 4H / P1 hand: 4C")

    make_moves(game, "faceCard:KC")

    assert game["over"]
    assert game["winner"] == 0


def test_the_other_player_can_win_on_my_move() -> None:
    game = position("P0 hand: 6C / P0 points: TS+JC / P1 points: TH 5H / P1 hand: 4C")

    make_moves(game, "oneOff:6C", "resolve")

    assert game["winner"] == 1


def test_three_passes_in_a_row_are_a_draw() -> None:
    game = position("P0 hand: 4S / P1 hand: 4C / deck: none")

    make_moves(game, "pass", "pass")
    assert not game["over"]
    make_moves(game, "pass")

    assert game["over"]
    assert game["winner"] == -1
