"""Compiled loops of the layers: encoded cards, normalisation, values. No torch, no parameters.

Each order of summation is written out, so that results do not depend on the processor. Letters:
batch, zones, entries (zones that hold cards, see `cuttle/networks/held.py`), width, units, actions.
Loops over the entries of each kind of zone are in `cuttle/networks/held_kernels.py`, sums of rows
for all zones and scalars in `cuttle/networks/rows.py`.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cuttle.game.cards import lowest
from cuttle.game.jit import inlined, kernel
from cuttle.networks.lanes import (
    LANES,
    add,
    fma,
    load,
    load_or,
    multiply,
    repeat,
    store,
    subtract,
    sum_lanes,
    where_positive,
    zeros,
)

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Norm = tuple[Floats, Floats, float]  # weight (units) and bias (units) of a layer norm, its eps


@inlined
def _list_cards(cards: np.int64, first: int, rows: Ints, count: int) -> int:
    """Write the table rows of a set's cards, from `first` on, behind `count` others."""
    while cards:
        rows[count] = first + lowest(cards)
        count += 1
        cards &= cards - 1
    return count


@inlined
def _sum_rows(rows: Ints, table: Floats, bias: Floats, out: Floats) -> None:
    """Write `bias` plus the listed rows of `table`; a wide part of the sum stays in registers."""
    k = 0
    while k + 4 * LANES <= len(out):
        a, b = load(bias, k), load(bias, k + LANES)
        c, d = load(bias, k + 2 * LANES), load(bias, k + 3 * LANES)
        for row in rows:
            a, b = add(a, load(table[row], k)), add(b, load(table[row], k + LANES))
            c = add(c, load(table[row], k + 2 * LANES))
            d = add(d, load(table[row], k + 3 * LANES))
        store(out, k, a)
        store(out, k + LANES, b)
        store(out, k + 2 * LANES, c)
        store(out, k + 3 * LANES, d)
        k += 4 * LANES
    while k < len(out):
        a = load(bias, k)
        for row in rows:
            a = add(a, load(table[row], k))
        store(out, k, a)
        k += LANES


@kernel
def encode_each(cards: Ints, zone: Ints, table: Floats, bias: Floats, out: Floats) -> None:
    """Write for each set of `cards (entries)` the ReLU of its zone's bias plus its cards' rows.

    `table (tables, 52, width)` and `bias (tables, width)` hold one entry for every zone or one for
    all; `out (entries, width)` is overwritten.
    """
    rows = np.empty(52, np.int64)
    for i in range(len(cards)):
        which = zone[i] if len(table) > 1 else 0
        count = _list_cards(cards[i], 0, rows, 0)
        _sum_rows(rows[:count], table[which], bias[which], out[i])
        for k in range(out.shape[1]):
            out[i, k] = np.float32(0.0) if out[i, k] < 0 else out[i, k]


@kernel
def add_each_gradients(
    cards: Ints, zone: Ints, out: Floats, gradient: Floats, of_table: Floats, of_bias: Floats
) -> None:
    """Add the gradients of `encode_each` to those of table and bias.

    `out (entries, width)` is what it wrote, `gradient (entries, width)` that of it.
    """
    passed = np.empty(out.shape[1], np.float32)
    for i in range(len(cards)):
        which = zone[i] if len(of_table) > 1 else 0
        rest = cards[i]
        for k in range(len(passed)):
            passed[k] = gradient[i, k] if out[i, k] > 0 else np.float32(0.0)
            of_bias[which, k] += passed[k]
        while rest:
            card = lowest(rest)
            for k in range(len(passed)):
                of_table[which, card, k] += passed[k]
            rest &= rest - 1


@inlined
def _moments(x: Floats, eps: float) -> tuple[float, float]:
    """Return the mean of `x` and its reciprocal standard deviation."""
    share = np.true_divide(np.float32(1.0), np.float32(len(x)))
    total = zeros()
    for k in range(0, len(x), LANES):
        total = add(total, load(x, k))
    mean = sum_lanes(total) * share
    level, total = repeat(mean), zeros()
    for k in range(0, len(x), LANES):
        centred = subtract(load_or(x, k, level), level)
        total = fma(centred, centred, total)
    deviation = np.sqrt(sum_lanes(total) * share + np.float32(eps))
    # Python's division could raise, and then compiled code counts references to every row.
    return mean, np.true_divide(np.float32(1.0), deviation)


@inlined
def _standard(x: Floats, k: int, mean: Any, scale: Any) -> Any:
    """Return lanes of standardised `x`."""
    return multiply(subtract(load(x, k), mean), scale)


@kernel
def value_chosen(
    hidden: Floats, norm: Norm, weight: Floats, bias: Floats, action: Ints, out: Floats
) -> None:
    """Write each member's value of one action per row, and its normalisation.

    `hidden (batch, members, units)`, `weight (actions, members, units)`, `bias (actions, members)`,
    `action (batch)`; `out (3, batch, members)` is value, mean and reciprocal deviation of units.
    """
    norm_weight, norm_bias, eps = norm
    for i in range(len(hidden)):
        for member in range(hidden.shape[1]):
            x, chosen = hidden[i, member], weight[action[i], member]
            mean, scale = _moments(x, eps)
            out[1, i, member], out[2, i, member] = mean, scale
            level, slope, total = repeat(mean), repeat(scale), zeros()
            for k in range(0, len(x), LANES):
                y = fma(_standard(x, k, level, slope), load(norm_weight, k), load(norm_bias, k))
                total = fma(where_positive(y, y), load(chosen, k), total)
            out[0, i, member] = sum_lanes(total) + bias[action[i], member]


@kernel
def value_chosen_gradients(
    hidden: Floats,
    norm: Norm,
    weight: Floats,
    action: Ints,
    forward: Floats,
    gradient: Floats,
    out: tuple[Floats, Floats, Floats, Floats, Floats],
) -> None:
    """Write the gradient of `hidden`; add to those of norm's weight, its bias, weight and bias.

    All five are in `out`; `forward` is what `value_chosen` wrote, `gradient (batch, members)`.
    """
    norm_weight, norm_bias, _ = norm
    of_hidden, of_norm_weight, of_norm_bias, of_weight, of_bias = out
    share = np.float32(1.0 / hidden.shape[2])
    for i in range(len(hidden)):
        for member in range(hidden.shape[1]):
            of_bias[action[i], member] += gradient[i, member]
            mean, scale = repeat(forward[1, i, member]), repeat(forward[2, i, member])
            slope = repeat(gradient[i, member])
            x, of_x = hidden[i, member], of_hidden[i, member]
            chosen, of_chosen = weight[action[i], member], of_weight[action[i], member]
            level, along = zeros(), zeros()
            for k in range(0, len(x), LANES):
                standard = _standard(x, k, mean, scale)
                y = fma(standard, load(norm_weight, k), load(norm_bias, k))
                store(of_chosen, k, fma(where_positive(y, y), slope, load(of_chosen, k)))
                passed = where_positive(y, multiply(slope, load(chosen, k)))
                store(of_norm_weight, k, fma(passed, standard, load(of_norm_weight, k)))
                store(of_norm_bias, k, add(passed, load(of_norm_bias, k)))
                passed = multiply(passed, load(norm_weight, k))
                store(of_x, k, passed)
                level, along = add(level, passed), fma(passed, standard, along)
            shift, tilt = repeat(sum_lanes(level) * share), repeat(-sum_lanes(along) * share)
            for k in range(0, len(x), LANES):
                passed = fma(_standard(x, k, mean, scale), tilt, subtract(load(of_x, k), shift))
                store(of_x, k, multiply(scale, passed))


@kernel
def value_allowed(
    hidden: Floats,
    norm: Norm,
    weight: Floats,
    bias: Floats,
    out: Floats,
    allowed: NDArray[np.uint8],
) -> None:
    """Write the members' mean value of each allowed action, `(batch, actions)`; -inf elsewhere.

    `hidden (batch, members, units)`; `weight (actions, members * units)`; `bias (actions,
    members)`; `allowed (batch, ceil(actions / 8))` as bits.
    """
    norm_weight, norm_bias, eps = norm
    members, units = hidden.shape[1:]
    share = np.true_divide(np.float32(1.0), np.float32(members))
    active = np.empty(weight.shape[1], np.float32)
    for i in range(len(hidden)):
        for member in range(members):
            x = hidden[i, member]
            mean, scale = _moments(x, eps)
            level, slope = repeat(mean), repeat(scale)
            for k in range(0, units, LANES):
                y = fma(_standard(x, k, level, slope), load(norm_weight, k), load(norm_bias, k))
                # The zeros behind the last unit are where the next member writes.
                store(active, member * units + k, where_positive(y, y))
        out[i] = -np.inf
        for byte in range(allowed.shape[1]):
            rest = np.int64(allowed[i, byte])
            while rest:
                action = 8 * byte + lowest(rest)
                total = zeros()
                for k in range(0, len(active), LANES):
                    total = fma(load(active, k), load(weight[action], k), total)
                whole = sum_lanes(total)
                for member in range(members):
                    whole += bias[action, member]
                out[i, action] = share * whole
                rest &= rest - 1
