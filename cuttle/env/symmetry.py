"""The symmetry of the suits: renaming them in packed observations, masks and actions. No games.

Suits matter only where two number cards of equal rank scuttle, so a renamed position is played
all but alike. Renaming moves cards within their rank; every id block begins at a whole rank.
"""

from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from cuttle.env.observation import BYTES_PER_WORD, SCALARS, ZONES, Zone
from cuttle.game.actions import DEFAULT, FIRST_PLAY, NUM_ACTIONS
from cuttle.game.cards import lowest
from cuttle.game.jit import kernel

# (24, 4): new suit of each suit; the first leaves all as they are.
SUIT_ORDERS = np.array(list(permutations(range(4))), np.int64)
# (4, 4): those that turn the suits round, so that each suit takes each place once.
SUIT_ROTATIONS = (np.arange(4)[:, None] + np.arange(4)) % 4

MASK_WORDS = -(-NUM_ACTIONS // 64)

_NUM_ZONES = len(ZONES)
_FIRST_LEVEL = SCALARS.index("jack_of_clubs_level")
_LEVEL_WORDS = _NUM_ZONES + np.arange(_FIRST_LEVEL, _FIRST_LEVEL + 4) // BYTES_PER_WORD
_LEVEL_SHIFTS = 8 * (np.arange(_FIRST_LEVEL, _FIRST_LEVEL + 4) % BYTES_PER_WORD)
_ONE_SUIT = np.int64(0x1111111111111)  # the clubs of all thirteen ranks


@kernel
def rename_suits(packed: NDArray[np.int64], order: NDArray[np.int64]) -> None:
    """Rename the suits of `packed (batch, OBS_WORDS)` in place, by `order (batch, 4)` each."""
    hosts = np.empty(4, np.int64)
    levels = np.empty(4, np.int64)
    for row in range(packed.shape[0]):
        to = order[row]
        for zone in range(_NUM_ZONES):
            word = packed[row, zone]
            renamed = np.int64(0)
            for suit in range(4):
                renamed |= ((word >> suit) & _ONE_SUIT) << to[suit]
            packed[row, zone] = renamed
        for jack in range(4):
            hosts[jack] = packed[row, Zone.JACK_OF_CLUBS_HOST + jack]
            word, shift = _LEVEL_WORDS[jack], _LEVEL_SHIFTS[jack]
            levels[jack] = (packed[row, word] >> shift) & 0xFF
            packed[row, word] &= ~(np.int64(0xFF) << shift)
        for jack in range(4):
            packed[row, Zone.JACK_OF_CLUBS_HOST + to[jack]] = hosts[jack]
            word, shift = _LEVEL_WORDS[to[jack]], _LEVEL_SHIFTS[to[jack]]
            packed[row, word] |= levels[jack] << shift


@kernel
def rename_in_actions(action: NDArray[np.int64], order: NDArray[np.int64]) -> None:
    """Rename the suits of actions `(batch,)` in place, by `order (batch, 4)`."""
    for row in range(len(action)):
        card = action[row] - FIRST_PLAY
        if action[row] != DEFAULT:
            action[row] = FIRST_PLAY + (card & ~3) + order[row, card & 3]


def pack_masks(legal_mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Pack masks `(batch, NUM_ACTIONS)` into `(batch, MASK_WORDS)`; bit 0 is action 0."""
    packed = np.zeros((len(legal_mask), 8 * MASK_WORDS), np.uint8)
    bits = np.packbits(legal_mask, axis=1, bitorder="little")
    packed[:, : bits.shape[1]] = bits
    return packed.view("<i8")


@kernel
def unpack_masks(
    packed: NDArray[np.int64], order: NDArray[np.int64], out: NDArray[np.bool_]
) -> None:
    """Set the legal actions in `out (batch, NUM_ACTIONS)`, suits renamed by `order (batch, 4)`.

    `packed (batch, MASK_WORDS)` is as `pack_masks` makes it; `out` is all false before.
    """
    for row in range(packed.shape[0]):
        for word in range(packed.shape[1]):
            rest = packed[row, word]
            while rest:
                action = 64 * word + lowest(rest)
                if action != DEFAULT:
                    card = action - FIRST_PLAY
                    action = FIRST_PLAY + (card & ~3) + order[row, card & 3]
                out[row, action] = True
                rest &= rest - 1
