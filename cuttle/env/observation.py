"""Packed observations: what the acting player may know. Nothing hidden, nothing about learning.

The packed form `(OBS_WORDS,) int64` holds one word per zone (bit c for card c), then the scalars as
bytes, seven to a word; `unpack` makes it `(OBS_DIM,) float32`. docs/observation.md is its table.
"""

from enum import IntEnum
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from cuttle.game.cards import NO_CARD, bit
from cuttle.game.jit import Int, Record, inlined, kernel
from cuttle.game.legal import revealed_cards
from cuttle.game.rules import goal, points
from cuttle.game.state import Phase, active, hand_size, pile_size
from cuttle.game.variants import MAX_GOAL, Rules

Packed = NDArray[np.int64]  # (OBS_WORDS,) one packed observation


class Zone(IntEnum):
    """A set of cards; "own" and "opponent" as seen from the seat that observes."""

    HAND = 0
    HAND_KNOWN = 1  # own cards that the opponent knows
    POINTS = 2
    FACES = 3  # kings, queens, glasses eights
    OPPONENT_HAND = 4  # the cards of it that are known
    OPPONENT_POINTS = 5
    OPPONENT_FACES = 6
    SCRAP = 7
    FROZEN = 8  # cards in either hand that may not be played next turn
    ONE_OFF = 9  # the one-off or seven in limbo
    PENDING = 10  # the card whose target is being chosen
    TWOS = 11  # the counter stack
    TARGET = 12  # of the one-off
    REVEALED = 13  # what a seven shows
    PILE_TOP = 14  # the top card of the pile, when known
    JACK_OF_CLUBS_HOST = 15  # the point card under that jack
    JACK_OF_DIAMONDS_HOST = 16
    JACK_OF_HEARTS_HOST = 17
    JACK_OF_SPADES_HOST = 18


ZONES = tuple(zone.name.lower() for zone in Zone)

# Name and largest value; unpacking divides by it. A larger value is cut off.
_SCALAR_RANGES = {
    **{f"phase_{phase.name.lower()}": 1 for phase in Phase},
    "is_dealer": 1,  # seat 1, who was dealt six cards
    "is_own_turn": 1,
    "own_points": 21,
    "opponent_points": 21,
    "own_goal": MAX_GOAL,
    "opponent_goal": MAX_GOAL,
    "pile_size": 41,
    "hand_size": 10,
    "opponent_hand_size": 10,
    "passes": 3,
    "num_twos": 4,
    "owed": 2,  # cards still to discard
    "jack_of_clubs_level": 3,  # height on its card, 0 lowest
    "jack_of_diamonds_level": 3,
    "jack_of_hearts_level": 3,
    "jack_of_spades_level": 3,
}
SCALARS = tuple(_SCALAR_RANGES)

# Numbers that the packed form holds already, unpacked once more as thermometers: the flag
# `own_needs_at_least_5` is 1 if five or more points are missing. From a scaled count alone a
# small network cannot tell that a card wins now.
_THERMOMETER_STEPS = {
    "own_needs": 20,  # points missing to the goal
    "opponent_needs": 20,
    "hand_size": 10,
    "opponent_hand_size": 10,
    "highest_points": 10,  # rank of the highest point card, 0 without one
    "opponent_highest_points": 10,
}
FLAGS = tuple(
    f"{name}_at_least_{step}"
    for name, steps in _THERMOMETER_STEPS.items()
    for step in range(1, steps + 1)
)

# (SCALAR_DIM,): 1 for a flag whose thermometer goes on with the next flag, 0 for all others.
CONTINUES = np.array(
    [0] * len(SCALARS)
    + [step < steps for steps in _THERMOMETER_STEPS.values() for step in range(1, steps + 1)],
    np.float32,
)

BYTES_PER_WORD = 7  # scalars, so that its sign bit stays clear
OBS_WORDS = len(ZONES) + -(-len(SCALARS) // BYTES_PER_WORD)
SCALAR_DIM = len(SCALARS) + len(FLAGS)  # unpacked
OBS_DIM = 52 * len(ZONES) + SCALAR_DIM

_NUM_ZONES = len(ZONES)
_NUM_SCALARS = len(SCALARS)
_FIRST_PHASE = SCALARS.index("phase_main")
_IS_DEALER, _IS_OWN_TURN = SCALARS.index("is_dealer"), SCALARS.index("is_own_turn")
_SCORE, _THEIR_SCORE = SCALARS.index("own_points"), SCALARS.index("opponent_points")
_GOAL, _THEIR_GOAL = SCALARS.index("own_goal"), SCALARS.index("opponent_goal")
_PILE, _PASSES, _NUM_TWOS = (SCALARS.index(name) for name in ("pile_size", "passes", "num_twos"))
_HAND_SIZE, _THEIR_HAND_SIZE = SCALARS.index("hand_size"), SCALARS.index("opponent_hand_size")
_OWED, _FIRST_LEVEL = SCALARS.index("owed"), SCALARS.index("jack_of_clubs_level")
_FLAG_ENDS = tuple(accumulate(_THERMOMETER_STEPS.values()))  # of the thermometers in FLAGS
_LARGEST = np.array(list(_SCALAR_RANGES.values()), np.int64)
_SCALE = (1.0 / _LARGEST).astype(np.float32)
_BITS_OF_BYTE = (np.arange(256)[:, None] >> np.arange(8) & 1).astype(np.float32)


@inlined
def _card_set(card: Int) -> Int:
    return np.int64(0) if card == NO_CARD else bit(card)


@inlined
def _write_zones(game: Record, seat: Int, out: Packed) -> None:
    other = 1 - seat
    out[Zone.HAND] = game.hand[seat]
    out[Zone.HAND_KNOWN] = game.known[seat]
    out[Zone.POINTS] = game.points[seat]
    out[Zone.FACES] = game.faces[seat]
    out[Zone.OPPONENT_HAND] = game.known[other]
    out[Zone.OPPONENT_POINTS] = game.points[other]
    out[Zone.OPPONENT_FACES] = game.faces[other]
    out[Zone.SCRAP] = game.scrap
    out[Zone.FROZEN] = game.frozen & (game.hand[seat] | game.known[other])
    out[Zone.ONE_OFF] = _card_set(game.one_off)
    # Half a move is its player's secret until the target is chosen.
    out[Zone.PENDING] = _card_set(game.pending) if seat == active(game) else np.int64(0)
    twos = np.int64(0)
    for position in range(game.num_twos):
        twos |= bit(game.twos[position])
    out[Zone.TWOS] = twos
    out[Zone.TARGET] = _card_set(game.target)
    out[Zone.REVEALED] = revealed_cards(game)
    out[Zone.PILE_TOP] = bit(game.deck[game.deck_top]) if game.known_top > 0 else np.int64(0)
    for jack in range(4):
        out[Zone.JACK_OF_CLUBS_HOST + jack] = _card_set(game.jack_host[jack])


@inlined
def _put(out: Packed, index: Int, value: Int) -> None:
    """Store scalar number `index`."""
    cut = min(np.int64(value), _LARGEST[index])
    out[_NUM_ZONES + index // BYTES_PER_WORD] |= cut << (8 * (index % BYTES_PER_WORD))


@inlined
def _shown_phase(game: Record, seat: Int) -> Int:
    """Return the phase; the other seat does not see that a two-step move is half decided."""
    if game.pending == NO_CARD or seat == active(game):
        return np.int64(game.phase)
    return np.int64(Phase.SEVEN if game.revealed > 0 else Phase.MAIN)


@inlined
def _write_scalars(game: Record, seat: Int, rules: Rules, out: Packed) -> None:
    other = 1 - seat
    for word in range(_NUM_ZONES, OBS_WORDS):
        out[word] = 0
    _put(out, _FIRST_PHASE + _shown_phase(game, seat) - 1, 1)
    _put(out, _IS_DEALER, seat)
    _put(out, _IS_OWN_TURN, active(game) == seat)
    _put(out, _SCORE, points(game, seat))
    _put(out, _THEIR_SCORE, points(game, other))
    _put(out, _GOAL, goal(game, seat, rules))
    _put(out, _THEIR_GOAL, goal(game, other, rules))
    _put(out, _PILE, pile_size(game))
    _put(out, _HAND_SIZE, hand_size(game, seat))
    _put(out, _THEIR_HAND_SIZE, hand_size(game, other))
    _put(out, _PASSES, game.passes)
    _put(out, _NUM_TWOS, game.num_twos)
    _put(out, _OWED, game.owed)
    for jack in range(4):
        if game.jack_host[jack] != NO_CARD:
            _put(out, _FIRST_LEVEL + jack, game.jack_level[jack])


@kernel
def observe(game: Record, seat: Int, rules: Rules, out: Packed) -> None:
    """Write what a seat may know into `out`."""
    _write_zones(game, seat, out)
    _write_scalars(game, seat, rules, out)


def unpack(packed: NDArray[np.int64], out: NDArray[np.float32]) -> None:
    """Expand `packed (batch, OBS_WORDS)` into `out (batch, OBS_DIM)`, every value from 0 to 1.

    Raises ValueError for an `out` of another shape or type.
    """
    wanted = (len(packed), OBS_DIM)
    if out.shape != wanted or out.dtype != np.float32:
        raise ValueError(f"out must be {wanted} float32, got {out.shape} {out.dtype}")
    _unpack_zones(packed, out)
    _unpack_scalars(packed, out, 52 * _NUM_ZONES)


def split(packed: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return zones `(batch, zones) int64`, still packed, and `(batch, SCALAR_DIM) float32`.

    Fresh arrays: what networks take.
    """
    scalars = np.empty((len(packed), SCALAR_DIM), np.float32)
    _unpack_scalars(packed, scalars, 0)
    return packed[:, :_NUM_ZONES].copy(), scalars


@kernel
def _unpack_zones(packed: NDArray[np.int64], out: NDArray[np.float32]) -> None:
    for row in range(packed.shape[0]):
        for zone in range(_NUM_ZONES):
            word = packed[row, zone]
            first = 52 * zone
            for byte in range(6):
                bits = _BITS_OF_BYTE[(word >> (8 * byte)) & 0xFF]
                for k in range(8):
                    out[row, first + 8 * byte + k] = bits[k]
            bits = _BITS_OF_BYTE[(word >> 48) & 0xF]
            for k in range(4):
                out[row, first + 48 + k] = bits[k]


@kernel
def _unpack_scalars(packed: NDArray[np.int64], out: NDArray[np.float32], first: int) -> None:
    """Write scalars, then flags, into the columns of `out` from `first` on."""
    for row in range(packed.shape[0]):
        index = 0
        for word in range(_NUM_ZONES, OBS_WORDS):
            rest = packed[row, word]
            for _ in range(min(BYTES_PER_WORD, _NUM_SCALARS - index)):
                out[row, first + index] = np.float32(rest & 0xFF) * _SCALE[index]
                rest >>= 8
                index += 1
        _write_flags(packed[row], out[row, first + _NUM_SCALARS :])


@inlined
def _write_flags(row: Packed, flags: NDArray[np.float32]) -> None:
    needs, their_needs, size, their_size, highest, _ = _FLAG_ENDS
    _fill(flags[:needs], read_scalar(row, _GOAL) - read_scalar(row, _SCORE))
    _fill(flags[needs:their_needs], read_scalar(row, _THEIR_GOAL) - read_scalar(row, _THEIR_SCORE))
    _fill(flags[their_needs:size], read_scalar(row, _HAND_SIZE))
    _fill(flags[size:their_size], read_scalar(row, _THEIR_HAND_SIZE))
    for k in range(highest - their_size):
        # A card of that rank or a higher one; number cards end at card 39.
        flags[their_size + k] = np.float32(row[Zone.POINTS] >> (4 * k) != 0)
        flags[highest + k] = np.float32(row[Zone.OPPONENT_POINTS] >> (4 * k) != 0)


@inlined
def _fill(thermometer: NDArray[np.float32], value: Int) -> None:
    for step in range(len(thermometer)):
        thermometer[step] = np.float32(value > step)


@inlined
def read_scalar(row: Packed, index: int) -> Int:
    """Read scalar number `index` of one packed observation, unscaled; for compiled code."""
    return (row[_NUM_ZONES + index // BYTES_PER_WORD] >> (8 * (index % BYTES_PER_WORD))) & 0xFF


def zone(packed: NDArray[np.int64], name: str) -> NDArray[np.int64]:
    """View one zone of packed observations `(..., OBS_WORDS)` as card sets `(...)`."""
    view: NDArray[np.int64] = packed[..., ZONES.index(name)]
    return view


def scalar(packed: NDArray[np.int64], name: str) -> NDArray[np.int64]:
    """Read one scalar of packed observations `(..., OBS_WORDS)`, unscaled, as `(...)`."""
    index = SCALARS.index(name)
    words = packed[..., _NUM_ZONES + index // BYTES_PER_WORD]
    value: NDArray[np.int64] = (words >> (8 * (index % BYTES_PER_WORD))) & 0xFF
    return value


def observation_of(game: Record, seat: int, rules: Rules) -> Packed:
    """Return what a seat of one GAME record may know, fresh."""
    out = np.empty(OBS_WORDS, np.int64)
    observe(game, seat, rules, out)
    return out
