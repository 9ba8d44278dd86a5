"""The state of a game: one fixed-size record, and how a game is dealt. No rules of play."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from cuttle.game.cards import EIGHTS, FIRST_JACK, NO_CARD, NUM_CARDS, bit, count
from cuttle.game.jit import Int, Record, inlined, kernel
from cuttle.game.variants import Rules

FIRST_HAND = 5  # rules 1.2: the player who moves first
DEALER_HAND = 6

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # step of a SplitMix64 stream
_HALF = np.uint64(32)


class Phase(IntEnum):
    """What is being decided; 1 to 7 numbered as in the official engine (rules 10)."""

    MAIN = 1
    COUNTER = 2
    THREE = 3
    FOUR = 4
    FIVE = 5
    HAND_LIMIT = 6
    SEVEN = 7
    # The second half of a two-step move: its card is chosen, its target is not.
    SCUTTLE_TARGET = 8
    JACK_TARGET = 9
    EFFECT_TARGET = 10


# Fields with a leading 2 are indexed by seat. Masks are sets of cards, see cuttle.game.cards.
GAME = np.dtype(
    [
        ("hand", np.int64, 2),
        ("points", np.int64, 2),  # point cards under this seat's control
        ("faces", np.int64, 2),  # kings, queens and glasses eights
        ("known", np.int64, 2),  # cards of this seat's hand that the other seat knows
        ("scrap", np.int64),
        ("frozen", np.int64),  # cards in a hand that may not be played next turn (rules 7.9)
        ("jack_host", np.int8, 4),  # card under each suit's jack, which is in no mask; or NO_CARD
        ("jack_level", np.int8, 4),  # height of that jack on its card, 0 lowest
        ("deck", np.uint8, NUM_CARDS),  # the pile is deck[deck_top:], top first; the rest is stale
        ("deck_top", np.uint8),
        ("known_top", np.uint8),  # cards on top of the pile that both seats know
        ("revealed", np.uint8),  # cards a seven shows, 0 outside the seven's phase
        ("twos", np.int8, 4),  # counter stack, first two first
        ("num_twos", np.uint8),
        ("one_off", np.int8),  # card in limbo, or NO_CARD
        ("target", np.int8),  # of the one-off, or NO_CARD
        ("pending", np.int8),  # card of a half-decided two-step move, or NO_CARD
        ("owed", np.uint8),  # cards still to discard in FOUR and HAND_LIMIT
        ("phase", np.uint8),
        ("passes", np.uint8),  # consecutive passes
        ("turn", np.int16),  # turn % 2 is the active seat
        ("decisions", np.int16),
        ("over", np.bool_),
        ("winner", np.int8),  # seat, or -1 for a draw or an unfinished game
    ],
    align=True,
)

Games = NDArray[np.void]  # (num_games,) GAME


@inlined
def active(game: Record) -> Int:
    """Return the seat whose turn it is."""
    return np.int64(game.turn & 1)


@kernel
def acting(game: Record) -> Int:
    """Return the seat that must decide now (rules 10)."""
    seat = active(game)
    if game.phase == Phase.FOUR:
        return 1 - seat
    if game.phase == Phase.COUNTER and game.num_twos % 2 == 0:
        return 1 - seat
    return seat


@inlined
def pile_size(game: Record) -> Int:
    """Count the cards of the draw pile."""
    return NUM_CARDS - np.int64(game.deck_top)


@inlined
def hand_size(game: Record, seat: Int) -> Int:
    """Count the cards in a hand."""
    return count(game.hand[seat])


@kernel
def sees_hand(game: Record, seat: Int, rules: Rules) -> bool:
    """Return whether this seat sees the other hand now (rules 9.2)."""
    open_hands = rules.open_hands_when_pile_empty and pile_size(game) == 0
    return open_hands or game.faces[seat] & EIGHTS != 0


@inlined
def jacks_on(game: Record, card: Int) -> Int:
    """Count the jacks on a point card."""
    total = 0
    for jack in range(4):
        if game.jack_host[jack] == card:
            total += 1
    return total


@inlined
def top_jacks(game: Record, seat: Int) -> Int:
    """Return the set of jacks that lie on top of this seat's point cards."""
    tops = np.int64(0)
    for jack in range(4):
        host = game.jack_host[jack]
        if host == NO_CARD or game.points[seat] & bit(host) == 0:
            continue
        if game.jack_level[jack] == jacks_on(game, host) - 1:
            tops |= bit(FIRST_JACK + jack)
    return tops


def jack_stack(game: Record, card: int) -> list[int]:
    """List the jacks on a point card, bottom to top."""
    suits = [suit for suit in range(4) if game["jack_host"][suit] == card]
    return [FIRST_JACK + suit for suit in sorted(suits, key=lambda suit: game["jack_level"][suit])]


@kernel
def deal(game: Record, deck: NDArray[np.uint8]) -> None:
    """Start a game from a deck order `(52,) uint8`."""
    for position in range(NUM_CARDS):
        game.deck[position] = deck[position]
    _start(game)


@inlined
def deal_from_stream(game: Record, streams: NDArray[np.uint64], i: Int) -> None:
    """Start a game from a deck shuffled (Fisher-Yates) with stream i of `streams`, moving it on."""
    state = streams[i]
    for position in range(NUM_CARDS):
        game.deck[position] = position
    for last in range(NUM_CARDS - 1, 0, -1):
        state += _GOLDEN
        other = np.int64((_mixed(state) >> _HALF) * np.uint64(last + 1) >> _HALF)
        game.deck[last], game.deck[other] = game.deck[other], game.deck[last]
    streams[i] = state
    _start(game)


@inlined
def _mixed(state: np.uint64) -> np.uint64:
    """Turn the state of a SplitMix64 stream into its output."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


@inlined
def _start(game: Record) -> None:
    """Deal five cards, six cards and the pile from the game's deck (rules 1.2)."""
    for seat in range(2):
        game.hand[seat] = 0
        game.points[seat] = 0
        game.faces[seat] = 0
        game.known[seat] = 0
    for position in range(FIRST_HAND):
        game.hand[0] |= bit(game.deck[position])
    for position in range(FIRST_HAND, FIRST_HAND + DEALER_HAND):
        game.hand[1] |= bit(game.deck[position])
    for suit in range(4):
        game.jack_host[suit] = NO_CARD
        game.jack_level[suit] = 0
        game.twos[suit] = NO_CARD
    game.scrap = 0
    game.frozen = 0
    game.deck_top = FIRST_HAND + DEALER_HAND
    game.known_top = 0
    game.revealed = 0
    game.num_twos = 0
    game.one_off = NO_CARD
    game.target = NO_CARD
    game.pending = NO_CARD
    game.owed = 0
    game.phase = Phase.MAIN
    game.passes = 0
    game.turn = 0
    game.decisions = 0
    game.over = False
    game.winner = -1


def new_games(num_games: int) -> Games:
    """Allocate games; each must be dealt or filled before use."""
    return np.zeros(num_games, GAME)


def random_streams(num_streams: int, rng: np.random.Generator) -> NDArray[np.uint64]:
    """Draw streams of deals `(num_streams,) uint64`, independent of one another."""
    return rng.integers(0, 2**64, num_streams, np.uint64)


def random_decks(num_decks: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw deck orders `(num_decks, 52) uint8`."""
    return rng.permuted(np.tile(np.arange(NUM_CARDS, dtype=np.uint8), (num_decks, 1)), axis=1)
