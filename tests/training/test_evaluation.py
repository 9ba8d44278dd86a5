"""Evaluation: greedy everywhere, both seats, fixed deals, draws counted as draws."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from cuttle import opponents
from cuttle.env.match import play_deals
from cuttle.env.observation import OBS_DIM, OBS_WORDS, unpack
from cuttle.env.symmetry import (
    SUIT_ROTATIONS,
    pack_masks,
    rename_in_actions,
    rename_suits,
    unpack_masks,
)
from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.variants import CUTTLE_CARDS
from cuttle.opponents.gap_maximizer import GapMaximizer
from cuttle.training import evaluation
from cuttle.training.evaluation import Evaluator, fixed_deals
from cuttle.training.player import GreedyPlayer, SoftmaxPlayer
from tests.game.positions import random_games
from tests.training.build import settings

EVALUATION = dataclasses.replace(settings().evaluation, final_games=200)


class Passive:
    """Draws and passes wherever it may, so that it never wins and often draws level."""

    def act(
        self,
        observation: NDArray[np.int64],
        legal_mask: NDArray[np.bool_],
        rng: np.random.Generator,
    ) -> NDArray[np.int64]:
        actions: NDArray[np.int64] = legal_mask.argmax(axis=1)
        return actions


def evaluator(seed: int = 0, **changes: Any) -> Evaluator:
    return Evaluator(
        settings=dataclasses.replace(EVALUATION, **changes), seed=seed, rules=CUTTLE_CARDS
    )


def test_a_greedy_player_takes_the_best_legal_action_and_the_lowest_of_equals() -> None:
    q = np.zeros((3, NUM_ACTIONS), np.float32)
    q[0, [5, 9]] = (3.0, 2.0)
    q[1, [5, 9]] = (3.0, 2.0)
    legal_mask = np.zeros((3, NUM_ACTIONS), bool)
    legal_mask[0, [5, 9]] = True
    legal_mask[1, [7, 9]] = True
    legal_mask[2, [8, 20, 30]] = True
    player = GreedyPlayer(lambda _observation: q, suit_averaging=False)

    actions = player.act(np.zeros((3, OBS_WORDS), np.int64), legal_mask, np.random.default_rng(0))

    assert actions.tolist() == [5, 9, 8]


def test_a_softmax_player_draws_legal_actions_in_proportion_to_exp_of_q() -> None:
    q = np.zeros((20_000, NUM_ACTIONS), np.float32)
    q[:, 9] = 0.5 * np.log(3.0)
    q[:, 11] = 100.0
    legal_mask = np.zeros(q.shape, bool)
    legal_mask[:, [5, 9]] = True
    observation = np.zeros((len(q), OBS_WORDS), np.int64)
    rng = np.random.default_rng(0)

    player = SoftmaxPlayer(lambda _observation: q, suit_averaging=False, temperature=0.5)
    actions = player.act(observation, legal_mask, rng)
    greedy = SoftmaxPlayer(lambda _observation: q, suit_averaging=False, temperature=0.0)

    assert set(actions.tolist()) == {5, 9}
    assert (actions == 9).mean() == pytest.approx(0.75, abs=0.015)
    assert (greedy.act(observation, legal_mask, rng) == 9).all()


def test_a_player_over_suits_acts_alike_under_any_rotation() -> None:
    env, rng = random_games(256, 10, 0), np.random.default_rng(0)
    weights = rng.normal(size=(OBS_DIM, NUM_ACTIONS)).astype(np.float32)

    def q_values(packed: NDArray[np.int64]) -> NDArray[np.float32]:
        unpacked = np.empty((len(packed), OBS_DIM), np.float32)
        unpack(packed, unpacked)
        return unpacked @ weights

    observation, mask = env.observation.copy(), np.zeros_like(env.legal_mask)
    order = np.tile(SUIT_ROTATIONS[1], (256, 1))
    rename_suits(observation, order)
    unpack_masks(pack_masks(env.legal_mask), order, mask)

    alike = {}
    for suit_averaging in (True, False):
        player = GreedyPlayer(q_values, suit_averaging=suit_averaging)
        expected = player.act(env.observation, env.legal_mask, rng)
        rename_in_actions(expected, order)
        alike[suit_averaging] = (player.act(observation, mask, rng) == expected).mean()

    assert alike[True] > 0.99  # equal but for rounding
    assert alike[False] < 0.9


def test_deals_are_fixed_by_name_and_deal_seed() -> None:
    final = fixed_deals(1, "final", 50)

    np.testing.assert_array_equal(final, fixed_deals(1, "final", 50))
    np.testing.assert_array_equal(final[:20], fixed_deals(1, "final", 20))
    assert (final != fixed_deals(2, "final", 50)).any(axis=1).all()
    assert (final != fixed_deals(1, "round 1", 50)).any(axis=1).all()
    assert (np.sort(final, axis=1) == np.arange(52)).all()


@pytest.mark.parametrize(("opponent", "is_alike"), [("high_card", True), ("randomized", False)])
def test_chance_of_an_opponent_and_nothing_else_comes_from_the_run(
    opponent: str, is_alike: bool
) -> None:
    first, second = (
        evaluator(seed, opponents=(opponent,)).evaluate_final(GapMaximizer(), 20) for seed in (1, 2)
    )

    assert (first == second) is is_alike


def test_each_seat_is_counted_from_the_players_side() -> None:
    rows = evaluator(opponents=("high_card",)).evaluate_final(GapMaximizer(), 20)
    deals = fixed_deals(EVALUATION.deal_seed, "final", 100)
    rivals = (GapMaximizer(), opponents.load("high_card"))

    first = play_deals(rivals, deals, np.random.default_rng(0))
    second = play_deals(rivals[::-1], deals, np.random.default_rng(0))

    assert [row["seat"] for row in rows] == [0, 1]
    assert [row["wins"] for row in rows] == [(first == 0).sum(), (second == 1).sum()]
    assert [row["losses"] for row in rows] == [(first == 1).sum(), (second == 0).sum()]


def test_draws_are_neither_wins_nor_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opponents, "load", lambda _name, _rules: Passive())

    rows = evaluator(opponents=("randomized",)).evaluate_final(Passive(), 20)

    assert [row["draws"] for row in rows] == [100, 100]
    assert all(row["wins"] == row["losses"] == 0 for row in rows)


def test_validation_splits_an_odd_number_evenly_and_rounds_differ() -> None:
    matches = evaluator(opponents=("high_card",))

    first, second = (matches.validate(GapMaximizer(), round_, 125) for round_ in (1, 2))

    assert [row["games"] for row in first] == [62, 62]
    assert [row["wins"] for row in first] != [row["wins"] for row in second]
    assert matches.validate(GapMaximizer(), 1, 0) == []


def test_every_match_has_its_own_stream_and_every_stage_its_own_deals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draws, deals = [], []

    def play(_pair: Any, decks: NDArray[np.uint8], rng: np.random.Generator, **_: Any) -> Any:
        draws.append(int(rng.integers(1 << 60)))
        deals.append(decks[0].tobytes())
        return np.zeros(len(decks), np.int64)

    monkeypatch.setattr(evaluation, "play_deals", play)
    matches = evaluator(opponents=("randomized", "high_card"))
    for round_ in (1, 2):
        matches.validate(GapMaximizer(), round_, 20)
    matches.evaluate_final(GapMaximizer(), 2)

    assert len(draws) == len(set(draws)) == 12
    assert len(set(deals)) == 3
