"""A second reading of the rules: what moves do. What is legal is in `plain_rules`."""

from copy import deepcopy

from .plain_rules import COUNTER, FIVE, FOUR, LIMIT, MAIN, SEVEN, THREE, Table


def after(table: Table, key: str) -> Table:
    """Return the position after a legal move."""
    table = deepcopy(table)
    verb, _, rest = key.partition(":")
    table.passes = table.passes + 1 if key == "pass" else 0
    if table.phase == MAIN:
        table.frozen -= table.hands[table.active]  # 7.9: thawed by his own next action
    if table.phase == SEVEN:
        verb = verb.removeprefix("seven")
        verb = verb[0].lower() + verb[1:]
        take_from_pile(table, rest[:2])
        if verb == "oneOff":
            table.scrap.add(table.one_off or "")
    elif verb in ("points", "faceCard", "scuttle", "jack", "oneOff"):
        table.hands[table.active].remove(rest[:2])
    MOVES[verb](table, rest)
    for seat in (0, 1):
        if table.sees(1 - seat):
            table.seen[seat] = set(table.hands[seat])
        table.seen[seat] &= table.hands[seat]
    for seat in (1, 0):
        if table.score(seat) >= table.goal(seat):
            table.over, table.winner = True, seat
    if table.passes == table.rules.passes_for_draw:
        table.over = True
    return table


def take_from_pile(table: Table, card: str) -> None:
    """Take a shown card; the other one stays on top, known to both (8.1)."""
    table.deck.remove(card)
    table.known_top -= 1
    table.revealed = 0


def draw(table: Table, number: int) -> None:
    for _ in range(min(number, len(table.deck))):
        card = table.deck.pop(0)
        table.hands[table.active].add(card)
        if table.known_top:
            table.seen[table.active].add(card)
            table.known_top -= 1


def finish(table: Table) -> None:
    """End the active player's action (2.2)."""
    if table.one_off:
        table.scrap.add(table.one_off)
    table.one_off = table.target = None
    excess = len(table.hands[table.active]) - table.rules.hand_limit
    if table.rules.discard_to_limit and excess > 0 and table.phase != LIMIT:
        table.phase = LIMIT
    else:
        table.phase = MAIN
        table.turn += 1


def do_draw(table: Table, rest: str) -> None:
    draw(table, 1)
    finish(table)


def do_points(table: Table, card: str) -> None:
    table.points[table.active][card] = []
    finish(table)


def do_face_card(table: Table, card: str) -> None:
    table.faces[table.active].add(card)
    finish(table)


def do_scuttle(table: Table, rest: str) -> None:
    card, target = rest.split(">")
    table.scrap |= {card, target, *table.points[1 - table.active].pop(target)}
    finish(table)


def do_jack(table: Table, rest: str) -> None:
    jack, target = rest.split(">")
    jacks = table.points[1 - table.active].pop(target)
    table.points[table.active][target] = [*jacks, jack]
    finish(table)


def do_one_off(table: Table, rest: str) -> None:
    card, _, target = rest.partition(">")
    kind, _, target_card = target.partition(":")
    table.one_off = card
    table.target = (kind, target_card) if target else None
    table.phase = COUNTER


def do_counter(table: Table, card: str) -> None:
    table.hands[table.acting].remove(card)
    table.twos.append(card)


def do_resolve(table: Table, rest: str) -> None:
    fizzles = len(table.twos) % 2 == 1
    table.scrap |= set(table.twos)
    table.twos = []
    assert table.one_off
    if fizzles:
        finish(table)
    else:
        EFFECTS[table.one_off[0]](table)


def do_three(table: Table, card: str) -> None:
    table.scrap.remove(card)
    table.hands[table.active].add(card)
    table.seen[table.active].add(card)
    finish(table)


def do_discards(table: Table, rest: str) -> None:
    for card in filter(None, rest.split(",")):
        table.hands[table.acting].remove(card)
        table.scrap.add(card)
    finish(table)


def do_five(table: Table, card: str) -> None:
    if card:
        table.hands[table.active].remove(card)
        table.scrap.add(card)
    number = table.rules.five_draws
    if not table.rules.discard_to_limit:
        number = min(number, table.rules.hand_limit - len(table.hands[table.active]))
    draw(table, max(0, number))
    finish(table)


def do_discard_shown(table: Table, card: str) -> None:
    table.scrap.add(card)
    finish(table)


MOVES = {
    "draw": do_draw,
    "pass": do_draw,
    "points": do_points,
    "faceCard": do_face_card,
    "scuttle": do_scuttle,
    "jack": do_jack,
    "oneOff": do_one_off,
    "counter": do_counter,
    "resolve": do_resolve,
    "resolveThree": do_three,
    "resolveFour": do_discards,
    "resolveFive": do_five,
    "discardToHandLimit": do_discards,
    "discard": do_discard_shown,
}


# What a one-off does


def lift(table: Table, kind: str, card: str) -> int:
    """Take a card off the table; return the seat that controlled it (5.4, 5.5)."""
    for seat in (0, 1):
        if kind == "faceCard" and card in table.faces[seat]:
            table.faces[seat].remove(card)
            return seat
        if kind == "point" and card in table.points[seat]:
            table.scrap |= set(table.points[seat].pop(card))
            return seat
        for host, jacks in list(table.points[seat].items()):
            if kind == "jack" and card in jacks:
                del table.points[seat][host]
                table.points[1 - seat][host] = jacks[:-1]
                return seat
    raise AssertionError(f"{card} does not lie on the table as {kind}")


def ace(table: Table) -> None:
    for seat in (0, 1):
        for card, jacks in table.points[seat].items():
            table.scrap |= {card, *jacks}
    table.points = [{}, {}]
    finish(table)


def two(table: Table) -> None:
    assert table.target
    lift(table, *table.target)
    table.scrap.add(table.target[1])
    finish(table)


def three(table: Table) -> None:
    table.target = None
    table.phase = THREE


def four(table: Table) -> None:
    table.phase = FOUR


def five(table: Table) -> None:
    if table.rules.five_discards:
        table.phase = FIVE
    else:
        do_five(table, "")


def six(table: Table) -> None:
    homes: list[dict[str, list[str]]] = [{}, {}]
    for seat in (0, 1):
        table.scrap |= table.faces[seat]
        for card, jacks in table.points[seat].items():
            table.scrap |= set(jacks)
            homes[(seat + len(jacks)) % 2][card] = []
    table.faces = [set(), set()]
    table.points = homes
    finish(table)


def seven(table: Table) -> None:
    table.phase = SEVEN
    table.revealed = min(table.rules.seven_reveals, len(table.deck))
    table.known_top = max(table.known_top, table.revealed)


def nine(table: Table) -> None:
    assert table.target
    card = table.target[1]
    owner = lift(table, *table.target)
    if table.rules.nine_to_pile:
        table.deck.insert(0, card)
        table.known_top += 1
    else:
        table.hands[owner].add(card)
        table.seen[owner].add(card)
        table.frozen.add(card)
    finish(table)


EFFECTS = {"A": ace, "2": two, "3": three, "4": four, "5": five, "6": six, "7": seven, "9": nine}
