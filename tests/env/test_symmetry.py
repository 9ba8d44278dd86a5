"""Renaming suits: undone by its inverse, true to zones, masks and actions, and to play itself."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cuttle.env.observation import SCALARS, ZONES, scalar, zone
from cuttle.env.symmetry import (
    SUIT_ORDERS,
    pack_masks,
    rename_in_actions,
    rename_suits,
    unpack_masks,
)
from cuttle.env.vector import VectorEnv
from cuttle.game.actions import NUM_ACTIONS, action_text, parse_action
from cuttle.opponents.randomized import Randomized

CYCLE = np.array([1, 2, 3, 0])  # clubs to diamonds to hearts to spades to clubs
Renamed = tuple[NDArray[np.int64], NDArray[np.int64]]
NEXT_SUIT = {"C": "D", "D": "H", "H": "S", "S": "C"}


def positions(num_steps: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return packed observations and masks from random games."""
    rng = np.random.default_rng(4)
    env = VectorEnv(512, rng)
    for _ in range(num_steps):
        env.step(Randomized().act(env.observation, env.legal_mask, rng))
    return env.observation.copy(), env.legal_mask.copy()


@pytest.fixture(scope="module")
def renamed() -> Renamed:
    """Observations before and after every suit has become the next one."""
    before, _ = positions(25)
    after = before.copy()
    rename_suits(after, orders(CYCLE, len(after)))
    return before, after


def orders(order: NDArray[Any], batch: int) -> NDArray[np.int64]:
    return np.tile(order, (batch, 1)).astype(np.int64)


def renamed_set(cards: int) -> int:
    """Move every card of a set to the next suit, one by one."""
    found = [card for card in range(52) if cards >> card & 1]
    return sum(1 << (card & ~3 | int(CYCLE[card & 3])) for card in found)


def test_there_are_all_suit_orders_once() -> None:
    assert len({tuple(order) for order in SUIT_ORDERS.tolist()}) == 24
    assert SUIT_ORDERS[0].tolist() == [0, 1, 2, 3]


def test_every_zone_is_renamed_card_by_card(renamed: Renamed) -> None:
    before, after = renamed

    for name in ZONES:
        if not name.startswith("jack_of"):
            expected = [renamed_set(int(cards)) for cards in zone(before, name)]
            assert zone(after, name).tolist() == expected


def test_jacks_change_places_with_their_hosts_and_levels(renamed: Renamed) -> None:
    before, after = renamed

    suits = ("clubs", "diamonds", "hearts", "spades")
    for suit, next_suit in zip(suits, suits[1:] + suits[:1], strict=True):
        hosts = zone(before, f"jack_of_{suit}_host")
        assert (hosts != 0).any()
        expected = [renamed_set(int(cards)) for cards in hosts]
        assert zone(after, f"jack_of_{next_suit}_host").tolist() == expected
        levels = scalar(before, f"jack_of_{suit}_level")
        np.testing.assert_array_equal(scalar(after, f"jack_of_{next_suit}_level"), levels)


def test_other_scalars_stay(renamed: Renamed) -> None:
    before, after = renamed

    for name in SCALARS:
        if not name.startswith("jack_of"):
            np.testing.assert_array_equal(scalar(after, name), scalar(before, name))


def renamed_masks(mask: NDArray[np.bool_], order: NDArray[np.int64]) -> NDArray[np.bool_]:
    out = np.zeros_like(mask)
    unpack_masks(pack_masks(mask), order, out)
    return out


def test_the_inverse_order_undoes_a_renaming() -> None:
    before, mask = positions(25)
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
    _, mask = positions(10)
    order = SUIT_ORDERS[np.random.default_rng(0).integers(0, 24, len(mask))]

    renamed = renamed_masks(mask, order)

    for row in range(len(mask)):
        actions = np.flatnonzero(mask[row])
        rename_in_actions(actions, orders(order[row], len(actions)))
        assert np.flatnonzero(renamed[row]).tolist() == sorted(actions.tolist())
