"""The beta of September 2026: a nine puts its target on top of the pile, by hand-written cases."""

import pytest

from cuttle.env.render import move_text, rules_text
from cuttle.game.variants import CUTTLE_CARDS, PRESETS

from .positions import check

BETA = PRESETS["cuttle_cards_2_0_0"]
START = "P0 hand: 9S 2H / P1 hand: 4C 2D / deck: AC AD AH"
TEN = f"{START} / P1 points: TH"
SEVENS = "P1 hand: 4C 9D / P0 points: 3S / P1 points: TH 6D / deck: AD 3H"
NINES = "oneOff:9S>point:TH resolve oneOff:9D>point:3S resolve"
GONE = "=> P1 hand: 2D 4C / P1 points: / P1 faces: / scrap: 9S / turn: 1"
# For each rule a position, then moves and what is so after them, see `check`.
RULES = {
    "a nine puts a point card on top of the pile": (
        TEN,
        f"oneOff:9S>point:TH resolve {GONE} / pile: TH AC",
    ),
    "a nine puts a king on top of the pile": (
        f"{START} / P1 faces: KH",
        f"oneOff:9S>faceCard:KH resolve {GONE} / pile: KH AC",
    ),
    "a nine puts a queen on top of the pile": (
        f"{START} / P1 faces: QH",
        f"oneOff:9S>faceCard:QH resolve {GONE} / pile: QH AC",
    ),
    "a nine puts glasses on top of the pile": (
        f"{START} / P1 faces: 8H",
        f"oneOff:9S>faceCard:8H resolve {GONE} / pile: 8H AC",
    ),
    "both players know the top card and who draws it": (
        TEN,
        "oneOff:9S>point:TH resolve => P0 sees pile_top: TH / P1 sees pile_top: TH",
        "draw => P0 sees pile_top: / P1 sees pile_top: / P1 known: TH",
    ),
    "cards of two nines lie on one another and stay known": (
        "P0 hand: 9S 2H / P1 hand: 9H 4C / P0 points: 5S / P1 points: TH / deck: AC AD",
        "oneOff:9S>point:TH resolve oneOff:9H>point:5S resolve => pile: 5S TH AC",
        "=> P0 sees pile_top: 5S",
        "draw => P1 sees pile_top: TH",
    ),
    "nothing is frozen": (
        TEN,
        "oneOff:9S>point:TH resolve draw draw points:TH => frozen: / P1 points: TH",
    ),
    "a targeted jack goes to the pile and its point card changes hands": (
        f"{START} / P1 points: TH+JC",
        "oneOff:9S>jack:JC resolve => pile: JC AC / P0 points: TH / P1 points:",
    ),
    "only the topmost jack can be targeted": (
        f"{START} / P1 points: TH+JC+JD+JS",
        "=> legal oneOff: 9S>point:TH 9S>jack:JS 2H>jack:JS",
    ),
    "jacks on a targeted point card are scrapped": (
        f"{START} / P1 points: TH+JC+JD+JS",
        "oneOff:9S>point:TH resolve => pile: TH AC / scrap: 9S JC JD JS",
    ),
    "an own stolen card goes to the pile": (
        f"{START} / P1 points: 5C+JC",
        "oneOff:9S>point:5C resolve => pile: 5C / P0 points: / P1 points:",
    ),
    "a queen protects as before": (
        f"{TEN} / P1 faces: QC KC",
        "=> legal oneOff: 9S>faceCard:QC 2H>faceCard:QC",
    ),
    "two queens protect as before": (f"{TEN} / P1 faces: QC QD KC", "=> legal oneOff:"),
    "own cards are no targets": (
        f"{START} / P0 points: TH / P0 faces: KC",
        "=> legal oneOff:",
    ),
    "a countered nine returns nothing": (
        TEN,
        "oneOff:9S>point:TH counter:2D resolve => pile: AC / P1 points: TH / P0 sees pile_top:",
    ),
    "a nine as a scuttle is unchanged": (
        f"{START} / P1 points: 5H",
        "scuttle:9S>5H => scrap: 5H 9S / pile: AC",
    ),
    "a nine for points is unchanged": (START, "points:9S => pile: AC / P0 points: 9S"),
    "a nine played from a seven covers the card the seven left": (
        "P0 hand: 7S / P1 hand: 4C / P1 points: TH / deck: 9C AD 3H",
        "oneOff:7S resolve sevenOneOff:9C>point:TH resolve => pile: TH AD 3H / known_top: 2",
    ),
    "a seven shows the card that a nine returned": (
        f"P0 hand: 9S 7S / {SEVENS}",
        f"{NINES} oneOff:7S resolve sevenPoints:TH => pile: 3S AD / P1 sees pile_top: 3S",
    ),
    "three known cards stay known below a seven": (
        f"P0 hand: 9S 9H 7S / {SEVENS}",
        f"{NINES} oneOff:9H>point:6D resolve points:4C oneOff:7S resolve sevenPoints:3S"
        " => pile: 6D TH AD / known_top: 2",
    ),
    "an empty pile can be drawn from again": (
        "P0 hand: 9S 2H / P1 hand: 4C / P1 points: TH / deck: none",
        "oneOff:9S>point:TH resolve => P0 sees pile_size: 1 / pile: TH / may: draw / may not: pass",
    ),
    "the point card under a returned jack can win": (
        "P0 hand: 9S 2H / P1 hand: 4C / P0 points: TS AS / P1 points: TH+JC / deck: AC",
        "oneOff:9S>jack:JC resolve => over: 1 / winner: 0",
    ),
}


def test_only_the_nine_differs() -> None:
    assert CUTTLE_CARDS._replace(nine_to_pile=True) == BETA


@pytest.mark.parametrize("rule", RULES)
def test_the_rules_hold(rule: str) -> None:
    check(*RULES[rule], rules=BETA)


def test_the_words_say_where_the_card_goes() -> None:
    key = "oneOff:9S>point:TH"

    assert move_text(key, BETA) == "one-off 9♠: send 10♥ to the top of the pile"
    assert move_text(key, CUTTLE_CARDS) == "one-off 9♠: send 10♥ back to its hand"
    assert "9 sends a card to the top of the pile" in rules_text(BETA)
