"""Renaming suits: undone by its inverse, true to zones, masks and actions, and to play itself."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cuttle.env.observation import SCALARS, ZONES, scalar, zone
from cuttle.env.symmetry import (
    SUIT_ORDERS,
    pack_masks,
    rename_in_actions,
    rename_suits,
    unpack_masks,
)
from cuttle.game.actions import NUM_ACTIONS, action_text, parse_action
from tests.game.positions import random_games

CYCLE = np.array([1, 2, 3, 0])  # clubs to diamonds to hearts to spades to clubs
NEXT_SUIT = {"C": "D", "D": "H", "H": "S", "S": "C"}


def orders(order: NDArray[Any], batch: int) -> NDArray[np.int64]:
    return np.tile(order, (batch, 1)).astype(np.int64)


def renamed_set(cards: int) -> int:
    """Move every card of a set to the next suit, one by one."""
    found = [card for card in range(52) if cards >> card & 1]
    return sum(1 << (card & ~3 | int(CYCLE[card & 3])) for card in found)


def test_there_are_all_suit_orders_once() -> None:
    assert len({tuple(order) for order in SUIT_ORDERS.tolist()}) == 24
    assert SUIT_ORDERS[0].tolist() == [0, 1, 2, 3]


def test_renaming_moves_every_card_and_jack_to_the_next_suit_and_nothing_else() -> None:
    before = random_games(512, 25, 4).observation.copy()
    after = before.copy()

    rename_suits(after, orders(CYCLE, len(after)))

    for name in ZONES:
        if not name.startswith("jack_of"):
            expected = [renamed_set(int(cards)) for cards in zone(before, name)]
            assert zone(after, name).tolist() == expected
    suits = ("clubs", "diamonds", "hearts", "spades")
    for suit, next_suit in zip(suits, suits[1:] + suits[:1], strict=True):
        hosts = zone(before, f"jack_of_{suit}_host")
        assert (hosts != 0).any()
        expected = [renamed_set(int(cards)) for cards in hosts]
        assert zone(after, f"jack_of_{next_suit}_host").tolist() == expected
        levels = scalar(before, f"jack_of_{suit}_level")
        np.testing.assert_array_equal(scalar(after, f"jack_of_{next_suit}_level"), levels)
    for name in SCALARS:
        if not name.startswith("jack_of"):
            np.testing.assert_array_equal(scalar(after, name), scalar(before, name))


def renamed_masks(mask: NDArray[np.bool_], order: NDArray[np.int64]) -> NDArray[np.bool_]:
    out = np.zeros_like(mask)
    unpack_masks(pack_masks(mask), order, out)
    return out


def test_the_inverse_order_undoes_a_renaming() -> None:
    games = random_games(512, 25, 4)
    before, mask = games.observation.copy(), games.legal_mask
    after = before.copy()
    order = SUIT_ORDERS[np.random.default_rng(0).integers(0, 24, len(after))]
    inverse = order.argsort(axis=1)

    rename_suits(after, order)
    rename_suits(after, inverse)
    renamed = renamed_masks(renamed_masks(mask, order), inverse)

    np.testing.assert_array_equal(after, before)
    np.testing.assert_array_equal(renamed, mask)


def test_actions_are_renamed_as_their_names() -> None:
    actions = np.arange(NUM_ACTIONS)

    rename_in_actions(actions, orders(CYCLE, NUM_ACTIONS))

    for action, other in enumerate(actions.tolist()):
        text = action_text(action)
        expected = text if action == 0 else text[:-1] + NEXT_SUIT[text[-1]]
        assert other == parse_action(expected)


def test_masks_are_renamed_as_their_actions() -> None:
    mask = random_games(512, 10, 4).legal_mask
    order = SUIT_ORDERS[np.random.default_rng(0).integers(0, 24, len(mask))]

    renamed = renamed_masks(mask, order)

    for row in range(len(mask)):
        actions = np.flatnonzero(mask[row])
        rename_in_actions(actions, orders(order[row], len(actions)))
        assert np.flatnonzero(renamed[row]).tolist() == sorted(actions.tolist())
