"""Whole games that agree with one observation: what is hidden is dealt at random. No players.

`restore` reads the known part of a game once, `deal_hidden` then makes as many full games of it
as are wanted. Observing such a game from the same seat gives the same observation again.
"""

import numpy as np
from numpy.typing import NDArray

from cuttle.env.observation import SCALARS, Packed, Zone, read_scalar
from cuttle.game.cards import FIRST_JACK, NO_CARD, NUM_CARDS, Rank, bit, count, lowest
from cuttle.game.jit import Int, Record, inlined
from cuttle.game.state import DEALER_HAND, FIRST_HAND, Phase

_VISIBLE = (
    *(Zone.HAND, Zone.POINTS, Zone.FACES),
    *(Zone.OPPONENT_HAND, Zone.OPPONENT_POINTS, Zone.OPPONENT_FACES),
    *(Zone.SCRAP, Zone.ONE_OFF, Zone.TWOS, Zone.REVEALED, Zone.PILE_TOP),
)

_IS_DEALER, _IS_OWN_TURN = SCALARS.index("is_dealer"), SCALARS.index("is_own_turn")
_PILE_SIZE, _PASSES, _OWED = (SCALARS.index(name) for name in ("pile_size", "passes", "owed"))
_THEIR_HAND_SIZE = SCALARS.index("opponent_hand_size")
_LARGEST_PILE = NUM_CARDS - FIRST_HAND - DEALER_HAND  # that an observation tells from a larger one
_FIRST_LEVEL = SCALARS.index("jack_of_clubs_level")
_FIRST_PHASE, _NUM_PHASES = SCALARS.index("phase_main"), len(Phase)


@inlined
def random_below(stream: NDArray[np.uint64], limit: Int) -> Int:
    """Draw from 0 to `limit - 1`, moving on `stream (1,)`, an xorshift64* state that is not 0."""
    state = stream[0]
    state ^= state >> np.uint64(12)
    state ^= state << np.uint64(25)
    state ^= state >> np.uint64(27)
    stream[0] = state
    high = (state * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(32)
    return np.int64((high * np.uint64(limit)) >> np.uint64(32))


@inlined
def observing_seat(obs: Packed) -> Int:
    """Return the seat that an observation belongs to."""
    return read_scalar(obs, _IS_DEALER)


@inlined
def _only(cards: Int) -> Int:
    """Return the card of a set of at most one."""
    return np.int64(lowest(cards)) if cards != 0 else np.int64(NO_CARD)


@inlined
def _restore_table(obs: Packed, game: Record) -> None:
    """Fill in hands as far as known, fields, scrap and jacks."""
    me = observing_seat(obs)
    game.hand[me], game.hand[1 - me] = obs[Zone.HAND], obs[Zone.OPPONENT_HAND]
    game.known[me], game.known[1 - me] = obs[Zone.HAND_KNOWN], obs[Zone.OPPONENT_HAND]
    game.points[me], game.points[1 - me] = obs[Zone.POINTS], obs[Zone.OPPONENT_POINTS]
    game.faces[me], game.faces[1 - me] = obs[Zone.FACES], obs[Zone.OPPONENT_FACES]
    game.scrap = obs[Zone.SCRAP]
    game.frozen = obs[Zone.FROZEN]
    for suit in range(4):
        game.jack_host[suit] = _only(obs[Zone.JACK_OF_CLUBS_HOST + suit])
        game.jack_level[suit] = read_scalar(obs, _FIRST_LEVEL + suit)


@inlined
def _restore_stack(obs: Packed, game: Record) -> None:
    """Fill in the one-off in play; the order of the twos on it never matters."""
    game.one_off = _only(obs[Zone.ONE_OFF])
    game.pending = _only(obs[Zone.PENDING])
    game.target = _only(obs[Zone.TARGET])
    game.num_twos = 0
    for suit in range(4):
        game.twos[suit] = NO_CARD
        if obs[Zone.TWOS] & bit(4 * Rank.TWO + suit) != 0:
            game.twos[game.num_twos] = 4 * Rank.TWO + suit
            game.num_twos += 1


@inlined
def _restore_pile(obs: Packed, game: Record, num_outside: Int) -> None:
    """Fill in the size of the pile and what is known to lie on top.

    `num_outside` cards are seen outside the pile.
    """
    size = read_scalar(obs, _PILE_SIZE)
    if size == _LARGEST_PILE:  # or more: all but what is seen and the unseen cards of the hand
        unseen_hand = read_scalar(obs, _THEIR_HAND_SIZE) - count(obs[Zone.OPPONENT_HAND])
        size = NUM_CARDS - num_outside - unseen_hand
    game.deck_top = NUM_CARDS - size
    game.revealed = count(obs[Zone.REVEALED])
    game.known_top = 0
    below = obs[Zone.REVEALED] & ~obs[Zone.PILE_TOP]
    if obs[Zone.PILE_TOP] != 0:
        game.deck[game.deck_top] = lowest(obs[Zone.PILE_TOP])
        game.known_top = 1
    if below != 0:
        game.deck[game.deck_top + 1] = lowest(below)
        game.known_top = 2


@inlined
def _restore_turn(obs: Packed, game: Record) -> None:
    """Fill in whose turn it is and what is being decided."""
    me = observing_seat(obs)
    game.turn = me if read_scalar(obs, _IS_OWN_TURN) else 1 - me
    for phase in range(1, _NUM_PHASES + 1):
        if read_scalar(obs, _FIRST_PHASE + phase - 1):
            game.phase = phase
    game.owed = read_scalar(obs, _OWED)
    game.passes = read_scalar(obs, _PASSES)
    game.decisions = 0  # no player counts them
    game.over = False
    game.winner = -1


@inlined
def restore(obs: Packed, game: Record, hidden: NDArray[np.int64]) -> Int:
    """Write the known part of a position to `game`, the unseen cards to `hidden (52,)`.

    Returns how many those are. They lie in the other hand and in the pile.
    """
    _restore_table(obs, game)
    _restore_stack(obs, game)
    _restore_turn(obs, game)
    visible = np.int64(0)
    for zone in _VISIBLE:
        visible |= obs[zone]
    for suit in range(4):
        if obs[Zone.JACK_OF_CLUBS_HOST + suit] != 0:
            visible |= bit(FIRST_JACK + suit)
    _restore_pile(obs, game, count(visible & ~(obs[Zone.REVEALED] | obs[Zone.PILE_TOP])))
    num_hidden = 0
    for card in range(NUM_CARDS):
        if visible & bit(card) == 0:
            hidden[num_hidden] = card
            num_hidden += 1
    return num_hidden


@inlined
def deal_hidden(
    game: Record, seat: Int, hidden: NDArray[np.int64], num_hidden: Int, stream: NDArray[np.uint64]
) -> None:
    """Deal the cards that `seat` does not see, at random: first to the pile, then to the hand.

    `game` is a copy of what `restore` wrote, `hidden` is left in another order.
    """
    for last in range(num_hidden - 1, 0, -1):
        other = random_below(stream, last + 1)
        hidden[last], hidden[other] = hidden[other], hidden[last]
    first = np.int64(game.deck_top) + np.int64(game.known_top)
    in_pile = NUM_CARDS - first
    for i in range(in_pile):
        game.deck[first + i] = hidden[i]
    for i in range(in_pile, num_hidden):
        game.hand[1 - seat] |= bit(hidden[i])
