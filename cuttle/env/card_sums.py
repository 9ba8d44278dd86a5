"""Sums of rows over the cards of packed zones, and their gradients. No networks.

A zone holds few of its 52 cards, so adding their rows costs a fraction of a product with all
52 booleans. Letters: batch, zones, width; tables is 1, for a table all zones share, or zones; sums
is zones, for a sum each, or 1, for one over all zones.
"""

import numpy as np
from numpy.typing import NDArray

from cuttle.game.cards import lowest
from cuttle.game.jit import kernel


@kernel
def sum_rows(
    zones: NDArray[np.int64],
    table: NDArray[np.float32],
    bias: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Write the sums of the rows of all cards in `zones (batch, zones)`, over `bias`.

    `table (tables, 52, width)` has a row for each card; `bias (sums, width)` is what is summed on
    to; `out (batch, sums, width)` is overwritten.
    """
    for row in range(zones.shape[0]):
        out[row] = bias
        for zone in range(zones.shape[1]):
            which = zone if table.shape[0] > 1 else 0
            place = zone if out.shape[1] > 1 else 0
            cards = zones[row, zone]
            while cards:
                card = lowest(cards)
                for k in range(out.shape[2]):
                    out[row, place, k] += table[which, card, k]
                cards &= cards - 1


@kernel
def add_row_gradients(
    zones: NDArray[np.int64], gradient: NDArray[np.float32], out: NDArray[np.float32]
) -> None:
    """Add the gradients of the sums, `(batch, sums, width)`, to that of the table's rows.

    `out (tables, 52, width)`; the arguments are those of `sum_rows`.
    """
    for row in range(zones.shape[0]):
        for zone in range(zones.shape[1]):
            which = zone if out.shape[0] > 1 else 0
            place = zone if gradient.shape[1] > 1 else 0
            cards = zones[row, zone]
            while cards:
                card = lowest(cards)
                for k in range(out.shape[2]):
                    out[which, card, k] += gradient[row, place, k]
                cards &= cards - 1
