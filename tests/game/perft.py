"""Count the decision sequences of a fixed deal, as chess programs do. No tests."""

import numpy as np

from cuttle.game.jit import Int, kernel
from cuttle.game.legal import legal_count, legal_sets, nth_legal
from cuttle.game.moves import legal_moves
from cuttle.game.rules import play
from cuttle.game.state import Games, deal, new_games
from cuttle.game.variants import Rules

from . import plain_moves, plain_rules
from .plain_rules import Table
from .positions import Game


@kernel
def count_leaves(games: Games, rules: Rules, depth: Int) -> Int:
    """Count the ways to make `depth` decisions from `games[0]`; a game that ends early counts one.

    `games (depth + 1,)` are the records on the way; the counter of each level walks its actions.
    """
    chosen = np.zeros(depth + 1, np.int64)
    leaves = 0
    level = 0
    while level >= 0:
        sets = legal_sets(games[level], rules)
        if level == depth or games[level].over:
            leaves += 1
            level -= 1
        elif chosen[level] == legal_count(sets):
            level -= 1
        else:
            games[level + 1] = games[level]
            play(games[level + 1], nth_legal(sets, chosen[level]), rules)
            chosen[level] += 1
            level += 1
            chosen[level] = 0
    return leaves


def perft(deck: np.ndarray, rules: Rules, depth: int) -> int:
    """Count the ways to make `depth` decisions from a deal."""
    games = new_games(depth + 1)
    deal(games[0], deck)
    return int(count_leaves(games, rules, depth))


def engine_moves(game: Game, rules: Rules, depth: int) -> int:
    """Count the ways to make `depth` whole moves in the engine."""
    if depth == 0 or game["over"]:
        return 1
    leaves = 0
    for actions in legal_moves(game, rules).values():
        after = np.array([game])
        for action in actions:
            play(after[0], action, rules)
        leaves += engine_moves(after[0], rules, depth - 1)
    return leaves


def plain_leaves(table: Table, depth: int) -> int:
    """Count the ways to make `depth` whole moves in the plain reading of the rules."""
    if depth == 0 or table.over:
        return 1
    moves = plain_rules.legal(table)
    return sum(plain_leaves(plain_moves.after(table, key), depth - 1) for key in moves)
