"""Which actions are legal. Playing them is in `rules`."""

import numpy as np
from numpy.typing import NDArray

from cuttle.game.actions import (
    DEFAULT,
    FIRST_CHOICE,
    FIRST_EFFECT,
    FIRST_PLAY,
    FIRST_SCUTTLE,
    NUM_ACTIONS,
)
from cuttle.game.cards import (
    ACES,
    EIGHTS,
    FIVES,
    FOURS,
    JACKS,
    KINGS,
    NINES,
    NUMBERS,
    QUEENS,
    SEVENS,
    SIXES,
    THREES,
    TWOS,
    bit,
    count,
    lowest,
)
from cuttle.game.jit import Int, Record, inlined, kernel
from cuttle.game.state import (
    Phase,
    acting,
    active,
    hand_size,
    pile_size,
    top_jacks,
)
from cuttle.game.variants import Rules

LegalSets = tuple[Int, Int, Int, Int, Int]  # default flag, play, effect, scuttle, choice

_ACES_AND_SIXES = ACES | SIXES  # never without effect (rules 7.4)


@inlined
def revealed_cards(game: Record) -> Int:
    """Return the set of cards a seven shows."""
    cards = np.int64(0)
    for position in range(game.deck_top, game.deck_top + game.revealed):
        cards |= bit(game.deck[position])
    return cards


@inlined
def _unprotected(game: Record, owner: Int, cards: Int) -> Int:
    """Keep those cards of the owner's field that their queens leave open (rules 6.1, 6.2)."""
    queens = game.faces[owner] & QUEENS
    if queens == 0:
        return cards
    return queens & cards if count(queens) == 1 else np.int64(0)


@inlined
def effect_targets(game: Record, card: Int, rules: Rules) -> Int:
    """Return the targets of a two or a nine played by the active seat (rules 7.4)."""
    me = active(game)
    opponent = 1 - me
    is_nine = bit(card) & NINES != 0
    cards = game.faces[opponent] | top_jacks(game, opponent)
    if is_nine and not rules.nine_permanents_only:
        cards |= game.points[opponent]
    targets = _unprotected(game, opponent, cards)
    if rules.nine_permanents_only if is_nine else rules.two_both_sides:
        targets |= game.faces[me] | top_jacks(game, me)
    return targets


@inlined
def _effects(game: Record, cards: Int, rules: Rules) -> Int:
    """Return those cards that may be played for their effect (rules 7.4, 8.3)."""
    playable = cards & (_ACES_AND_SIXES | EIGHTS)
    twos = cards & TWOS
    if twos != 0 and effect_targets(game, lowest(twos), rules) != 0:
        playable |= twos
    nines = cards & NINES
    if nines != 0 and effect_targets(game, lowest(nines), rules) != 0:
        playable |= nines
    if game.scrap if rules.three_takes_three else game.scrap & ~THREES:
        playable |= cards & THREES
    if game.hand[1 - active(game)] != 0:
        playable |= cards & FOURS
    # A five or seven that is itself the last card of the pile would have nothing to draw (8.4).
    if pile_size(game) > (1 if game.phase == Phase.SEVEN else 0):
        playable |= cards & (FIVES | SEVENS)
    return playable


@inlined
def _plays(game: Record, cards: Int) -> Int:
    """Return those cards that may be played for points or as king, queen or jack."""
    playable = cards & (NUMBERS | QUEENS | KINGS)
    opponent = 1 - active(game)
    if game.points[opponent] != 0 and game.faces[opponent] & QUEENS == 0:
        playable |= cards & JACKS
    return playable


@inlined
def _scuttles(game: Record, cards: Int) -> Int:
    """Return those cards that beat at least one point card of the opponent (rules 4.2)."""
    prey = game.points[1 - active(game)]
    if prey == 0:
        return np.int64(0)
    return cards & NUMBERS & ~((bit(lowest(prey)) << 1) - 1)


@inlined
def _choices(game: Record, rules: Rules) -> Int:
    """Return the cards that may be chosen in a phase that asks for one."""
    if game.phase == Phase.THREE:
        return game.scrap if rules.three_takes_three else game.scrap & ~THREES
    if game.phase == Phase.SCUTTLE_TARGET:
        return game.points[1 - active(game)] & (bit(game.pending) - 1)
    if game.phase == Phase.JACK_TARGET:
        return game.points[1 - active(game)]
    if game.phase == Phase.EFFECT_TARGET:
        return effect_targets(game, game.pending, rules)
    return game.hand[acting(game)]  # four, five, hand limit: a card to discard


@kernel
def legal_sets(game: Record, rules: Rules) -> LegalSets:
    """Return what is legal as `(default flag, play, effect, scuttle, choice sets)`, all int64.

    A finished game has no legal action; an unfinished one has at least one.
    """
    none = np.int64(0)
    if game.over:
        return none, none, none, none, none
    if game.phase == Phase.MAIN or game.phase == Phase.SEVEN:
        me = active(game)
        if game.phase == Phase.MAIN:
            cards = game.hand[me] & ~game.frozen
            full = not rules.discard_to_limit and hand_size(game, me) >= rules.hand_limit
            default = np.int64(pile_size(game) == 0 or not full)
        else:
            cards = revealed_cards(game)
            default = none
        play = _plays(game, cards)
        effect = _effects(game, cards, rules)
        scuttle = _scuttles(game, cards)
        # Only jacks can be unplayable after a seven; then one of them is scrapped (8.2).
        choice = cards if default | play | effect | scuttle == 0 else none
        return default, play, effect, scuttle, choice
    if game.phase == Phase.COUNTER:
        seat = acting(game)
        barred = game.faces[1 - seat] & QUEENS != 0  # rules 6.4
        return np.int64(1), none, none if barred else game.hand[seat] & TWOS, none, none
    choice = _choices(game, rules)
    return np.int64(choice == 0), none, none, none, choice


@inlined
def legal_count(sets: LegalSets) -> Int:
    """Count the legal actions of `legal_sets`."""
    default, play, effect, scuttle, choice = sets
    return default + count(play) + count(effect) + count(scuttle) + count(choice)


@inlined
def nth_legal(sets: LegalSets, n: Int) -> Int:
    """Return the id of the n-th legal action, in the order of ids."""
    default, play, effect, scuttle, choice = sets
    if n < default:
        return np.int64(DEFAULT)
    n -= default
    for first, cards in (
        (FIRST_PLAY, play),
        (FIRST_EFFECT, effect),
        (FIRST_SCUTTLE, scuttle),
        (FIRST_CHOICE, choice),
    ):
        size = count(cards)
        if n < size:
            rest = cards
            for _ in range(n):
                rest &= rest - 1
            return np.int64(first + lowest(rest))
        n -= size
    return np.int64(-1)


@inlined
def is_legal(sets: LegalSets, action: Int) -> bool:
    """Return whether an action id is among `legal_sets`."""
    default, play, effect, scuttle, choice = sets
    if action < DEFAULT or action >= NUM_ACTIONS:
        return False
    if action == DEFAULT:
        return default != 0
    if action < FIRST_EFFECT:
        return play & bit(action - FIRST_PLAY) != 0
    if action < FIRST_SCUTTLE:
        return effect & bit(action - FIRST_EFFECT) != 0
    if action < FIRST_CHOICE:
        return scuttle & bit(action - FIRST_SCUTTLE) != 0
    return choice & bit(action - FIRST_CHOICE) != 0


@kernel
def legal_actions(game: Record, rules: Rules) -> NDArray[np.int64]:
    """List the ids of the legal actions `(n,) int64`, in order."""
    sets = legal_sets(game, rules)
    actions = np.empty(legal_count(sets), np.int64)
    for n in range(actions.size):
        actions[n] = nth_legal(sets, n)
    return actions
