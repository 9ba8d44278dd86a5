"""What cards do when they take effect. Turns and phases are in `rules`."""

import numpy as np

from cuttle.game.cards import FIRST_JACK, JACKS, NO_CARD, NUMBERS, Rank, bit
from cuttle.game.jit import Int, Record, inlined
from cuttle.game.state import Phase, active, hand_size, jacks_on, pile_size
from cuttle.game.variants import Rules


@inlined
def draw(game: Record) -> None:
    """Move the top card of the pile to the active hand."""
    me = active(game)
    card = bit(game.deck[game.deck_top])
    game.deck_top += 1
    game.hand[me] |= card
    if game.known_top > 0:
        game.known[me] |= card
        game.known_top -= 1


@inlined
def _return_to_pile(game: Record, card: Int) -> None:
    """Put a card from the table on top of the pile, where both seats know it."""
    game.deck_top -= 1
    game.deck[game.deck_top] = card
    game.known_top += 1


@inlined
def _return_to_hand(game: Record, card: Int, owner: Int) -> None:
    """Put a card from the table into the hand of its controller, frozen (7.9)."""
    game.hand[owner] |= bit(card)
    game.frozen |= bit(card)
    game.known[owner] |= bit(card)


@inlined
def scrap_one_off(game: Record) -> None:
    """Scrap the one-off in limbo."""
    game.scrap |= bit(game.one_off)
    game.one_off = NO_CARD
    game.target = NO_CARD


@inlined
def lift_point_card(game: Record, seat: Int, card: Int) -> None:
    """Take a point card off the table; all jacks on it are scrapped (5.5)."""
    game.points[seat] &= ~bit(card)
    for jack in range(4):
        if game.jack_host[jack] == card:
            game.jack_host[jack] = NO_CARD
            game.scrap |= bit(FIRST_JACK + jack)


@inlined
def _lift(game: Record, card: Int) -> Int:
    """Take any card off the table and return the seat that controlled it (5.4, 7.8)."""
    if bit(card) & JACKS:
        host = np.int64(game.jack_host[card - FIRST_JACK])
        owner = np.int64(game.points[1] & bit(host) != 0)
        game.jack_host[card - FIRST_JACK] = NO_CARD
        game.points[owner] &= ~bit(host)
        game.points[1 - owner] |= bit(host)
        return owner
    owner = np.int64((game.points[1] | game.faces[1]) & bit(card) != 0)
    if bit(card) & NUMBERS and game.points[owner] & bit(card):
        lift_point_card(game, owner, card)
    else:
        game.faces[owner] &= ~bit(card)
    return owner


@inlined
def _scrap_points(game: Record) -> None:
    """Ace: all point cards and the jacks on them are scrapped."""
    for seat in range(2):
        game.scrap |= game.points[seat]
        game.points[seat] = 0
    _scrap_jacks(game)


@inlined
def _scrap_jacks(game: Record) -> None:
    for jack in range(4):
        if game.jack_host[jack] != NO_CARD:
            game.jack_host[jack] = NO_CARD
            game.scrap |= bit(FIRST_JACK + jack)


@inlined
def _scrap_royals(game: Record) -> None:
    """Six: royals, glasses and jacks are scrapped; stolen point cards go home."""
    stolen = np.int64(0)
    for jack in range(4):
        host = np.int64(game.jack_host[jack])
        if host != NO_CARD and jacks_on(game, host) % 2 == 1:
            stolen |= bit(host)
    before = game.points[0]
    game.points[0] = (game.points[0] & ~stolen) | (game.points[1] & stolen)
    game.points[1] = (game.points[1] & ~stolen) | (before & stolen)
    for seat in range(2):
        game.scrap |= game.faces[seat]
        game.faces[seat] = 0
    _scrap_jacks(game)


@inlined
def resolve_one_off(game: Record, rules: Rules) -> None:
    """Let the one-off take effect, or enter the phase in which its choice is made (7.4)."""
    rank = game.one_off // 4
    target = np.int64(game.target)
    game.target = NO_CARD
    if rank == Rank.ACE:
        _scrap_points(game)
    elif rank == Rank.TWO:
        _lift(game, target)
        game.scrap |= bit(target)
    elif rank == Rank.THREE:
        game.phase = Phase.THREE
    elif rank == Rank.FOUR:
        game.phase = Phase.FOUR
        game.owed = min(2, hand_size(game, 1 - active(game)))
    elif rank == Rank.FIVE:
        game.phase = Phase.FIVE
    elif rank == Rank.SIX:
        _scrap_royals(game)
    elif rank == Rank.SEVEN:
        game.phase = Phase.SEVEN
        game.revealed = min(rules.seven_reveals, pile_size(game))
        game.known_top = max(game.known_top, game.revealed)
    else:
        owner = _lift(game, target)
        if rules.nine_to_pile:
            _return_to_pile(game, target)
        else:
            _return_to_hand(game, target, owner)
