"""Compiled loops of the layers: sums over cards, normalisation, values. No torch, no parameters.

Each order of summation is written out, so that results do not depend on the processor. Letters:
batch, zones, entries (zones that hold cards, see `cuttle/networks/held.py`), width, units, actions.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cuttle.game.cards import lowest
from cuttle.game.compiled import inlined, kernel
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
def sum_all(zones: Ints, table: Floats, bias: Floats, out: Floats) -> None:
    """Write `bias (width)` plus the rows of all cards in `zones (batch, zones)`.

    `table (zones * 52, width)`; `out (batch, width)` is overwritten.
    """
    rows = np.empty(52 * zones.shape[1], np.int64)
    for i in range(len(zones)):
        count = 0
        for zone in range(zones.shape[1]):
            count = _list_cards(zones[i, zone], 52 * zone, rows, count)
        _sum_rows(rows[:count], table, bias, out[i])


@kernel
def add_all_gradients(zones: Ints, gradient: Floats, out: Floats) -> None:
    """Add the gradients of `sum_all`, `(batch, width)`, to those of the table's rows."""
    for i in range(len(zones)):
        for zone in range(zones.shape[1]):
            cards = zones[i, zone]
            while cards:
                row = 52 * zone + lowest(cards)
                for k in range(out.shape[1]):
                    out[row, k] += gradient[i, k]
                cards &= cards - 1


@kernel
def sum_each(cards: Ints, zone: Ints, table: Floats, bias: Floats, out: Floats) -> None:
    """Write for each set of `cards (entries)` its zone's bias plus the rows of its cards.

    `table (tables, 52, width)` and `bias (tables, width)` hold one entry for every zone or one for
    all; `out (entries, width)` is overwritten.
    """
    rows = np.empty(52, np.int64)
    for i in range(len(cards)):
        which = zone[i] if len(table) > 1 else 0
        count = _list_cards(cards[i], 0, rows, 0)
        _sum_rows(rows[:count], table[which], bias[which], out[i])


@kernel
def add_each_gradients(
    cards: Ints, zone: Ints, gradient: Floats, table: Floats, bias: Floats
) -> None:
    """Add the gradients of `sum_each`, `(entries, width)`, to those of table and bias."""
    for i in range(len(cards)):
        which = zone[i] if len(table) > 1 else 0
        rest = cards[i]
        for k in range(bias.shape[1]):
            bias[which, k] += gradient[i, k]
        while rest:
            card = lowest(rest)
            for k in range(bias.shape[1]):
                table[which, card, k] += gradient[i, k]
            rest &= rest - 1


@kernel
def count_held(zones: Ints, first: Ints) -> None:
    """Write where the entries of each kind of zone begin, and behind them where all end.

    A kind's entries are an empty zone, then those of `zones (batch, zones)` that hold a card.
    """
    for kind in range(zones.shape[1]):
        count = 1
        for i in range(len(zones)):
            count += zones[i, kind] != 0
        first[kind + 1] = first[kind] + count


@kernel
def list_held(zones: Ints, first: Ints, out: Ints) -> None:
    """Write cards, kind and row of each entry to `out (3, entries)`; an empty zone is of row 0."""
    for kind in range(zones.shape[1]):
        entry = first[kind]
        out[0, entry], out[2, entry] = 0, 0
        out[1, entry : first[kind + 1]] = kind
        for i in range(len(zones)):
            if zones[i, kind]:
                entry += 1
                out[0, entry] = zones[i, kind]
                out[2, entry] = i


@kernel
def add_products(first: Ints, row: Ints, x: Floats, weight: Floats, out: Floats) -> None:
    """Add each entry's product with the weights of its kind, `x[i] @ weight[kind]`, to a row.

    Entries of a kind lie from `first[kind]` on; `x (entries, features)`, `row (entries)`,
    `weight (kinds, features, width)`, `out (rows, width)`.
    """
    for kind in range(len(weight)):
        for i in range(first[kind], first[kind + 1]):
            _add_product(x[i], weight[kind], out[row[i]])


@inlined
def _add_product(x: Floats, weight: Floats, out: Floats) -> None:
    """Add `x @ weight` to `out`."""
    k = 0
    while k + 4 * LANES <= len(out):
        a, b = load(out, k), load(out, k + LANES)
        c, d = load(out, k + 2 * LANES), load(out, k + 3 * LANES)
        for j in range(len(x)):
            factor, row = repeat(x[j]), weight[j]
            a, b = fma(factor, load(row, k), a), fma(factor, load(row, k + LANES), b)
            c = fma(factor, load(row, k + 2 * LANES), c)
            d = fma(factor, load(row, k + 3 * LANES), d)
        store(out, k, a)
        store(out, k + LANES, b)
        store(out, k + 2 * LANES, c)
        store(out, k + 3 * LANES, d)
        k += 4 * LANES
    while k < len(out):
        a = load(out, k)
        for j in range(len(x)):
            a = fma(repeat(x[j]), load(weight[j], k), a)
        store(out, k, a)
        k += LANES


@kernel
def product_gradients(
    first: Ints,
    row: Ints,
    x: Floats,
    weight: Floats,
    gradient: Floats,
    of_x: Floats,
    of_weight: Floats,
) -> None:
    """Write the gradients of `x` and `weight` in `add_products`, given that of `out`."""
    for kind in range(len(weight)):
        begin, end = first[kind], first[kind + 1]
        for i in range(begin, end):
            _multiply_rows(weight[kind], gradient[row[i]], of_x[i])
        _sum_outer_products(x[begin:end], row[begin:end], gradient, of_weight[kind])


@inlined
def _multiply_rows(rows: Floats, x: Floats, out: Floats) -> None:
    """Write the products of `rows (n, width)` with `x (width)`; four at a time."""
    done = len(rows) & ~3
    for j in range(0, done, 4):
        a, b, c, d = zeros(), zeros(), zeros(), zeros()
        for k in range(0, len(x), LANES):
            part = load(x, k)
            a, b = fma(load(rows[j], k), part, a), fma(load(rows[j + 1], k), part, b)
            c, d = fma(load(rows[j + 2], k), part, c), fma(load(rows[j + 3], k), part, d)
        out[j], out[j + 1] = sum_lanes(a), sum_lanes(b)
        out[j + 2], out[j + 3] = sum_lanes(c), sum_lanes(d)
    for j in range(done, len(rows)):
        a = zeros()
        for k in range(0, len(x), LANES):
            a = fma(load(rows[j], k), load(x, k), a)
        out[j] = sum_lanes(a)


@inlined
def _sum_outer_products(x: Floats, row: Ints, gradient: Floats, out: Floats) -> None:
    """Write the sum over entries of `x[i]` times `gradient[row[i]]`; four features at a time."""
    done = x.shape[1] & ~3
    for k in range(0, gradient.shape[1], LANES):
        for j in range(0, done, 4):
            a, b, c, d = zeros(), zeros(), zeros(), zeros()
            for i in range(len(x)):
                part = load(gradient[row[i]], k)
                a, b = fma(repeat(x[i, j]), part, a), fma(repeat(x[i, j + 1]), part, b)
                c, d = fma(repeat(x[i, j + 2]), part, c), fma(repeat(x[i, j + 3]), part, d)
            store(out[j], k, a)
            store(out[j + 1], k, b)
            store(out[j + 2], k, c)
            store(out[j + 3], k, d)
        for j in range(done, x.shape[1]):
            a = zeros()
            for i in range(len(x)):
                a = fma(repeat(x[i, j]), load(gradient[row[i]], k), a)
            store(out[j], k, a)


@inlined
def _moments(x: Floats, eps: float) -> tuple[float, float]:
    """Return the mean of `x` and its reciprocal standard deviation."""
    share = np.float32(1.0 / len(x))
    total = zeros()
    for k in range(0, len(x), LANES):
        total = add(total, load(x, k))
    mean = sum_lanes(total) * share
    level, total = repeat(mean), zeros()
    for k in range(0, len(x), LANES):
        centred = subtract(load_or(x, k, level), level)
        total = fma(centred, centred, total)
    return mean, np.float32(1.0) / np.sqrt(sum_lanes(total) * share + np.float32(eps))


@inlined
def _standard(x: Floats, k: int, mean: Any, scale: Any) -> Any:
    """Return lanes of standardised `x`."""
    return multiply(subtract(load(x, k), mean), scale)


@kernel
def value_chosen(
    hidden: Floats, norm: Norm, weight: Floats, bias: Floats, action: Ints, out: Floats
) -> None:
    """Write each member's value of one action a row, and its normalisation.

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
    allowed: NDArray[np.bool_],
    out: Floats,
) -> None:
    """Write the members' mean value of each allowed action, `(batch, actions)`; -inf elsewhere.

    `hidden (batch, members, units)`; `weight (actions, members * units)` is already divided by the
    number of members, `bias (actions)` their mean.
    """
    norm_weight, norm_bias, eps = norm
    units = hidden.shape[2]
    active, actions = np.empty(weight.shape[1], np.float32), np.empty(len(weight) + 1, np.int64)
    for i in range(len(hidden)):
        for member in range(hidden.shape[1]):
            x, part = hidden[i, member], active[member * units : (member + 1) * units]
            mean, scale = _moments(x, eps)
            level, slope = repeat(mean), repeat(scale)
            for k in range(0, units, LANES):
                y = fma(_standard(x, k, level, slope), load(norm_weight, k), load(norm_bias, k))
                store(part, k, where_positive(y, y))
        count = 0
        for action in range(len(weight)):  # listed first, for no branch can be foretold here
            out[i, action] = -np.inf
            actions[count] = action
            count += allowed[i, action]
        for action in actions[:count]:
            total = zeros()
            for k in range(0, len(active), LANES):
                total = fma(load(active, k), load(weight[action], k), total)
            out[i, action] = sum_lanes(total) + bias[action]
