"""The PettingZoo wrapper passes PettingZoo's own tests and plays by the rules."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("pettingzoo", reason="needs the extra envs")

from pettingzoo.test import api_test, seed_test  # only with the extra

from cuttle.env.pettingzoo import AGENTS, CuttleAEC, env

# PettingZoo's test knows dict observations only by the names of its own classic games.
dict_observations = pytest.mark.filterwarnings(
    "ignore:Observation space for each agent probably should be:UserWarning",
    "ignore:Observation is not a NumPy array:UserWarning",
)


def play(game: Any, seed: int) -> list[str]:
    """Play one game at random; return who decided, in order."""
    game.reset(seed=seed)
    rng = np.random.default_rng(seed)
    movers = []
    for agent in game.agent_iter():
        observation, _, terminated, truncated, _ = game.last()
        if terminated or truncated:
            game.step(None)
            continue
        movers.append(agent)
        game.step(rng.choice(np.flatnonzero(observation["action_mask"])))
    return movers


@dict_observations
@pytest.mark.parametrize("make", [env, CuttleAEC])
def test_environment_passes_the_api_test_of_pettingzoo(make: Any) -> None:
    api_test(make(render_mode="ansi"), num_cycles=1000)


def test_environment_passes_the_seed_test_of_pettingzoo() -> None:
    seed_test(env, num_cycles=500)


@pytest.mark.parametrize("max_cycles", [1, 4, 9])
def test_max_cycles_ends_a_game_after_that_many_decisions(max_cycles: int) -> None:
    # PettingZoo's max_cycles_test samples actions without their masks and wants agents to
    # alternate; this is the same assertion for a game with illegal moves and turns.
    game = env(max_cycles=max_cycles)
    game.reset(seed=0)

    movers = play(game, seed=0)

    assert len(movers) == max_cycles


def test_truncation_is_told_to_both_agents_and_rewards_none() -> None:
    game = CuttleAEC(max_cycles=1)
    game.reset(seed=0)

    game.step(int(np.flatnonzero(game.observe("player_0")["action_mask"])[0]))

    assert game.truncations == dict.fromkeys(AGENTS, True)
    assert game.terminations == dict.fromkeys(AGENTS, False)
    assert game.rewards == dict.fromkeys(AGENTS, 0.0)


def test_rewards_of_a_finished_game_are_zero_sum_and_one_agent_wins() -> None:
    outcomes = []
    for seed in range(20):
        game = CuttleAEC()
        game.reset(seed=seed)
        rng = np.random.default_rng(seed)
        while not any(game.terminations.values()):
            mask = game.observe(game.agent_selection)["action_mask"]
            game.step(int(rng.choice(np.flatnonzero(mask))))
        outcomes.append(tuple(game.rewards.values()))

    assert set(outcomes) <= {(1.0, -1.0), (-1.0, 1.0), (0.0, 0.0)}
    assert {(1.0, -1.0), (-1.0, 1.0)} <= set(outcomes)


@pytest.mark.parametrize(
    ("make", "action"),
    [(env, "not in the mask"), *((CuttleAEC, action) for action in ("not in the mask", -1, 181))],
)
def test_an_illegal_action_loses_zero_sum_and_terminates_alone(make: Any, action: Any) -> None:
    game = make()
    game.reset(seed=0)
    if action == "not in the mask":
        action = int(np.flatnonzero(game.last()[0]["action_mask"] == 0)[0])

    game.step(action)

    assert game.terminations == dict.fromkeys(AGENTS, True)
    assert game.truncations == dict.fromkeys(AGENTS, False)
    assert game.rewards == {"player_0": -1.0, "player_1": 1.0}
    assert game.infos == {"player_0": {"illegal_action": True}, "player_1": {}}
    assert not game.observe("player_0")["action_mask"].any()


def test_what_is_no_integer_is_no_action() -> None:
    game = CuttleAEC()
    game.reset(seed=0)

    with pytest.raises(TypeError, match="an action must be an integer from 0 to 180, got"):
        game.step(0.9)  # type: ignore[arg-type]  # as a user may


def test_nothing_can_be_played_before_reset() -> None:
    with pytest.raises(RuntimeError, match="no game has been dealt: call reset first"):
        CuttleAEC().step(0)


def test_waiting_agent_sees_its_own_hand_and_may_do_nothing() -> None:
    game = CuttleAEC()
    game.reset(seed=0)

    waiting = game.observe("player_1")

    assert not waiting["action_mask"].any()
    assert waiting["observation"][:52].sum() == 6


def test_text_board_shows_both_hands() -> None:
    game = CuttleAEC(render_mode="ansi")
    game.reset(seed=0)

    board = game.render()

    assert "player_0: 0 of 21 points, hand of 5:" in board
    assert "??" not in board


def test_arguments_are_checked_with_the_value_named() -> None:
    with pytest.raises(ValueError, match="max_cycles must be None or at least 1, got 0"):
        CuttleAEC(max_cycles=0)
    with pytest.raises(ValueError, match="render_mode must be None or 'ansi', got 'human'"):
        CuttleAEC(render_mode="human")
    with pytest.raises(TypeError, match=r"rules must be Rules, .* got 'classic'"):
        CuttleAEC(rules="classic")  # type: ignore[arg-type]  # as a user may
