"""Sums of table rows: with their gradients, in compiled loops. No torch, no parameters.

Where inputs are mostly zero, listing the others and adding the rows of their weights is faster than
a product. Letters and order of summation as in `cuttle/networks/kernels.py`.
"""

from typing import Any

import numpy as np

from cuttle.game.cards import count as count_cards
from cuttle.game.cards import lowest
from cuttle.game.jit import inlined, kernel
from cuttle.networks.kernels import Floats, Ints
from cuttle.networks.lanes import LANES, fma, load, multiply, nonzero, repeat, store, subtract

Rows = tuple[Ints, Ints, Floats]  # where each sum's rows begin (batch + 1), the rows, their factors

_WIDE = 7 * LANES  # two such parts make the 208 units of the default trunk


@kernel
def list_cards(zones: Ints) -> Rows:
    """List the rows of all cards in `zones (batch, zones)`, card c of zone z in row 52 z + c."""
    total = 0
    for i in range(len(zones)):
        for zone in range(zones.shape[1]):
            total += count_cards(zones[i, zone])
    first, which = np.empty(len(zones) + 1, np.int64), np.empty(total, np.int64)
    count = 0
    for i in range(len(zones)):
        first[i] = count
        for zone in range(zones.shape[1]):
            cards = zones[i, zone]
            while cards:
                which[count] = 52 * zone + lowest(cards)
                count += 1
                cards &= cards - 1
    first[len(zones)] = count
    return first, which, np.ones(total, np.float32)


@kernel
def list_steps(scalars: Floats, continues: Floats) -> Rows:
    """List the steps of `scalars (batch, scalars)` that are not zero; their sizes are the factors.

    A step is from one scalar to the next where `continues (scalars)` is 1, to 0 elsewhere.
    """
    first = np.empty(len(scalars) + 1, np.int64)
    which, size = np.empty(scalars.size, np.int64), np.empty(scalars.size, np.float32)
    steps = np.empty(scalars.shape[1], np.float32)
    count = 0
    for i in range(len(scalars)):
        first[i] = count
        for k in range(0, scalars.shape[1], LANES):
            following = multiply(load(continues, k), load(scalars[i], k + 1))
            step = subtract(load(scalars[i], k), following)
            store(steps, k, step)
            rest = nonzero(step)
            while rest:
                which[count] = k + lowest(rest)
                size[count] = steps[which[count]]
                count += 1
                rest &= rest - 1
    first[len(scalars)] = count
    return first, which, size


@kernel
def add_rows(rows: Rows, table: Floats, start: Floats, out: Floats) -> None:
    """Write `start` plus the listed rows of `table (rows, width)`, by their factors.

    `start` holds a row for each of `out (batch, width)`, which it may be itself, or one for all.
    """
    first, which, factors = rows
    for i in range(len(out)):
        begin = start[i if len(start) > 1 else 0]
        for k in range(0, out.shape[1], _WIDE):
            a, b, c, d, e, f, g = _load_wide(begin, k)
            for n in range(first[i], first[i + 1]):
                factor, row = repeat(factors[n]), _load_wide(table[which[n]], k)
                a, b, c = fma(factor, row[0], a), fma(factor, row[1], b), fma(factor, row[2], c)
                d, e = fma(factor, row[3], d), fma(factor, row[4], e)
                f, g = fma(factor, row[5], f), fma(factor, row[6], g)
            _store_wide(out[i], k, (a, b, c, d, e, f, g))


@kernel
def add_row_gradients(rows: Rows, gradient: Floats, out: Floats) -> None:
    """Add the gradients of `add_rows`, `(batch, width)`, to those of the table's rows."""
    first, which, factors = rows
    for k in range(0, out.shape[1], _WIDE):
        for i in range(len(gradient)):
            a, b, c, d, e, f, g = _load_wide(gradient[i], k)
            for n in range(first[i], first[i + 1]):
                factor, into = repeat(factors[n]), out[which[n]]
                row = _load_wide(into, k)
                low = fma(factor, a, row[0]), fma(factor, b, row[1]), fma(factor, c, row[2])
                high = fma(factor, d, row[3]), fma(factor, e, row[4])
                _store_wide(into, k, (*low, *high, fma(factor, f, row[5]), fma(factor, g, row[6])))


@inlined
def _load_wide(array: Floats, k: int) -> Any:
    """Read seven times sixteen elements from k on."""
    low = load(array, k), load(array, k + LANES), load(array, k + 2 * LANES)
    middle = load(array, k + 3 * LANES), load(array, k + 4 * LANES)
    return (*low, *middle, load(array, k + 5 * LANES), load(array, k + 6 * LANES))


@inlined
def _store_wide(array: Floats, k: int, values: Any) -> None:
    """Write seven times sixteen elements from k on."""
    store(array, k, values[0])
    store(array, k + LANES, values[1])
    store(array, k + 2 * LANES, values[2])
    store(array, k + 3 * LANES, values[3])
    store(array, k + 4 * LANES, values[4])
    store(array, k + 5 * LANES, values[5])
    store(array, k + 6 * LANES, values[6])
