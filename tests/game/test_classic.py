"""The classic rules, by hand-written cases: no recorded games exist for them."""

import pytest

from cuttle.game.variants import PRESETS

from .positions import check

# For each rule a position, then moves and what is so after them, see `check`.
RULES = {
    "three kings need seven points": (
        "P0 hand: KH / P0 faces: KC KD / P0 points: 7C / P1 hand: 4C",
        "faceCard:KH => winner: 0",
    ),
    "four kings need five points": (
        "P0 hand: KH / P0 faces: KC KD KS / P0 points: 4H / P1 hand: 4C",
        "faceCard:KH => over: 0",
    ),
    "there is no hand limit": (
        "P0 hand: AC AD AH AS 3C 3D 3H 3S 4D / P1 hand: 4C / deck: 9C",
        "draw => turn: 1 / P0 hand: AC AD AH AS 3C 3D 3H 3S 4D 9C",
    ),
    "a five draws two and discards nothing": (
        "P0 hand: 5C AC / P1 hand: 4C / deck: 9C 9D 9H",
        "oneOff:5C resolve => P0 hand: AC 9C 9D / turn: 1 / phase: 1",
    ),
    "a three may take a three but not itself": (
        "P0 hand: 3C / P1 hand: 4C / scrap: 3S",
        "oneOff:3C resolve => legal: resolveThree:3S",
    ),
    "a nine returns permanents of either side but no point cards": (
        "P0 hand: 9C / P0 faces: KC / P0 points: 5H+JC / P1 points: 9H 8H+JD / P1 faces: 8S"
        " / P1 hand: 4C",
        "=> legal oneOff: 9C>faceCard:KC 9C>jack:JC 9C>faceCard:8S 9C>jack:JD",
    ),
    "one's own card taken back is frozen for the next turn": (
        "P0 hand: 9C / P0 faces: KC / P1 hand: 4C",
        "oneOff:9C>faceCard:KC resolve draw => P0 hand: KC / legal: draw",
        "draw draw => may: faceCard:KC",
    ),
    "taking back one's own jack returns the stolen card": (
        "P0 hand: 9C / P0 points: 5H+JC / P1 hand: 4C",
        "oneOff:9C>jack:JC resolve => P0 hand: JC / P1 points: 5H",
    ),
    "a two scraps permanents of either side": (
        "P0 hand: 2C / P0 faces: 8C / P1 faces: QD / P1 points: TH / P1 hand: 4C",
        "=> legal oneOff: 2C>faceCard:8C 2C>faceCard:QD",
        "oneOff:2C>faceCard:8C resolve => scrap: 2C 8C",
    ),
    "queens do not protect from their owner": (
        "P0 hand: 2C / P0 faces: QC QD / P1 faces: QH QS / P1 hand: 4C",
        "=> legal oneOff: 2C>faceCard:QC 2C>faceCard:QD",
    ),
    "a seven plays the top card alone": (
        "P0 hand: 7C / P1 hand: 4C / deck: 8D KD",
        "oneOff:7C resolve => legal: sevenPoints:8D sevenFaceCard:8D",
    ),
    "a seven scraps an unplayable card": (
        "P0 hand: 7C / P1 hand: 4C / deck: JD KD",
        "oneOff:7C resolve sevenDiscard:JD => scrap: 7C JD / turn: 1",
    ),
    "an empty pile does not open the hands": (
        "P0 hand: 4S / P1 hand: 4C / deck: none",
        "pass => P0 known: / P1 known:",
    ),
    "three passes are a draw": (
        "P0 hand: 4S / P1 hand: 4C / deck: none",
        "pass pass pass => over: 1 / winner: -1",
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_the_rules_hold(rule: str) -> None:
    check(*RULES[rule], rules=PRESETS["classic"])
