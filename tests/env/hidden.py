"""A compiled check that what a seat is shown does not depend on the cards hidden from it."""

import numpy as np
from numpy.typing import NDArray

from cuttle.env.observation import OBS_WORDS, observe
from cuttle.game.cards import NO_CARD, bit, count
from cuttle.game.jit import Int, Record, inlined, kernel
from cuttle.game.legal import legal_count, legal_sets, nth_legal
from cuttle.game.rules import play
from cuttle.game.state import Games, acting, deal_from_stream, new_games, random_streams
from cuttle.game.variants import Rules
from tests.game.laws import seed_compiled


@inlined
def shuffle_hidden(game: Record, seat: Int) -> None:
    """Shuffle the cards this seat cannot know: of the other hand, and of the pile."""
    first = np.int64(game.deck_top) + np.int64(game.known_top)
    unknown = game.hand[1 - seat] & ~game.known[1 - seat]
    in_hand = count(unknown)
    hidden = np.empty(64, np.int64)
    size = 0
    for card in range(52):
        if unknown & bit(card):
            hidden[size] = card
            size += 1
    for position in range(first, 52):
        hidden[size] = game.deck[position]
        size += 1
    for last in range(size - 1, 0, -1):
        other = np.random.randint(last + 1)
        hidden[last], hidden[other] = hidden[other], hidden[last]
    game.hand[1 - seat] &= ~unknown
    for k in range(in_hand):
        game.hand[1 - seat] |= bit(hidden[k])
    if game.pending != NO_CARD and unknown & bit(game.pending):
        game.pending = hidden[0]  # half of another player's move is hidden as well
    for k in range(in_hand, size):
        game.deck[first + k - in_hand] = hidden[k]


@kernel
def find_leak(
    games: Games,
    streams: NDArray[np.uint64],
    rules: Rules,
    sizes: tuple[int, int],
    shown: NDArray[np.int64],
) -> tuple[int, int]:
    """Play `sizes[0]` games and shuffle at one decision in `sizes[1]`.

    Returns the number of checks, and the seat that was shown something hidden or -1. `games` are
    two records: one is played, the other shuffled; `shown (2, OBS_WORDS)` keeps what a seat saw.
    """
    num_games, one_in = sizes
    game, other = games[0], games[1]
    checks = 0
    for _ in range(num_games):
        deal_from_stream(game, streams, 0)
        while not game.over:
            sets = legal_sets(game, rules)
            if np.random.randint(one_in) == 0:
                for seat in range(2):
                    games[1] = games[0]
                    shuffle_hidden(other, seat)
                    observe(game, seat, rules, shown[0])
                    observe(other, seat, rules, shown[1])
                    checks += 1
                    if (shown[0] != shown[1]).any():
                        return checks, seat
                    if seat == acting(game) and legal_sets(other, rules) != sets:
                        return checks, seat
            play(game, nth_legal(sets, np.random.randint(legal_count(sets))), rules)
    return checks, -1


def leaks(num_games: int, rules: Rules, seed: int) -> tuple[int, int, Games, NDArray[np.int64]]:
    """Return the number of checks, the seat of the first leak or -1, and where it happened."""
    seed_compiled(seed)
    games = new_games(2)
    shown = np.zeros((2, OBS_WORDS), np.int64)
    streams = random_streams(1, np.random.default_rng(seed))
    checks, seat = find_leak(games, streams, rules, (num_games, 4), shown)
    return checks, seat, games, shown
