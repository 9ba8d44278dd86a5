"""Cards, card sets and their names. No game state here.

A card is `4 * rank + suit`, so that comparing two cards as numbers is the scuttle rule
(higher rank, or equal rank and higher suit). A set of cards is an int64 bit mask, bit c for card c.
"""

from enum import IntEnum
from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from cuttle.game.jit import Int, inlined

RANKS = "A23456789TJQK"
SUITS = "CDHS"  # rules 1.1: clubs < diamonds < hearts < spades
NUM_CARDS = 52
NO_CARD = -1


class Rank(IntEnum):
    """Rank of a card, `card // 4`. A number card is worth `rank + 1` points."""

    ACE = 0
    TWO = 1
    THREE = 2
    FOUR = 3
    FIVE = 4
    SIX = 5
    SEVEN = 6
    EIGHT = 7
    NINE = 8
    TEN = 9
    JACK = 10
    QUEEN = 11
    KING = 12


def _of_rank(*ranks: int) -> int:
    return sum(0xF << 4 * rank for rank in ranks)


ALL_CARDS = (1 << NUM_CARDS) - 1
NUMBERS = _of_rank(*range(Rank.ACE, Rank.TEN + 1))
ACES = _of_rank(Rank.ACE)
TWOS = _of_rank(Rank.TWO)
THREES = _of_rank(Rank.THREE)
FOURS = _of_rank(Rank.FOUR)
FIVES = _of_rank(Rank.FIVE)
SIXES = _of_rank(Rank.SIX)
SEVENS = _of_rank(Rank.SEVEN)
EIGHTS = _of_rank(Rank.EIGHT)
NINES = _of_rank(Rank.NINE)
JACKS = _of_rank(Rank.JACK)
QUEENS = _of_rank(Rank.QUEEN)
KINGS = _of_rank(Rank.KING)
FIRST_JACK = 4 * Rank.JACK

# Number cards whose point value has binary digit k: a weighted sum becomes four bit counts.
_DIGIT_0, _DIGIT_1, _DIGIT_2, _DIGIT_3 = (
    _of_rank(*(r for r in range(10) if (r + 1) >> k & 1)) for k in range(4)
)


def card_text(card: int) -> str:
    """Name a card, such as `TH` for the ten of hearts."""
    return RANKS[card // 4] + SUITS[card % 4]


def parse_card(text: str) -> int:
    """Read a card name; raise ValueError for anything else."""
    if len(text) != 2 or text[0] not in RANKS or text[1] not in SUITS:
        raise ValueError(f"card must be a rank of {RANKS} and a suit of {SUITS}, got {text!r}")
    return 4 * RANKS.index(text[0]) + SUITS.index(text[1])


def cards_of(mask: int) -> list[int]:
    """List the cards of a set, lowest first."""
    rest, cards = int(mask), []
    while rest:
        cards.append((rest & -rest).bit_length() - 1)
        rest &= rest - 1
    return cards


def mask_of(cards: list[int]) -> int:
    """Make a set of cards."""
    return sum(1 << card for card in set(cards))


def _bit_instruction(name: str, *flags: bool) -> Any:
    """Make a compiled function of one processor instruction on an int64."""

    # numba calls this with its own objects while it compiles a caller.
    def instruction(typing_context: Any, value: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            constants = [context.get_constant(types.boolean, flag) for flag in flags]
            return getattr(builder, name)(args[0], *constants)

        return types.int64(types.int64), codegen

    return intrinsic(instruction)


_count_ones = _bit_instruction("ctpop")
_count_trailing_zeros = _bit_instruction("cttz", False)  # 64 for no bit at all


@inlined
def count(mask: Int) -> Int:
    """Count the cards of a set."""
    return _count_ones(np.int64(mask))


@inlined
def lowest(mask: Int) -> Int:
    """Find the lowest card of a set; 64 for the empty set."""
    return _count_trailing_zeros(np.int64(mask))


@inlined
def bit(card: Int) -> Int:
    """Make the set of one card."""
    return np.int64(1) << np.int64(card)


@inlined
def point_sum(mask: Int) -> Int:
    """Add up the point values of the number cards of a set."""
    return (
        count(mask & _DIGIT_0)
        + 2 * count(mask & _DIGIT_1)
        + 4 * count(mask & _DIGIT_2)
        + 8 * count(mask & _DIGIT_3)
    )
