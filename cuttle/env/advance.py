"""Advance many games by one decision each: the compiled loop. No players."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cuttle.env.observation import OBS_WORDS, observe
from cuttle.game.actions import (
    FIRST_CHOICE,
    FIRST_EFFECT,
    FIRST_PLAY,
    FIRST_SCUTTLE,
    NUM_ACTIONS,
)
from cuttle.game.cards import lowest
from cuttle.game.jit import Int, Record, inlined, kernel
from cuttle.game.legal import LegalSets, legal_count, legal_sets, nth_legal
from cuttle.game.rules import play
from cuttle.game.state import Games, acting, deal_from_stream
from cuttle.game.variants import Rules

LOOK = -1  # in place of an action: play nothing, only show the game
WAIT = -2  # in place of an action: leave the game and its view as they are


class Views(NamedTuple):
    """What is shown of each game."""

    observation: NDArray[np.int64]  # (num_envs, OBS_WORDS), of the seat to act
    legal_mask: NDArray[np.bool_]  # (num_envs, NUM_ACTIONS)
    acting: NDArray[np.uint8]  # (num_envs,) seat to act
    legal: NDArray[np.int64]  # (num_envs, 5) the sets of `legal_sets`, as `legal_mask` has them


class Step(NamedTuple):
    """Outcome of one decision in each game, arrays `(num_envs,)`."""

    reward: NDArray[np.float32]  # for the seat that decided: 1 won, -1 lost, 0 otherwise
    done: NDArray[np.bool_]  # the game ended with this step


def new_views(num_envs: int) -> Views:
    """Allocate the views of `num_envs` games."""
    return Views(
        np.zeros((num_envs, OBS_WORDS), np.int64),
        np.zeros((num_envs, NUM_ACTIONS), np.bool_),
        np.zeros(num_envs, np.uint8),
        np.zeros((num_envs, 5), np.int64),
    )


def new_step(num_envs: int) -> Step:
    """Allocate the outcome of a step of `num_envs` games."""
    return Step(np.zeros(num_envs, np.float32), np.zeros(num_envs, np.bool_))


@inlined
def play_on(game: Record, action: Int, rules: Rules, skip_forced: bool) -> LegalSets:
    """Play an action, then decisions without a choice; return what is legal in the next one."""
    while True:
        if action != LOOK:
            play(game, action, rules)
        sets = legal_sets(game, rules)
        if not skip_forced or legal_count(sets) != 1:
            return sets
        action = nth_legal(sets, 0)


@inlined
def _mark(row: NDArray[np.bool_], first: Int, cards: Int) -> None:
    """Mark the actions `first + card` of a card set."""
    while cards != 0:
        row[first + lowest(cards)] = True
        cards &= cards - 1


@inlined
def write_mask(sets: LegalSets, row: NDArray[np.bool_]) -> None:
    """Write legal sets as booleans `(NUM_ACTIONS,)`."""
    # Few actions are legal: clearing the row and marking those beats writing every byte.
    row[:] = False
    row[0] = sets[0] != 0
    _mark(row, FIRST_PLAY, sets[1])
    _mark(row, FIRST_EFFECT, sets[2])
    _mark(row, FIRST_SCUTTLE, sets[3])
    _mark(row, FIRST_CHOICE, sets[4])


@inlined
def _show(game: Record, sets: LegalSets, rules: Rules, views: Views, i: Int) -> None:
    """Write the view of game i to the seat that must decide."""
    write_mask(sets, views.legal_mask[i])
    for verb in range(5):
        views.legal[i, verb] = sets[verb]
    views.acting[i] = acting(game)
    observe(game, views.acting[i], rules, views.observation[i])


@kernel
def advance(
    games: Games,
    actions: NDArray[np.int64],
    streams: NDArray[np.uint64],
    rules: Rules,
    options: tuple[bool, bool],
    views: Views,
    step: Step,
) -> None:
    """Play one action in every unfinished game that does not WAIT, and show the next decision.

    `options` are `(skip_forced, auto_reset)`; with the latter, game i is dealt anew from
    `streams[i]` when it ends. Only the caller's arrays are written; nothing is allocated.
    """
    skip_forced, auto_reset = options
    for i in range(games.size):
        game = games[i]
        step.reward[i] = 0.0
        step.done[i] = False
        if game.over or actions[i] == WAIT:
            continue
        sets = play_on(game, actions[i], rules, skip_forced)
        if game.over:
            step.done[i] = True
            if game.winner >= 0:
                step.reward[i] = 1.0 if game.winner == views.acting[i] else -1.0
            if auto_reset:
                deal_from_stream(game, streams, i)
                sets = legal_sets(game, rules)
        _show(game, sets, rules, views, i)
