"""Node counts from fixed deals: one number that any change of the rules moves."""

import numpy as np
import pytest
from numpy.typing import NDArray

from cuttle.game.cards import NUM_CARDS, card_text, parse_card
from cuttle.game.state import deal, new_games, random_decks
from cuttle.game.variants import PRESETS, Rules

from .perft import engine_moves, perft, plain_leaves
from .plain_rules import Table

# Both hands hold a nine and something to aim it at.
HANDS = ("9C", "TC", "2C", "QH", "5D", "9D", "TD", "3C", "KH", "4D", "6S")
NINES = np.array([parse_card(name) for name in HANDS], np.uint8)
DECKS = [
    *random_decks(3, np.random.default_rng(2026)),
    np.concatenate([NINES, np.setdiff1d(np.arange(NUM_CARDS, dtype=np.uint8), NINES)]),
]
# Sequences of 1 to 8 decisions of each deal. The numbers move only when the rules do. A new preset
# may go without: the plain reading counts with it, less deeply.
COUNTS = {
    "cuttle_cards": [
        [8, 80, 419, 3_398, 16_781, 119_259, 571_728, 3_615_501],
        [7, 65, 376, 2_309, 13_928, 75_010, 472_462, 2_494_950],
        [9, 86, 478, 3_721, 19_022, 121_329, 496_416, 2_746_609],
        [7, 71, 388, 2_889, 15_312, 94_233, 462_427, 2_553_254],
    ],
    "cuttle_cards_1_0_1": [
        [8, 80, 419, 3_398, 16_781, 119_039, 569_499, 3_597_479],
        [7, 65, 376, 2_309, 13_928, 74_936, 471_425, 2_486_872],
        [9, 86, 478, 3_721, 19_022, 121_151, 494_583, 2_734_568],
        [7, 71, 388, 2_889, 15_312, 94_091, 460_924, 2_543_279],
    ],
    "cuttle_cards_2_0_0": [
        [8, 80, 419, 3_398, 16_781, 119_259, 571_728, 3_615_501],
        [7, 65, 376, 2_309, 13_928, 75_010, 472_462, 2_494_950],
        [9, 86, 478, 3_721, 19_022, 121_329, 496_416, 2_746_609],
        [7, 71, 388, 2_889, 15_312, 94_233, 462_151, 2_549_739],
    ],
    "classic": [
        [8, 80, 419, 3_421, 17_810, 119_882, 633_922, 3_691_670],
        [7, 65, 384, 2_387, 14_686, 80_541, 504_186, 2_762_248],
        [9, 86, 484, 3_751, 19_481, 123_329, 519_157, 2_736_996],
        [7, 67, 377, 2_805, 15_385, 93_397, 477_687, 2_553_264],
    ],
}


@pytest.mark.parametrize("name", COUNTS)
@pytest.mark.parametrize("number", range(len(DECKS)))
def test_decision_sequences_are_counted(name: str, number: int) -> None:
    counts = [perft(DECKS[number], PRESETS[name], depth) for depth in range(1, 9)]

    assert counts == COUNTS[name][number]


def assert_whole_moves_agree(deck: NDArray[np.uint8], rules: Rules, depth: int) -> None:
    games = new_games(1)
    deal(games[0], deck)
    names = [card_text(card) for card in deck]
    table = Table(rules, [set(names[:5]), set(names[5:11])], names[11:])

    assert engine_moves(games[0], rules, depth) == plain_leaves(table, depth)


@pytest.mark.parametrize("name", PRESETS)
def test_whole_moves_are_counted_as_in_the_plain_reading(name: str) -> None:
    for deck in DECKS:
        assert_whole_moves_agree(deck, PRESETS[name], 3)


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_moves_after_a_nine_are_counted_as_in_the_plain_reading(name: str) -> None:
    assert_whole_moves_agree(DECKS[3], PRESETS[name], 4)
