"""A compiled checker of the laws every position must meet. No rules of its own.

`check_games` plays random games and returns the first broken law; a hundred thousand games take
seconds.
"""

from enum import IntEnum
from typing import Any

import numpy as np

from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.cards import ALL_CARDS, FIRST_JACK, NO_CARD, NUMBERS, bit, count
from cuttle.game.jit import inlined, kernel
from cuttle.game.legal import is_legal, legal_count, legal_sets, nth_legal
from cuttle.game.rules import goal, play, points
from cuttle.game.state import Phase, acting, deal_from_stream, new_games, random_streams
from cuttle.game.variants import Rules


class Law(IntEnum):
    """What can be broken."""

    NONE = 0
    EVERY_CARD_ONCE = 1
    CARDS_WHERE_THEY_MAY_LIE = 2
    JACKS_STACK = 3
    MASK_IS_ENUMERATION = 4
    SOMETHING_IS_LEGAL_UNTIL_THE_END = 5
    NO_END_WITHOUT_REASON = 6
    ONE_WINNER = 7
    HAND_LIMIT = 8
    KNOWN_CARDS_ARE_HELD = 9
    GAMES_END = 10
    KNOWN_PILE_IS_THERE = 11
    FROZEN_BY_A_RETURN_TO_HAND = 12


@inlined
def every_card_once(game):
    """Return whether the zones hold 52 different cards."""
    union = np.int64(0)
    total = 0
    for zone in (
        game.hand[0],
        game.hand[1],
        game.points[0],
        game.points[1],
        game.faces[0],
        game.faces[1],
        game.scrap,
    ):
        union |= zone
        total += count(zone)
    for jack in range(4):
        if game.jack_host[jack] != NO_CARD:
            union |= bit(FIRST_JACK + jack)
            total += 1
    for position in range(game.deck_top, 52):
        union |= bit(game.deck[position])
        total += 1
    for position in range(game.num_twos):
        union |= bit(game.twos[position])
        total += 1
    if game.one_off != NO_CARD:
        union |= bit(game.one_off)
        total += 1
    return union == ALL_CARDS and total == 52


@inlined
def jacks_stack(game):
    """Return whether the jacks lie on point cards, at the heights 0, 1, ... of each."""
    for jack in range(4):
        host = game.jack_host[jack]
        if host == NO_CARD:
            continue
        if (game.points[0] | game.points[1]) & bit(host) == 0:
            return False
        below = 0
        for other in range(4):
            if game.jack_host[other] == host:
                if other != jack and game.jack_level[other] == game.jack_level[jack]:
                    return False
                below += game.jack_level[other] < game.jack_level[jack]
        if below != game.jack_level[jack]:
            return False
    return True


@inlined
def mask_is_enumeration(sets):
    """Return whether `is_legal` accepts just the actions that `nth_legal` lists, in order."""
    n = 0
    for action in range(-2, NUM_ACTIONS + 2):
        if is_legal(sets, action):
            if nth_legal(sets, n) != action:
                return False
            n += 1
    return n == legal_count(sets)


@inlined
def broken_in(game, sets, rules):
    """Return the first law that a position breaks."""
    if not every_card_once(game):
        return Law.EVERY_CARD_ONCE
    fields = game.points[0] | game.points[1]
    royals = game.faces[0] | game.faces[1]
    # Point cards are numbers; faces are kings, queens and eights, here without jacks.
    if fields & ~NUMBERS or royals & NUMBERS & ~(np.int64(0xF) << 28) or royals >> 40 & 0xF:
        return Law.CARDS_WHERE_THEY_MAY_LIE
    if not jacks_stack(game):
        return Law.JACKS_STACK
    if not mask_is_enumeration(sets):
        return Law.MASK_IS_ENUMERATION
    if (legal_count(sets) == 0) != game.over:
        return Law.SOMETHING_IS_LEGAL_UNTIL_THE_END
    if rules.discard_to_limit and game.phase == Phase.MAIN and not game.over:
        waiting = 1 - game.turn % 2
        # A nine may push the waiting player one above the limit (2.3), nothing else may.
        if count(game.hand[waiting]) > rules.hand_limit + 1 or count(game.hand[1 - waiting]) > 9:
            return Law.HAND_LIMIT
    law = broken_knowledge(game, rules)
    return law if law != Law.NONE else broken_end(game, rules)


@inlined
def broken_knowledge(game, rules):
    """Return the law that what is known or frozen breaks."""
    for seat in range(2):
        if game.known[seat] & ~game.hand[seat]:
            return Law.KNOWN_CARDS_ARE_HELD
    if game.known_top > 52 - game.deck_top or game.revealed > game.known_top:
        return Law.KNOWN_PILE_IS_THERE
    if game.frozen and rules.nine_to_pile:
        return Law.FROZEN_BY_A_RETURN_TO_HAND
    return Law.NONE


@inlined
def broken_end(game, rules):
    """Return the law that the end of a game, or its absence, breaks."""
    reached = [points(game, seat) >= goal(game, seat, rules) for seat in range(2)]
    if not game.over:
        return Law.NO_END_WITHOUT_REASON if reached[0] or reached[1] else Law.NONE
    if reached[0] and reached[1]:
        return Law.ONE_WINNER
    if game.winner >= 0:
        return Law.NONE if reached[game.winner] else Law.ONE_WINNER
    if reached[0] or reached[1]:
        return Law.ONE_WINNER
    by_rule = game.passes == rules.passes_for_draw or game.decisions == rules.max_decisions
    return Law.NONE if by_rule else Law.NO_END_WITHOUT_REASON


@kernel
def check(games, num_games, streams, rules, longest, tally):
    """Play random games on one record; return the broken law or NONE.

    `tally (4,) int64` counts wins of each seat, draws, and the decisions of the longest game.
    """
    game = games[0]
    for _ in range(num_games):
        deal_from_stream(game, streams, 0)
        # In every second game the dealer draws and passes: such games exhaust the pile.
        is_lazy = streams[0] & np.uint64(1) != 0
        while True:
            sets = legal_sets(game, rules)
            law = broken_in(game, sets, rules)
            if law != Law.NONE:
                return law
            if game.over:
                break
            if game.decisions >= longest:
                return Law.GAMES_END
            chosen = np.random.randint(legal_count(sets))
            if is_lazy and acting(game) == 1:
                chosen = 0
            play(game, nth_legal(sets, chosen), rules)
        tally[game.winner if game.winner >= 0 else 2] += 1
        tally[3] = max(tally[3], game.decisions)
    return Law.NONE


@kernel
def seed_compiled(seed):
    """Seed the generator of compiled code, which is not numpy's."""
    np.random.seed(seed)


def check_games(num_games: int, rules: Rules, seed: int, longest: int) -> tuple[Law, Any, Any]:
    """Return the first broken law of random games, the tally and the record it broke in."""
    seed_compiled(seed)
    games = new_games(1)
    tally = np.zeros(4, np.int64)
    streams = random_streams(1, np.random.default_rng(seed))
    law = Law(check(games, num_games, streams, rules, longest, tally))
    return law, tally, games[0]
