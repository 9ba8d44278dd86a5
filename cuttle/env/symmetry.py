"""The symmetry of the suits: renaming them in packed observations, masks and actions. No games.

Suits matter only where two number cards of equal rank scuttle, so a renamed position is played
all but alike. Renaming moves cards within their rank; every id block begins at a whole rank.
"""

from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from cuttle.env.observation import BYTES_A_WORD, SCALARS, ZONES
from cuttle.game.actions import DEFAULT, FIRST_PLAY
from cuttle.game.compiled import kernel

# (24, 4): new suit of each suit; the first leaves all as they are.
SUIT_ORDERS = np.array(list(permutations(range(4))), np.int64)

_NUM_ZONES = len(ZONES)
_FIRST_HOST = ZONES.index("jack_of_clubs_host")
_FIRST_LEVEL = SCALARS.index("jack_of_clubs_level")
_LEVEL_WORDS = _NUM_ZONES + np.arange(_FIRST_LEVEL, _FIRST_LEVEL + 4) // BYTES_A_WORD
_LEVEL_SHIFTS = 8 * (np.arange(_FIRST_LEVEL, _FIRST_LEVEL + 4) % BYTES_A_WORD)
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
            hosts[jack] = packed[row, _FIRST_HOST + jack]
            word, shift = _LEVEL_WORDS[jack], _LEVEL_SHIFTS[jack]
            levels[jack] = (packed[row, word] >> shift) & 0xFF
            packed[row, word] &= ~(np.int64(0xFF) << shift)
        for jack in range(4):
            packed[row, _FIRST_HOST + to[jack]] = hosts[jack]
            word, shift = _LEVEL_WORDS[to[jack]], _LEVEL_SHIFTS[to[jack]]
            packed[row, word] |= levels[jack] << shift


def rename_in_actions(action: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rename the suits of actions `(batch,)` by `order (batch, 4)`."""
    card = action - FIRST_PLAY
    renamed = FIRST_PLAY + (card & ~3) + order[np.arange(len(action)), card & 3]
    return np.where(action == DEFAULT, DEFAULT, renamed)


def rename_in_masks(legal_mask: NDArray[np.bool_], order: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Rename the suits of masks `(batch, NUM_ACTIONS)` by `order (batch, 4)`."""
    batch = len(legal_mask)
    by_suit = legal_mask[:, FIRST_PLAY:].reshape(batch, -1, 4)
    old_suit = order.argsort(axis=1)
    renamed = legal_mask.copy()
    renamed[:, FIRST_PLAY:] = np.take_along_axis(by_suit, old_suit[:, None, :], 2).reshape(
        batch, -1
    )
    return renamed
