"""A one-ply greedy player: it takes the action that changes the gap between the seats most.

It sees what any player sees. Values, in points; of equal ones the lowest action id is taken:

    number card for points   its rank                  king 20, queen 5
    jack                     twice the stolen points   scuttle: target minus own card
    ace    opponent's points minus own                 three 2, seven 1, nine 1
    six    opponent's royals minus own: king 20, queen 5, glasses 1, stolen points twice
    two    half its target, a jack counting twice the points under it
    four   half a point per discarded card             glasses 1, five 0.2, draw 0.1, pass 0
    counter    what the one-off is worth to its player, minus the two's 2 points
    choices    the most valuable card is targeted or taken, the least valuable one discarded

Where the rules let a two or nine take cards of its own player, those count negative as targets.
"""

import numpy as np
from numpy.typing import NDArray

from cuttle.env.observation import SCALARS, Packed, Zone, read_scalar
from cuttle.game.actions import (
    DEFAULT,
    FIRST_CHOICE,
    FIRST_EFFECT,
    FIRST_PLAY,
    FIRST_SCUTTLE,
    NUM_ACTIONS,
)
from cuttle.game.cards import (
    EIGHTS,
    FIRST_JACK,
    JACKS,
    KINGS,
    NO_CARD,
    QUEENS,
    Rank,
    bit,
    count,
    lowest,
    point_sum,
)
from cuttle.game.jit import Int, inlined, kernel

KING, QUEEN, GLASSES, JACK = 20.0, 5.0, 1.0, 6.0  # the jack's only when cards are chosen
DRAW, TWO, THREE, FOUR_PER_CARD, FIVE, SEVEN, NINE = 0.1, 2.0, 2.0, 0.5, 0.2, 1.0, 1.0

_COUNTERS = SCALARS.index("phase_counter")
_FOURS, _FIVES, _LIMITS = (SCALARS.index(f"phase_{p}") for p in ("four", "five", "hand_limit"))
_PILE, _OWN_TURN = SCALARS.index("pile_size"), SCALARS.index("is_own_turn")
_HAND, _THEIR_HAND = SCALARS.index("hand_size"), SCALARS.index("opponent_hand_size")


class GapMaximizer:
    """Greedy over one decision, without hidden information or chance."""

    def act(
        self,
        observation: NDArray[np.int64],
        legal_mask: NDArray[np.bool_],
        rng: np.random.Generator,
    ) -> NDArray[np.int64]:
        """Choose a legal action `(batch,)` for each row; no chance involved."""
        return _choose(observation, legal_mask)


@kernel
def _choose(observation: NDArray[np.int64], legal_mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the best action of each row, the lowest id of equal ones."""
    actions = np.empty(len(observation), np.int64)
    for row in range(len(observation)):
        best = -np.inf
        for action in range(NUM_ACTIONS):
            if legal_mask[row, action]:
                value = action_value(observation[row], action)
                if value > best:
                    best = value
                    actions[row] = action
    return actions


@inlined
def action_value(obs: Packed, action: Int) -> float:
    """Value one legal action; for other compiled players too."""
    if action == DEFAULT:
        is_draw = not read_scalar(obs, _COUNTERS) and read_scalar(obs, _PILE) > 0
        return DRAW if is_draw else 0.0
    if action < FIRST_EFFECT:
        card = action - FIRST_PLAY
        return 2.0 * _highest(obs[Zone.OPPONENT_POINTS]) if bit(card) & JACKS else _worth(card)
    if action < FIRST_SCUTTLE:
        card = action - FIRST_EFFECT
        if read_scalar(obs, _COUNTERS):
            own = read_scalar(obs, _OWN_TURN) != 0
            one_off = lowest(obs[Zone.ONE_OFF])
            target = lowest(obs[Zone.TARGET]) if obs[Zone.TARGET] else NO_CARD
            return _one_off_value(obs, one_off, target, own) - TWO
        return _one_off_value(obs, card, NO_CARD, True)
    if action < FIRST_CHOICE:
        card = action - FIRST_SCUTTLE
        return _highest(obs[Zone.OPPONENT_POINTS] & (bit(card) - 1)) - _worth(card)
    card = action - FIRST_CHOICE
    discards = read_scalar(obs, _FOURS) + read_scalar(obs, _FIVES) + read_scalar(obs, _LIMITS)
    return -_worth(card) if discards else _target_worth(obs, card, True)


@inlined
def _one_off_value(obs: Packed, card: Int, target: Int, own: bool) -> float:
    """Value a one-off or glasses eight to the seat that plays it: the observer's own, or not."""
    rank = card // 4
    if rank == Rank.ACE:
        gap = point_sum(obs[Zone.OPPONENT_POINTS]) - point_sum(obs[Zone.POINTS])
        return float(gap) if own else float(-gap)
    if rank == Rank.SIX:
        gap = _royals(obs, Zone.OPPONENT_FACES, Zone.OPPONENT_POINTS) - _royals(
            obs, Zone.FACES, Zone.POINTS
        )
        return gap if own else -gap
    if rank == Rank.TWO:
        return 0.5 * (_best_target(obs) if target == NO_CARD else _target_worth(obs, target, own))
    if rank == Rank.FOUR:
        victim = read_scalar(obs, _THEIR_HAND if own else _HAND)
        return FOUR_PER_CARD * min(2, victim)
    if rank == Rank.THREE:
        return THREE
    if rank == Rank.FIVE:
        return FIVE
    if rank == Rank.SEVEN:
        return SEVEN
    return NINE if rank == Rank.NINE else GLASSES


@inlined
def _worth(card: Int) -> float:
    """Value a card by itself."""
    rank = card // 4
    if rank == Rank.KING:
        return KING
    if rank == Rank.QUEEN:
        return QUEEN
    return JACK if rank == Rank.JACK else rank + 1.0


@inlined
def _highest(points: Int) -> float:
    """Return the value of the highest point card of a set."""
    best = 0.0
    for card in range(40):
        if points & bit(card):
            best = _worth(card)
    return best


@inlined
def _table_worth(obs: Packed, card: Int) -> float:
    """Value a card where it lies: a jack by the points under it, a glasses eight as glasses."""
    if bit(card) & JACKS:
        host = obs[Zone.JACK_OF_CLUBS_HOST + card - FIRST_JACK]
        return 2.0 * _highest(host) if host else JACK
    if (obs[Zone.FACES] | obs[Zone.OPPONENT_FACES]) & bit(card) & EIGHTS:
        return GLASSES
    return _worth(card)


@inlined
def _target_worth(obs: Packed, card: Int, own: bool) -> float:
    """Value what the observer's side, or the other one, wins by taking a card off the table."""
    faces, points = (
        (Zone.FACES, Zone.POINTS) if own else (Zone.OPPONENT_FACES, Zone.OPPONENT_POINTS)
    )
    loses = obs[faces] & bit(card)
    if bit(card) & JACKS:
        loses = obs[Zone.JACK_OF_CLUBS_HOST + card - FIRST_JACK] & obs[points]
    return -_table_worth(obs, card) if loses else _table_worth(obs, card)


@inlined
def _best_target(obs: Packed) -> float:
    """Return the value of the best target a two has on the opponent's field, 0 without one."""
    faces = obs[Zone.OPPONENT_FACES]
    if faces & QUEENS:
        return QUEEN if count(faces & QUEENS) == 1 else 0.0  # two protect each other
    best = 0.0
    for card in range(52):
        if faces & bit(card):
            best = max(best, _table_worth(obs, card))
    for suit in range(4):
        best = max(
            best, 2.0 * _highest(obs[Zone.JACK_OF_CLUBS_HOST + suit] & obs[Zone.OPPONENT_POINTS])
        )
    return best


@inlined
def _royals(obs: Packed, faces: int, points: int) -> float:
    """Value what a seat loses to a six: its royals, glasses and stolen point cards."""
    stolen = np.int64(0)
    for suit in range(4):
        # an odd number of jacks: not with its first owner
        stolen ^= obs[Zone.JACK_OF_CLUBS_HOST + suit]
    return (
        KING * count(obs[faces] & KINGS)
        + QUEEN * count(obs[faces] & QUEENS)
        + GLASSES * count(obs[faces] & EIGHTS)
        + 2.0 * point_sum(stolen & obs[points])
    )
