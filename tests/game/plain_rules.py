"""A second reading of the rules in plain Python: positions and what is legal. Slow, no masks.

Written from the text of the rules alone, on named cards and whole moves, to be replayed against
the engine. Numbers such as 7.4 are those of docs/rules.md. What moves do is in `plain_moves`.
"""

from dataclasses import dataclass, field

from cuttle.game.variants import Rules

RANKS, SUITS = "A23456789TJQK", "CDHS"
DECK = [rank + suit for rank in RANKS for suit in SUITS]
MAIN, COUNTER, THREE, FOUR, FIVE, LIMIT, SEVEN = 1, 2, 3, 4, 5, 6, 7


def value(card: str) -> int:
    """Return the points of a number card; jack, queen and king count 11, 12, 13."""
    return RANKS.index(card[0]) + 1


def is_number(card: str) -> bool:
    return value(card) <= 10


def beats(card: str, target: str) -> bool:
    """Return whether a card scuttles another (4.2)."""
    return (value(card), SUITS.index(card[1])) > (value(target), SUITS.index(target[1]))


@dataclass
class Table:
    """A position; `points[seat]` maps a point card to the jacks on it, bottom first."""

    rules: Rules
    hands: list[set[str]]
    deck: list[str]  # top first
    points: list[dict[str, list[str]]] = field(default_factory=lambda: [{}, {}])
    faces: list[set[str]] = field(default_factory=lambda: [set(), set()])
    scrap: set[str] = field(default_factory=set)
    frozen: set[str] = field(default_factory=set)
    seen: list[set[str]] = field(default_factory=lambda: [set(), set()])  # by the other seat
    known_top: int = 0
    twos: list[str] = field(default_factory=list)
    one_off: str | None = None
    target: tuple[str, str] | None = None  # type and card
    revealed: int = 0
    phase: int = MAIN
    turn: int = 0
    passes: int = 0
    over: bool = False
    winner: int | None = None

    @property
    def active(self) -> int:
        return self.turn % 2

    @property
    def acting(self) -> int:
        if self.phase == FOUR or (self.phase == COUNTER and len(self.twos) % 2 == 0):
            return 1 - self.active
        return self.active

    def queens(self, seat: int) -> list[str]:
        return [card for card in self.faces[seat] if card[0] == "Q"]

    def goal(self, seat: int) -> int:
        return self.rules.king_goals[sum(card[0] == "K" for card in self.faces[seat])]

    def score(self, seat: int) -> int:
        return sum(value(card) for card in self.points[seat])

    def sees(self, seat: int) -> bool:
        """Return whether a seat sees the other hand (9.2)."""
        is_open = self.rules.open_hands_when_pile_empty and not self.deck
        return is_open or any(card[0] == "8" for card in self.faces[seat])


# What is legal


def targets(table: Table, rank: str) -> list[str]:
    """List `type:card` of what a two or nine of the active seat may be aimed at (7.4, 6.2)."""
    me, opponent = table.active, 1 - table.active
    both_sides = table.rules.two_both_sides if rank == "2" else table.rules.nine_permanents_only
    found = permanents(table, opponent)
    if rank == "9" and not table.rules.nine_permanents_only:
        found += [f"point:{card}" for card in table.points[opponent]]
    queens = table.queens(opponent)
    if len(queens) == 1:
        found = [f"faceCard:{queens[0]}"]
    elif queens:
        found = []
    return found + (permanents(table, me) if both_sides else [])


def permanents(table: Table, seat: int) -> list[str]:
    """List the royals, glasses and topmost jacks a seat controls."""
    tops = [jacks[-1] for jacks in table.points[seat].values() if jacks]
    return [f"faceCard:{card}" for card in table.faces[seat]] + [f"jack:{jack}" for jack in tops]


def one_offs(table: Table, card: str) -> list[str]:
    """List the keys under which a card may be played as a one-off (7.4, 8.3, 8.4)."""
    rank = card[0]
    if rank in "29":
        return [f"oneOff:{card}>{target}" for target in targets(table, rank)]
    pile = len(table.deck) - (table.phase == SEVEN)
    allowed = {
        "A": True,
        "3": bool(takeable(table)),
        "4": bool(table.hands[1 - table.active]),
        "5": pile > 0,
        "6": True,
        "7": pile > 0,
    }
    return [f"oneOff:{card}"] if allowed.get(rank) else []


def takeable(table: Table) -> set[str]:
    """Return what a three may take (7.5)."""
    return {card for card in table.scrap if card[0] != "3" or table.rules.three_takes_three}


def card_moves(table: Table, card: str) -> list[str]:
    """List every way to play a card."""
    opponent = 1 - table.active
    prey = table.points[opponent]
    if card[0] == "J":
        return [] if table.queens(opponent) else [f"jack:{card}>{target}" for target in prey]
    if not is_number(card):
        return [f"faceCard:{card}"]
    moves = [f"points:{card}"] + ([f"faceCard:{card}"] if card[0] == "8" else [])
    moves += [f"scuttle:{card}>{target}" for target in prey if beats(card, target)]
    return moves + one_offs(table, card)


def legal(table: Table) -> set[str]:
    """Return the keys of all legal moves of the acting seat."""
    if table.over:
        return set()
    hand = table.hands[table.acting]
    if table.phase == MAIN:
        moves = {key for card in hand - table.frozen for key in card_moves(table, card)}
        if not table.deck:
            return moves | {"pass"}
        may_draw = table.rules.discard_to_limit or len(hand) < table.rules.hand_limit
        return moves | {"draw"} if may_draw else moves
    if table.phase == COUNTER:
        barred = table.queens(1 - table.acting)
        twos = set() if barred else {f"counter:{card}" for card in hand if card[0] == "2"}
        return twos | {"resolve"}
    if table.phase == THREE:
        return {f"resolveThree:{card}" for card in takeable(table)}
    if table.phase == FOUR:
        return {f"resolveFour:{cards}" for cards in choices(hand, min(2, len(hand)))}
    if table.phase == FIVE:
        return {f"resolveFive:{card}" for card in hand} or {"resolveFive:"}
    if table.phase == LIMIT:
        excess = len(hand) - table.rules.hand_limit
        return {f"discardToHandLimit:{cards}" for cards in choices(hand, excess)}
    shown = table.deck[: table.revealed]
    plays = {key for card in shown for key in card_moves(table, card)}
    plays = plays or {f"discard:{card}" for card in shown}
    return {f"seven{key[0].upper()}{key[1:]}" for key in plays}


def choices(cards: set[str], number: int) -> list[str]:
    """Write every choice of 0, 1 or 2 cards."""
    names = sorted(cards)
    if number == 2:
        return [f"{a},{b}" for i, a in enumerate(names) for b in names[i + 1 :]]
    return names if number else [""]
