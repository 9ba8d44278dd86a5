"""The replay: returns worked out by hand, copies, the ring, and exact continuation."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from cuttle.config.schema import ReplaySettings
from cuttle.env.observation import OBS_WORDS, zone
from cuttle.env.vector import VectorEnv
from cuttle.game.actions import FIRST_PLAY, NUM_ACTIONS
from cuttle.opponents.randomized import Randomized
from cuttle.training.replay import Batch, Replay
from tests.training.build import settings

ONE_STEP = dataclasses.replace(
    settings().replay,
    capacity=1_000,
    discount=0.5,
    n_step=1,
    stop_at_exploration=False,
    suit_augmentation=False,
)


def observation(number: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Make one packed observation that tells its number by the hand zone's bits."""
    packed = np.zeros((1, OBS_WORDS), np.int64)
    packed[0, 0] = number
    return packed


def mask(number: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    legal = np.zeros((1, NUM_ACTIONS), bool)
    legal[0, [0, number]] = True
    return legal


def remember(
    memory: Replay,
    ticks: list[tuple[int, int, float, bool]],
    *,
    random_ticks: frozenset[int] = frozenset(),
) -> None:
    """Store one game's (seat, next seat, reward, done), numbered from 1 in state and action."""
    for number, (seat, next_seat, reward, done) in enumerate(ticks, start=1):
        memory.add(
            observation=observation(number),
            legal_mask=mask(number),
            action=np.array([number]),
            is_random=np.array([number in random_ticks]),
            seat=np.array([seat], np.uint8),
        )
        memory.complete_transition(
            reward=np.array([reward], np.float32),
            done=np.array([done]),
            next_seat=np.array([next_seat], np.uint8),
        )


# Seat 0 moves twice (a card, its target), seat 1 once, seat 0 wins; then a new game begins.
GAME = [
    (0, 0, 0.0, False),
    (0, 1, 0.0, False),
    (1, 0, 0.0, False),
    (0, 0, 1.0, True),
    *[(0, 1, 0.0, False), (1, 0, 0.0, False)] * 8,
]


def transitions(memory: Replay) -> dict[int, tuple[float, float, int]]:
    """Sample until every row came: action -> (reward, bootstrap, number of the next state)."""
    drawn = memory.sample(4_000, np.random.default_rng(0))
    numbers = zone(drawn.next_observation, "hand")
    rows = zip(
        drawn.action.tolist(),
        drawn.reward.tolist(),
        drawn.bootstrap.tolist(),
        numbers.tolist(),
        strict=True,
    )
    return {action: (reward, weight, number) for action, reward, weight, number in rows}


def learnt(*, random_ticks: frozenset[int] = frozenset(), **changes: Any) -> dict[int, Any]:
    """Return the transitions of the game under settings that differ so from `ONE_STEP`."""
    memory = Replay(1, dataclasses.replace(ONE_STEP, **changes))
    remember(memory, GAME, random_ticks=random_ticks)
    return transitions(memory)


def test_one_step_transitions_are_worked_out_by_hand() -> None:
    held = learnt()

    assert held[1] == (0.0, 1.0, 2)  # own sub-decision: same sign, no discount
    assert held[2] == (0.0, -0.5, 3)  # the opponent is next: other sign, discounted
    assert held[3] == (0.0, -0.5, 4)
    assert held[4][:2] == (1.0, 0.0)  # the game is over: nothing to bootstrap


def test_three_step_returns_are_worked_out_by_hand() -> None:
    held = learnt(n_step=3)

    assert held[1] == (0.0, 0.25, 4)  # two changes of the player
    assert held[2][:2] == (0.25, 0.0)  # own win two decisions later
    assert held[3][:2] == (-0.5, 0.0)  # the opponent's win one decision later
    assert held[4][:2] == (1.0, 0.0)


def test_returns_until_the_own_decision_bootstrap_on_the_own_value() -> None:
    held = learnt(until_own_decision=True)

    assert held[1] == (0.0, 1.0, 2)
    assert held[2] == (0.0, 0.25, 4)  # over the opponent's decision
    assert held[3][:2] == (-0.5, 0.0)  # the game ends before
    assert all(weight >= 0.0 for _, weight, _ in held.values())


def test_returns_stop_at_exploration() -> None:
    held = learnt(n_step=3, stop_at_exploration=True, random_ticks=frozenset({1, 3}))

    assert held[1] == (0.0, -0.5, 3)  # the first action is what is learnt, random or not
    assert held[2] == (0.0, -0.5, 3)
    assert held[3][:2] == (-0.5, 0.0)


def test_the_next_legal_mask_is_that_of_the_next_state() -> None:
    memory = Replay(1, ONE_STEP)
    remember(memory, GAME)

    drawn = memory.sample(64, np.random.default_rng(0))

    numbers = zone(drawn.next_observation, "hand")
    for number, legal in zip(numbers, drawn.next_legal_mask, strict=True):
        assert np.flatnonzero(legal).tolist() == [0, number]


def test_the_ring_forgets_the_oldest_and_waits_for_the_newest() -> None:
    memory = Replay(1, dataclasses.replace(ONE_STEP, capacity=10, n_step=3))
    remember(memory, GAME)

    held = transitions(memory)

    assert len(memory) == 10
    assert sorted(held) == list(range(11, 18))  # 20 rows: 1-10 gone, 18-20 incomplete


def test_nothing_can_be_sampled_before_a_return_is_complete() -> None:
    memory = Replay(1, dataclasses.replace(ONE_STEP, n_step=3))
    remember(memory, GAME[:3])

    assert not memory.can_sample()


def test_samples_are_renamed_state_action_and_mask_alike() -> None:
    memory = Replay(1, dataclasses.replace(ONE_STEP, suit_augmentation=True))
    for card in (0, 20, 1, 21) * 8:  # ace and six of clubs, then of diamonds
        memory.add(
            observation=observation(1 << card),
            legal_mask=mask(FIRST_PLAY + card),
            action=np.array([FIRST_PLAY + card]),
            is_random=np.array([False]),
            seat=np.array([0], np.uint8),
        )
        memory.complete_transition(
            reward=np.zeros(1, np.float32), done=np.array([False]), next_seat=np.ones(1, np.uint8)
        )

    drawn = memory.sample(2_000, np.random.default_rng(0))

    cards = np.log2(zone(drawn.observation, "hand")).astype(int)
    next_cards = np.log2(zone(drawn.next_observation, "hand")).astype(int)
    assert set(cards.tolist()) == {0, 1, 2, 3, 20, 21, 22, 23}
    assert (drawn.action == FIRST_PLAY + cards).all()
    assert drawn.next_legal_mask[np.arange(2_000), FIRST_PLAY + next_cards].all()
    assert (drawn.next_legal_mask.sum(axis=1) == 2).all()
    # An ace is followed by the six of the same suit, whatever that suit is called.
    assert (next_cards[cards < 4] == cards[cards < 4] + 20).all()


def play_games(replay_settings: ReplaySettings, num_games: int) -> tuple[Replay, np.ndarray]:
    """Fill a replay from real games; return it and all packed states, copied, in order."""
    rng = np.random.default_rng(5)
    env = VectorEnv(4, rng)
    memory = Replay(4, replay_settings)
    states, finished = [], 0
    while finished < num_games:
        actions = Randomized().act(env.observation, env.legal_mask, rng)
        states.append(env.observation.copy())
        memory.add(
            observation=env.observation,
            legal_mask=env.legal_mask,
            action=actions,
            is_random=np.ones(4, bool),
            seat=env.acting,
        )
        step = env.step(actions)
        memory.complete_transition(reward=step.reward, done=step.done, next_seat=env.acting)
        finished += int(step.done.sum())
    return memory, np.stack(states)


def test_stored_states_are_copies_and_distinct_over_twenty_games() -> None:
    memory, states = play_games(dataclasses.replace(ONE_STEP, capacity=10_000), 20)

    stored = memory.state_dict()["columns"]["observation"]

    np.testing.assert_array_equal(stored, states)
    flat = stored.reshape(-1, OBS_WORDS)
    assert len(np.unique(flat, axis=0)) == len(flat)


def test_the_played_card_is_in_the_stored_hand_and_the_state_moves_on() -> None:
    memory, _ = play_games(dataclasses.replace(ONE_STEP, capacity=10_000), 20)

    drawn = memory.sample(2_000, np.random.default_rng(0))

    plays = (drawn.action >= 1) & (drawn.action < 53)
    # A seven's play comes from the revealed cards.
    held = zone(drawn.observation, "hand") | zone(drawn.observation, "revealed")
    assert plays.sum() > 100
    assert (held[plays] >> (drawn.action[plays] - 1) & 1 == 1).all()
    assert (drawn.observation != drawn.next_observation).any(axis=1).all()
    assert drawn.observation.shape == (2_000, OBS_WORDS)


def test_aliasing_leaves_two_states_a_finished_game() -> None:
    aliased = dataclasses.replace(ONE_STEP, capacity=10_000, alias_final_position=True)
    honest, _ = play_games(dataclasses.replace(ONE_STEP, capacity=10_000), 20)
    memory, _ = play_games(aliased, 20)

    stored = memory.state_dict()["columns"]
    honest_columns = honest.state_dict()["columns"]

    for env in range(4):
        ends = np.flatnonzero(stored["bootstrap"][:, env] == 0.0)
        first = 0
        for end in ends:
            game = stored["observation"][first : end + 1, env]
            assert len(np.unique(game, axis=0)) == 2
            np.testing.assert_array_equal(game[-1], honest_columns["observation"][end, env])
            first = end + 1
    np.testing.assert_array_equal(stored["action"], honest_columns["action"])


@pytest.mark.parametrize("capacity", [40, 1_000])
def test_a_replay_continues_exactly_where_its_state_was_taken(capacity: int) -> None:
    first = Replay(1, dataclasses.replace(ONE_STEP, capacity=capacity))
    remember(first, GAME * 3)
    second = Replay(1, dataclasses.replace(ONE_STEP, capacity=capacity))

    second.load_state_dict(first.state_dict())
    for memory in (first, second):
        remember(memory, GAME)

    batches = [memory.sample(32, np.random.default_rng(1)) for memory in (first, second)]
    for field in dataclasses.fields(Batch):
        np.testing.assert_array_equal(*(getattr(b, field.name) for b in batches))


def test_a_continued_replay_knows_where_the_running_game_began() -> None:
    aliasing = dataclasses.replace(ONE_STEP, alias_final_position=True)
    first, second = Replay(1, aliasing), Replay(1, aliasing)
    remember(first, GAME)

    second.load_state_dict(first.state_dict())
    for memory in (first, second):
        remember(memory, GAME[1:])

    columns = [memory.state_dict()["columns"]["observation"] for memory in (first, second)]
    np.testing.assert_array_equal(*columns)


def test_the_ring_may_begin_at_any_of_its_rows() -> None:
    memory = Replay(1, dataclasses.replace(ONE_STEP, capacity=10, n_step=3))
    remember(memory, GAME[:17])

    assert sorted(transitions(memory)) == list(range(8, 15))
