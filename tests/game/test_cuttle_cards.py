"""Single rules of cuttle.cards on positions small enough to read. The rest is in the recordings."""

import pytest

from .positions import check

ALL_BUT_THREE = " ".join(
    rank + suit
    for rank in "A23456789TJQK"
    for suit in "CDHS"
    if rank + suit not in ("7D", "4C", "5C", "7C")
)
# For each rule a position, then moves and what is so after them, see `check`.
RULES = {
    "scuttling needs a higher rank or an equal rank of higher suit": (
        "P0 hand: 5D / P1 points: 5C 5H 4S / P1 hand: 2D",
        "=> legal scuttle: 5D>5C 5D>4S",
    ),
    "scuttling scraps both cards and the jacks": (
        "P0 hand: TD 2C / P1 points: 9C+JS+JH / P1 hand: 2D",
        "scuttle:TD>9C => scrap: TD 9C JS JH",
    ),
    "a queen stops jacks but not scuttling": (
        "P0 hand: TD JC / P1 points: 9C / P1 faces: QC / P1 hand: 2D",
        "=> legal: draw points:TD scuttle:TD>9C",
    ),
    "one queen leaves only herself open to twos and nines": (
        "P0 hand: 2D 9D / P1 points: 9C / P1 faces: QC KC 8H / P1 hand: 2H",
        "=> legal oneOff: 2D>faceCard:QC 9D>faceCard:QC",
    ),
    "two queens protect everything": (
        "P0 hand: 2D 9D / P1 points: 9C / P1 faces: QC QD KC / P1 hand: 2H",
        "=> legal oneOff:",
    ),
    "a queen keeps the opponent from countering": (
        "P0 hand: AC / P0 faces: QC / P1 hand: 2D 2H",
        "oneOff:AC => legal: resolve",
    ),
    "two counters let the one-off take effect": (
        "P0 hand: AC 2C / P1 hand: 2D / P1 points: TH",
        "oneOff:AC counter:2D counter:2C resolve => scrap: AC 2C 2D TH / turn: 1",
    ),
    "a countered one-off is scrapped without effect": (
        "P0 hand: AC / P1 hand: 2D / P1 points: TH",
        "oneOff:AC counter:2D resolve => P1 points: TH / scrap: AC 2D",
    ),
    "a four against an emptied hand discards nothing": (
        "P0 hand: 4C 2C / P1 hand: 2D",
        "oneOff:4C counter:2D counter:2C resolve resolveFour: => turn: 1 / scrap: 4C 2C 2D",
    ),
    "a nine returns the card to the hand, where it is frozen for one turn": (
        "P0 hand: 9C / P1 points: TH / P1 hand: 2D / P1 faces: KC / scrap: AC",
        "oneOff:9C>point:TH resolve => P1 hand: TH 2D / legal points: 2D",
    ),
    "a frozen card thaws after its owner's next action": (
        "P0 hand: 9C / P1 points: TH / P1 hand: 2D",
        "oneOff:9C>point:TH resolve draw draw => may: points:TH",
    ),
    "a frozen two still counters": (
        "P0 hand: 9C 2H / P1 points: 2C / P1 hand: AD",
        "oneOff:9C>point:2C resolve oneOff:AD counter:2H => legal: resolve counter:2C",
    ),
    "a six sends stolen cards home": (
        "P0 points: TH+JC 9H+JD+JH / P0 hand: 6C / P1 hand: 3C / P1 faces: KH",
        "oneOff:6C resolve => P1 points: TH / P0 points: 9H / scrap: 6C JC JD JH KH",
    ),
    "only the topmost jack can be aimed at and frees the card": (
        "P0 hand: 2D / P1 points: TH+JC+JS / P1 hand: 3C",
        "=> legal oneOff: 2D>jack:JS",
        "oneOff:2D>jack:JS resolve => P0 points: TH",
    ),
    "a three takes no three": (
        "P0 hand: 3D / P1 hand: 4C / scrap: 3S 5H",
        "oneOff:3D resolve => legal: resolveThree:5H",
    ),
    "a seven must play what can be played": (
        "P0 hand: 7D / P1 hand: 4C / deck: JC KD",
        "oneOff:7D resolve => legal: sevenFaceCard:KD",
    ),
    "a seven showing unplayable jacks scraps one": (
        "P0 hand: 7D / P1 hand: 4C / deck: JC JD 5C",
        "oneOff:7D resolve => legal: sevenDiscard:JC sevenDiscard:JD",
    ),
    "a five that is the last card needs a pile and is no one-off": (
        f"P0 hand: 7D / P1 hand: 4C / deck: 5C / scrap: {ALL_BUT_THREE} 7C",
        "oneOff:7D resolve => legal: sevenPoints:5C",
    ),
    "a seven that is the last card needs a pile and is no one-off": (
        f"P0 hand: 7D / P1 hand: 4C / deck: 7C / scrap: {ALL_BUT_THREE} 5C",
        "oneOff:7D resolve => legal: sevenPoints:7C",
    ),
    "more than eight cards at the end of the turn are discarded": (
        "P0 hand: 5C AC AD AH 3C 3D 3H 4H / P1 hand: 4C / deck: 9C 9D 9H",
        "oneOff:5C resolve resolveFive:AC => legal discardToHandLimit: AD AH 3C 3D 3H 4H 9C 9D 9H",
        "discardToHandLimit:9C => turn: 1 / P0 hand: AD AH 3C 3D 3H 4H 9D 9H",
    ),
    "kings lower the goal and win at once": (
        "P0 hand: KC / P0 points: TH 4H / P1 hand: 4C",
        "faceCard:KC => over: 1 / winner: 0",
    ),
    "the other player can win on my move": (
        "P0 hand: 6C / P0 points: TS+JC / P1 points: TH 5H / P1 hand: 4C",
        "oneOff:6C resolve => winner: 1",
    ),
    "three passes in a row are a draw": (
        "P0 hand: 4S / P1 hand: 4C / deck: none",
        "pass pass => over: 0",
        "pass => over: 1 / winner: -1",
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_rules_hold(rule: str) -> None:
    check(*RULES[rule])
