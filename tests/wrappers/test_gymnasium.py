"""The Gymnasium wrappers keep Gymnasium's contract and play the game of the batch engine."""

from typing import Any

import numpy as np
import pytest

gymnasium = pytest.importorskip("gymnasium", reason="needs the extra envs")

from gymnasium.utils.env_checker import check_env  # noqa: E402  # only with the extra

from cuttle import opponents  # noqa: E402
from cuttle.env.gymnasium import CuttleEnv, CuttleVectorEnv  # noqa: E402
from cuttle.env.observation import OBS_DIM, SCALARS, ZONES  # noqa: E402
from cuttle.game.actions import NUM_ACTIONS  # noqa: E402
from cuttle.game.variants import CUTTLE_CARDS  # noqa: E402

RANDOMIZED = opponents.load("randomized")
GAP_MAXIMIZER = opponents.load("gap_maximizer")


def random_actions(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw one legal action for each row of `mask (batch, NUM_ACTIONS)`."""
    return RANDOMIZED.act(mask, mask != 0, rng)


def test_environment_made_by_name_passes_the_checker_of_gymnasium() -> None:
    env = gymnasium.make("Cuttle-v0", opponent="gap_maximizer", render_mode="ansi")

    check_env(env.unwrapped)

    assert env.action_space.n == NUM_ACTIONS


@pytest.mark.parametrize("seat", [0, 1])
def test_seat_is_kept_and_seen_in_the_observation(seat: int) -> None:
    env = CuttleEnv(RANDOMIZED, seat=seat)

    for seed in range(5):
        observation, _ = env.reset(seed=seed)

        is_dealer = observation["observation"][52 * len(ZONES) + SCALARS.index("is_dealer")]
        assert is_dealer == seat


def test_mask_in_the_info_equals_the_mask_in_the_observation() -> None:
    env = CuttleEnv(GAP_MAXIMIZER)
    rng = np.random.default_rng(0)
    observation, info = env.reset(seed=0)
    for _ in range(200):
        mask = observation["action_mask"]

        assert np.array_equal(mask, info["action_mask"])

        action = random_actions(mask[None], rng)[0]
        observation, reward, terminated, truncated, info = env.step(action)
        assert not info["illegal_action"]
        if terminated or truncated:
            assert not observation["action_mask"].any()
            observation, info = env.reset()
        else:
            assert reward == 0.0
            assert observation["action_mask"].sum() > 1


@pytest.mark.parametrize("action", ["not in the mask", -105, 181])
def test_illegal_action_loses_the_game_and_plays_nothing(action: Any) -> None:
    env = CuttleEnv(RANDOMIZED, seat=0)
    before, _ = env.reset(seed=0)
    if action == "not in the mask":
        action = np.flatnonzero(before["action_mask"] == 0)[0]

    after, reward, terminated, truncated, info = env.step(np.int64(action))

    assert (reward, terminated, truncated) == (-1.0, True, False)
    assert info["illegal_action"]
    assert np.array_equal(before["observation"], after["observation"])


@pytest.mark.parametrize("action", [36.9, None])
def test_what_is_no_integer_is_no_action(action: Any) -> None:
    env = CuttleEnv(RANDOMIZED)
    env.reset(seed=0)

    with pytest.raises(TypeError, match="an action must be an integer from 0 to 180, got"):
        env.step(action)


def test_a_batch_of_fractions_is_refused_before_anything_is_played() -> None:
    envs = CuttleVectorEnv(2, RANDOMIZED)
    observations, _ = envs.reset(seed=0)
    legal = random_actions(observations["action_mask"], np.random.default_rng(0))

    with pytest.raises(TypeError, match="an action must be an integer from 0 to 180, got"):
        envs.step(legal + 0.5)

    envs.step(legal)


@pytest.mark.parametrize("make", [CuttleEnv, lambda player: CuttleVectorEnv(1, player)])
def test_nothing_can_be_played_before_reset(make: Any) -> None:
    with pytest.raises(RuntimeError, match="no game has been dealt: call reset first"):
        make(RANDOMIZED).step(np.zeros(1, np.int64)[0])


def test_a_finished_game_has_to_be_reset() -> None:
    env = CuttleEnv(RANDOMIZED)
    env.reset(seed=0)
    env.step(np.int64(-1))

    with pytest.raises(RuntimeError, match="game 0 is over: call reset before step"):
        env.step(np.int64(0))


@pytest.mark.parametrize(
    ("opponent", "error"), [("stockfish", ValueError), ("", ValueError), (3, TypeError)]
)
def test_an_unknown_opponent_is_refused_by_the_known_names(opponent: Any, error: Any) -> None:
    for make in (CuttleEnv, lambda player: CuttleVectorEnv(2, player)):
        with pytest.raises(error, match=r"gap_maximizer, .*randomized"):
            make(opponent)


def test_safety_cap_truncates() -> None:
    env = CuttleEnv(RANDOMIZED, rules=CUTTLE_CARDS._replace(max_decisions=6))
    rng = np.random.default_rng(0)
    observation, _ = env.reset(seed=0)
    terminated = truncated = False
    while not (terminated or truncated):
        action = random_actions(observation["action_mask"][None], rng)[0]
        observation, reward, terminated, truncated, _ = env.step(action)

    assert (reward, terminated, truncated) == (0.0, False, True)


def test_a_game_that_the_opponent_ends_at_once_is_dealt_anew() -> None:
    rules = CUTTLE_CARDS._replace(king_goals=(10, 10, 10, 10, 10))
    envs = CuttleVectorEnv(8, opponents.load("high_card"), seat=1, rules=rules)
    rng = np.random.default_rng(0)
    observations, _ = envs.reset(seed=0)
    for _ in range(50):
        assert observations["action_mask"].any(axis=1).all()

        observations, *_ = envs.step(random_actions(observations["action_mask"], rng))


def test_rules_that_leave_the_own_seat_no_decision_are_named() -> None:
    rules = CUTTLE_CARDS._replace(max_decisions=1)

    CuttleEnv(RANDOMIZED, seat=0, rules=rules).reset(seed=0)
    with pytest.raises(ValueError, match="over before seat 1 could decide: raise max_decisions"):
        CuttleEnv(RANDOMIZED, seat=1, rules=rules).reset(seed=0)


def test_text_board_hides_the_hand_of_the_opponent() -> None:
    env = CuttleEnv(RANDOMIZED, seat=0, render_mode="ansi")
    env.reset(seed=0)

    board = env.render()

    assert isinstance(board, str)
    assert "opponent: 0 of 21 points, hand of 6: ?? ?? ?? ?? ?? ??" in board


def test_batch_of_one_against_a_name_plays_as_the_single_environment() -> None:
    single, batch = CuttleEnv(GAP_MAXIMIZER), CuttleVectorEnv(1, "gap_maximizer")
    rng = np.random.default_rng(0)
    observation, _ = single.reset(seed=7)
    observations, _ = batch.reset(seed=7)
    finished = 0
    while finished < 20:
        for key, value in observation.items():
            assert np.array_equal(value, observations[key][0])

        actions = random_actions(observations["action_mask"], rng)
        observation, reward, terminated, truncated, _ = single.step(actions[0])
        observations, rewards, terminations, truncations, infos = batch.step(actions)

        assert (reward, terminated, truncated) == (rewards[0], terminations[0], truncations[0])
        assert ("final_obs" in infos) == (terminated or truncated)
        if terminated or truncated:
            for key, value in observation.items():
                assert np.array_equal(value, infos["final_obs"][0][key])
            observation, _ = single.reset()
            finished += 1


def test_batch_keeps_its_spaces_and_the_layout_of_infos() -> None:
    envs = gymnasium.make_vec("Cuttle-v0", num_envs=64, opponent=GAP_MAXIMIZER)
    rng = np.random.default_rng(0)
    observations, infos = envs.reset(seed=0)
    assert isinstance(envs.unwrapped, CuttleVectorEnv)
    assert envs.metadata["autoreset_mode"] is gymnasium.vector.AutoresetMode.SAME_STEP
    wins = losses = 0
    for _ in range(100):
        assert observations in envs.observation_space
        assert np.array_equal(infos["action_mask"], observations["action_mask"])

        actions = random_actions(observations["action_mask"], rng)
        observations, rewards, terminations, truncations, infos = envs.step(actions)

        done = terminations | truncations
        assert not rewards[~done].any()
        wins, losses = wins + (rewards > 0).sum(), losses + (rewards < 0).sum()
        if done.any():
            assert np.array_equal(infos["_final_obs"], done)
            assert np.array_equal(infos["_final_info"], done)
            assert all(
                (final is not None) == over
                for final, over in zip(infos["final_obs"], done, strict=True)
            )
            assert not infos["final_info"]["illegal_action"].any()
    assert losses > wins > 0


def test_illegal_actions_lose_their_games_alone() -> None:
    envs = CuttleVectorEnv(4, RANDOMIZED)
    observations, _ = envs.reset(seed=0)
    actions = random_actions(observations["action_mask"], np.random.default_rng(0))
    actions[:3] = [-105, 181, np.flatnonzero(observations["action_mask"][2] == 0)[0]]

    _, rewards, terminations, _, infos = envs.step(actions)

    assert terminations.tolist() == [True, True, True, False]
    assert rewards.tolist() == [-1.0, -1.0, -1.0, 0.0]
    assert infos["final_info"]["illegal_action"].tolist() == [True, True, True, False]


@pytest.mark.parametrize("num_actions", [1, 3, 5])
def test_another_number_of_actions_is_refused(num_actions: int) -> None:
    envs = CuttleVectorEnv(4, RANDOMIZED)
    envs.reset(seed=0)

    with pytest.raises(ValueError, match=rf"shape \(4,\), got \({num_actions},\)"):
        envs.step(np.zeros(num_actions, np.int64))


def test_same_seed_gives_the_same_batch() -> None:
    def trace(seed: int) -> np.ndarray:
        envs = CuttleVectorEnv(8, RANDOMIZED)
        rng = np.random.default_rng(1)
        observations, _ = envs.reset(seed=seed)
        total = np.zeros(OBS_DIM)
        for step in range(50):
            actions = random_actions(observations["action_mask"], rng)
            observations, *_ = envs.step(actions)
            total += (step + 1) * observations["observation"].sum(axis=0)
        return total

    assert np.array_equal(trace(3), trace(3))
    assert not np.array_equal(trace(3), trace(4))


def test_arguments_are_checked_with_the_value_named() -> None:
    with pytest.raises(ValueError, match=r"seat must be 0 .* got 2"):
        CuttleEnv(RANDOMIZED, seat=2)
    with pytest.raises(ValueError, match="render_mode must be None or 'ansi', got 'human'"):
        CuttleVectorEnv(1, RANDOMIZED, render_mode="human")
