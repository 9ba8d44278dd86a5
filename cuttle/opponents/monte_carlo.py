"""A playout player: flat Monte Carlo with determinization. It learns nothing.

For each option it plays games to their end, in which both sides choose as `gap_maximizer` does, now
and then at random, and takes the option that wins most. It sees what any player sees: for each game
the hidden cards are dealt anew. The budget is shared by sequential halving: all options get games,
the better half of them gets more, and so on, each time on the same hidden cards.
"""

import numpy as np
from numpy.typing import NDArray

from cuttle.env.determinization import deal_hidden, observing_seat, random_below, restore
from cuttle.env.observation import OBS_WORDS, Packed, observe
from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.cards import NUM_CARDS
from cuttle.game.jit import Int, Record, inlined, kernel
from cuttle.game.legal import LegalSets, legal_count, legal_sets, nth_legal
from cuttle.game.rules import play
from cuttle.game.state import Games, acting, new_games
from cuttle.game.variants import CUTTLE_CARDS, Rules, checked
from cuttle.opponents.gap_maximizer import action_value

# Against gap_maximizer 100 playouts win 71% of games, 400 win 82%, 1,000 and 1,600 win 85%
# (benchmarks/monte_carlo.py), so a larger budget costs time only.
PLAYOUTS = 1_000  # per decision
RANDOM_PERCENT = 5  # of the decisions in a playout

_KNOWN, _DEALT, _PLAYED = range(3)  # scratch games: without hidden cards, with them, played out


class MonteCarlo:
    """The option that wins most playouts."""

    def __init__(self, *, playouts: int = PLAYOUTS, rules: Rules = CUTTLE_CARDS) -> None:
        """Set the budget per decision, in whole games; every option gets at least one."""
        if playouts < 1:
            raise ValueError(f"playouts must be at least 1, got {playouts}")
        self._playouts = playouts
        self._rules = checked(rules)

    def act(
        self,
        observation: NDArray[np.int64],
        legal_mask: NDArray[np.bool_],
        rng: np.random.Generator,
    ) -> NDArray[np.int64]:
        """Choose a legal action `(batch,)` for each row."""
        seeds = rng.integers(1, 2**64, len(observation), np.uint64)
        return _choose(observation, legal_mask, seeds, self._playouts, self._rules, new_games(3))


@kernel
def _choose(
    observation: NDArray[np.int64],
    legal_mask: NDArray[np.bool_],
    seeds: NDArray[np.uint64],
    playouts: int,
    rules: Rules,
    scratch: Games,
) -> NDArray[np.int64]:
    """Return the best action of each row."""
    actions = np.empty(len(observation), np.int64)
    arms = np.empty(NUM_ACTIONS, np.int64)
    scores = np.empty(NUM_ACTIONS, np.float64)
    for row in range(len(observation)):
        num_arms = 0
        for action in range(NUM_ACTIONS):
            if legal_mask[row, action]:
                arms[num_arms] = action
                num_arms += 1
        if num_arms > 1:
            stream = seeds[row : row + 1]
            _search(observation[row], arms[:num_arms], scores, stream, playouts, rules, scratch)
        actions[row] = arms[0]
    return actions


@inlined
def _search(
    observation: Packed,
    arms: NDArray[np.int64],
    scores: NDArray[np.float64],
    stream: NDArray[np.uint64],
    playouts: int,
    rules: Rules,
    scratch: Games,
) -> None:
    """Sort the best of the actions `arms` to the front, by sequential halving."""
    hidden = np.empty(NUM_CARDS, np.int64)
    view = np.empty(OBS_WORDS, np.int64)
    seat = observing_seat(observation)
    num_hidden = restore(observation, scratch[_KNOWN], hidden)
    num_alive = len(arms)
    scores[:num_alive] = 0.0
    while num_alive > 1:
        deals = max(1, playouts // (_num_rounds(len(arms)) * num_alive))
        for _ in range(deals):
            scratch[_DEALT] = scratch[_KNOWN]
            deal_hidden(scratch[_DEALT], seat, hidden, num_hidden, stream)
            for arm in range(num_alive):
                scratch[_PLAYED] = scratch[_DEALT]
                game = scratch[_PLAYED]
                play(game, arms[arm], rules)
                scores[arm] += _play_out(game, seat, rules, stream, view)
        _sort(arms, scores, num_alive)
        num_alive = (num_alive + 1) // 2


@inlined
def _num_rounds(num_arms: Int) -> Int:
    """Count how often `num_arms` can be halved."""
    rounds = 0
    while num_arms > 1:
        num_arms = (num_arms + 1) // 2
        rounds += 1
    return rounds


@inlined
def _sort(arms: NDArray[np.int64], scores: NDArray[np.float64], num_arms: Int) -> None:
    """Sort arms by falling score; equal ones keep their order."""
    for last in range(1, num_arms):
        arm, score = arms[last], scores[last]
        place = last
        while place > 0 and scores[place - 1] < score:
            arms[place], scores[place] = arms[place - 1], scores[place - 1]
            place -= 1
        arms[place], scores[place] = arm, score


@inlined
def _play_out(
    game: Record, seat: Int, rules: Rules, stream: NDArray[np.uint64], view: Packed
) -> float:
    """Play a game to its end; return 1 if `seat` wins, 0.5 for a draw, else 0."""
    while not game.over:
        sets = legal_sets(game, rules)
        num_legal = legal_count(sets)
        if num_legal == 1:
            action = nth_legal(sets, 0)
        elif random_below(stream, 100) < RANDOM_PERCENT:
            action = nth_legal(sets, random_below(stream, num_legal))
        else:
            observe(game, acting(game), rules, view)
            action = _greedy(sets, num_legal, view)
        play(game, action, rules)
    if game.winner < 0:
        return 0.5
    return 1.0 if game.winner == seat else 0.0


@inlined
def _greedy(sets: LegalSets, num_legal: Int, view: Packed) -> Int:
    """Return the action `gap_maximizer` takes."""
    best_action: Int = np.int64(-1)
    best = -np.inf
    for n in range(num_legal):
        action = nth_legal(sets, n)
        value = action_value(view, action)
        if value > best:
            best_action, best = action, value
    return best_action
