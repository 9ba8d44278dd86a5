"""Compiled loops over the zones that hold a card, kind by kind. No torch, no parameters.

Entries are those of `cuttle/networks/held.py`: a kind's begin at `first[kind]`, with an empty zone.
Letters and order of summation as in `cuttle/networks/kernels.py`.
"""

from cuttle.game.jit import kernel
from cuttle.networks.kernels import Floats, Ints
from cuttle.networks.lanes import LANES, fma, load, repeat, store, zeros


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
def add_products(
    first: Ints, place: tuple[Ints, Ints], x: Floats, weight: Floats, out: Floats
) -> None:
    """Add each entry's product with the weights of its kind, `x[i] @ weight[kind]`, to a row.

    Entries of a kind lie from `first[kind]` on; `place` holds the row of each in
    `x (rows, features)` and in `out (rows, width)`; `weight (kinds, features, width)`. A kind's
    entries go to rows of their own, but that an entry of zeros may stand before the others.
    """
    source, target = place
    for kind in range(len(weight)):
        rows, last = weight[kind], first[kind + 1] - 1
        for i in range(first[kind], first[kind + 1], 4):
            # Four rows at a time; behind the last entry it is that one again, with the same result.
            j, k, m = min(i + 1, last), min(i + 2, last), min(i + 3, last)
            x_i, x_j, x_k, x_m = x[source[i]], x[source[j]], x[source[k]], x[source[m]]
            to_i, to_j, to_k, to_m = out[target[i]], out[target[j]], out[target[k]], out[target[m]]
            for begin in range(0, out.shape[1], 2 * LANES):
                end = begin + LANES
                a, b, c, d = (
                    load(to_i, begin),
                    load(to_j, begin),
                    load(to_k, begin),
                    load(to_m, begin),
                )
                e, f, g, h = load(to_i, end), load(to_j, end), load(to_k, end), load(to_m, end)
                for n in range(x.shape[1]):
                    left, right = load(rows[n], begin), load(rows[n], end)
                    p, q, r, s = repeat(x_i[n]), repeat(x_j[n]), repeat(x_k[n]), repeat(x_m[n])
                    a, b, c, d = fma(p, left, a), fma(q, left, b), fma(r, left, c), fma(s, left, d)
                    e, f = fma(p, right, e), fma(q, right, f)
                    g, h = fma(r, right, g), fma(s, right, h)
                store(to_i, begin, a)
                store(to_j, begin, b)
                store(to_k, begin, c)
                store(to_m, begin, d)
                store(to_i, end, e)
                store(to_j, end, f)
                store(to_k, end, g)
                store(to_m, end, h)


@kernel
def sum_outer_products(first: Ints, row: Ints, x: Floats, gradient: Floats, out: Floats) -> None:
    """Write the gradient of the weights: over a kind's entries, the sum of `x[i]` times its row's.

    `x (entries, features)`, `gradient (rows, width)`, `out (kinds, features, width)`.
    """
    last = x.shape[1] - 1
    for kind in range(len(out)):
        for begin in range(0, gradient.shape[1], 2 * LANES):
            end = begin + LANES
            for n in range(0, x.shape[1], 4):
                # Four features at a time, as above.
                k, m, o = min(n + 1, last), min(n + 2, last), min(n + 3, last)
                a, b, c, d = zeros(), zeros(), zeros(), zeros()
                e, f, g, h = zeros(), zeros(), zeros(), zeros()
                for i in range(first[kind], first[kind + 1]):
                    left, right = load(gradient[row[i]], begin), load(gradient[row[i]], end)
                    p, q, r, s = repeat(x[i, n]), repeat(x[i, k]), repeat(x[i, m]), repeat(x[i, o])
                    a, b, c, d = fma(p, left, a), fma(q, left, b), fma(r, left, c), fma(s, left, d)
                    e, f = fma(p, right, e), fma(q, right, f)
                    g, h = fma(r, right, g), fma(s, right, h)
                for feature, low, high in ((n, a, e), (k, b, f), (m, c, g), (o, d, h)):
                    store(out[kind, feature], begin, low)
                    store(out[kind, feature], end, high)


@kernel
def spread(first: Ints, rows: Floats, out: Floats) -> None:
    """Write its kind's row of `rows (kinds, width)` for each entry, to `out (entries, width)`."""
    for kind in range(len(rows)):
        for i in range(first[kind], first[kind + 1]):
            for k in range(rows.shape[1]):
                out[i, k] = rows[kind, k]


@kernel
def sum_kinds(first: Ints, x: Floats, out: Floats) -> None:
    """Add to `out (kinds, width)` what the entries `x (entries, width)` of each kind sum to."""
    for kind in range(len(out)):
        for i in range(first[kind], first[kind + 1]):
            for k in range(out.shape[1]):
                out[kind, k] += x[i, k]


@kernel
def subtract_empty(first: Ints, x: Floats, out: Floats) -> None:
    """Write each of the entries `x (entries, width)` without that of its kind's empty zone."""
    for kind in range(len(first) - 1):
        empty = first[kind]
        for i in range(empty, first[kind + 1]):
            for k in range(x.shape[1]):
                out[i, k] = x[i, k] - x[empty, k]


@kernel
def subtract_empty_gradients(first: Ints, gradient: Floats, of_empty: Floats, out: Floats) -> None:
    """Write the gradient of the `x` of `subtract_empty`.

    `gradient (entries, width)` is that of what it wrote, `of_empty (kinds, width)` what the empty
    zones' entries get besides.
    """
    for kind in range(len(first) - 1):
        empty = first[kind]
        for k in range(out.shape[1]):
            out[empty, k] = of_empty[kind, k]
        for i in range(empty + 1, first[kind + 1]):
            for k in range(out.shape[1]):
                out[i, k] = gradient[i, k]
                out[empty, k] -= gradient[i, k]
