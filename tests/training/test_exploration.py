"""Exploration: schedules that follow the budget, and random actions that stay legal."""

import dataclasses

import numpy as np
import pytest

from cuttle.config.schema import ExplorationSettings
from cuttle.training.exploration import epsilon_at, explore, linear

HALF = ExplorationSettings(epsilon_start=0.8, epsilon_end=0.2, decay_fraction=0.5, temperature=0.0)


@pytest.mark.parametrize(
    ("progress", "epsilon"), [(0.0, 0.8), (0.25, 0.5), (0.5, 0.2), (0.9, 0.2), (1.0, 0.2)]
)
def test_epsilon_falls_over_its_share_of_the_budget(progress: float, epsilon: float) -> None:
    assert epsilon_at(progress, HALF) == pytest.approx(epsilon)
    assert epsilon_at(progress, dataclasses.replace(HALF, decay_fraction=0.0)) == 0.2


def test_a_linear_schedule_holds_its_ends() -> None:
    assert [linear(1.0, 3.0, share) for share in (-1.0, 0.5, 2.0)] == [1.0, 2.0, 3.0]


def test_without_epsilon_every_action_is_greedy() -> None:
    greedy = np.array([3, 1])

    actions, is_random = explore(greedy, np.ones((2, 5), bool), 0.0, np.random.default_rng(0))

    assert actions.tolist() == [3, 1]
    assert not is_random.any()


def test_random_actions_are_legal_and_equally_likely() -> None:
    legal_mask = np.zeros((30_000, 6), bool)
    legal_mask[:, [1, 2, 5]] = True
    greedy = np.full(30_000, 2)

    actions, is_random = explore(greedy, legal_mask, 0.6, np.random.default_rng(0))

    assert is_random.mean() == pytest.approx(0.6, abs=0.02)
    counts = np.bincount(actions[is_random], minlength=6) / is_random.sum()
    assert counts == pytest.approx([0, 1 / 3, 1 / 3, 0, 0, 1 / 3], abs=0.02)
    assert (actions[~is_random] == 2).all()
