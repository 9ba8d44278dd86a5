"""The rules of 2026 before the discard: no draw at eight cards, by hand-written cases."""

import pytest

from cuttle.game.variants import CUTTLE_CARDS, PRESETS

from .positions import check

EARLIER = PRESETS["cuttle_cards_1_0_1"]
EIGHT = "AC AD AH AS 3C 3D 3H 5S"
# For each rule a position, then moves and what is so after them, see `check`.
RULES = {
    "with eight cards there is no draw": (
        f"P0 hand: {EIGHT} / P1 hand: 4C",
        "=> may not: draw",
    ),
    "with seven cards there is a draw": (
        f"P0 hand: {EIGHT.removeprefix('AC ')} / P1 hand: 4C",
        "=> may: draw",
    ),
    "with eight cards and an empty pile one may pass": (
        f"P0 hand: {EIGHT} / P1 hand: 4C / deck: none",
        "=> may: pass",
    ),
    "a five stops drawing at eight": (
        f"P0 hand: {EIGHT} / P1 hand: 4C / deck: 9C 9D 9H",
        "oneOff:5S resolve resolveFive:AC => P0 hand: AD AH AS 3C 3D 3H 9C 9D / turn: 1",
    ),
    "a nine may leave the opponent with nine cards for good": (
        f"P0 hand: 9S / P1 hand: {EIGHT} / P1 points: TH / deck: 9C 9D 9H",
        "oneOff:9S>point:TH resolve => may not: draw",
        f"points:AC => P1 hand: TH {EIGHT.removeprefix('AC ')} / turn: 2",
    ),
}


def test_only_the_hand_limit_differs() -> None:
    assert CUTTLE_CARDS._replace(discard_to_limit=False) == EARLIER
    check(f"P0 hand: {EIGHT} / P1 hand: 4C", "=> may: draw", rules=CUTTLE_CARDS)


@pytest.mark.parametrize("rule", RULES)
def test_the_rules_hold(rule: str) -> None:
    check(*RULES[rule], rules=EARLIER)
