"""Every file of cuttle/opponents is a player: legal, repeatable, and blind to what is hidden."""

import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cuttle import opponents
from cuttle.env.match import play_deals
from cuttle.env.observation import OBS_WORDS
from cuttle.env.vector import VectorEnv
from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.state import random_decks
from cuttle.game.variants import PRESETS
from cuttle.training.player import GreedyPlayer

NAMES = opponents.names()


@pytest.mark.parametrize("rules", PRESETS)
@pytest.mark.parametrize("name", NAMES)
def test_it_plays_legal_actions_only(name: str, rules: str) -> None:
    player = opponents.load(name)
    rng = np.random.default_rng(1)
    env = VectorEnv(24, rng, rules=PRESETS[rules])
    rows = np.arange(24)

    for _ in range(30):
        actions = player.act(env.observation, env.legal_mask, rng)
        assert actions.dtype == np.int64
        assert env.legal_mask[rows, actions].all()
        env.step(actions)


@pytest.mark.parametrize("name", NAMES)
def test_it_writes_nothing_and_repeats_itself_with_the_same_rng(name: str) -> None:
    player = opponents.load(name)
    env = VectorEnv(16, np.random.default_rng(2))
    observation, legal_mask = env.observation.copy(), env.legal_mask.copy()

    first = player.act(env.observation, env.legal_mask, np.random.default_rng(3))
    second = player.act(env.observation, env.legal_mask, np.random.default_rng(3))

    assert (first == second).all()
    assert (env.observation == observation).all()
    assert (env.legal_mask == legal_mask).all()


@pytest.mark.parametrize("name", NAMES)
def test_it_accepts_an_empty_batch(name: str) -> None:
    empty = np.zeros((0, OBS_WORDS), np.int64), np.zeros((0, NUM_ACTIONS), np.bool_)

    assert opponents.load(name).act(*empty, np.random.default_rng(0)).shape == (0,)


@pytest.mark.parametrize("suit_averaging", [False, True])
def test_a_network_accepts_an_empty_batch(suit_averaging: bool) -> None:
    empty = np.zeros((0, OBS_WORDS), np.int64), np.zeros((0, NUM_ACTIONS), np.bool_)

    def q_values(observation: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.zeros((len(observation), NUM_ACTIONS), np.float32)

    player = GreedyPlayer(q_values, suit_averaging=suit_averaging)

    assert player.act(*empty, np.random.default_rng(0)).shape == (0,)


ACT = "class Broken:\n    def act(self, observation, legal_mask, rng): return {}"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("class Broken", "SyntaxError: expected ':' (broken.py, line 1)"),
        ("import nowhere", "ModuleNotFoundError: No module named 'nowhere'"),
        ("class Broken:\n    def __init__(self): 1 / 0", "ZeroDivisionError: division by zero"),
        ("class Broken:\n    def __init__(self, depth): pass", "TypeError: Broken.__init__() "),
        ("Broken = 3", "TypeError: 3 is not a callable object"),
        ("class Broken: pass", "AttributeError: 'Broken' object has no attribute 'act'"),
        (ACT.format("[0, 0, 0]"), "ValueError: actions must have shape (2,), got (3,)"),
        (ACT.format("[0.5, 0]"), "TypeError: an action must be an integer"),
        (ACT.format("legal_mask.argmin(axis=1)"), "ValueError: action"),
        (ACT.format("None"), "TypeError: "),
        ("class Another: pass", "must hold the class Broken"),
    ],
)
def test_an_opponent_whose_file_is_broken_is_refused_in_one_line(
    source: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.py").write_text(source, encoding="utf-8")
    monkeypatch.setattr(opponents, "__path__", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "cuttle.opponents.broken", raising=False)

    with pytest.raises(
        ValueError, match=r"cuttle/opponents/broken\.py (fails: |must hold )"
    ) as refusal:
        opponents.load("broken")

    assert reason in str(refusal.value)


def win_rate(first: str, second: str, decks: NDArray[np.uint8]) -> float:
    """Return the share of games that `first` wins, each deal from both seats."""
    rng = np.random.default_rng(4)
    players = opponents.load(first), opponents.load(second)
    leading = play_deals(players, decks, rng) == 0
    dealing = play_deals(players[::-1], decks, rng) == 1
    return float(np.concatenate([leading, dealing]).mean())


def test_the_ladder_of_opponents_stands() -> None:
    decks = random_decks(1_000, np.random.default_rng(5))

    assert win_rate("high_card", "randomized", decks) > 0.75
    assert win_rate("gap_maximizer", "randomized", decks) > 0.85
    assert win_rate("gap_maximizer", "high_card", decks) > 0.52


def test_random_actions_are_all_equally_likely() -> None:
    mask = np.zeros((60_000, NUM_ACTIONS), np.bool_)
    mask[:, [0, 7, 180]] = True
    observation = np.zeros((len(mask), OBS_WORDS), np.int64)

    actions = opponents.load("randomized").act(observation, mask, np.random.default_rng(8))

    counts = np.bincount(actions, minlength=NUM_ACTIONS)
    assert counts[[0, 7, 180]].sum() == 60_000
    assert np.abs(counts[[0, 7, 180]] - 20_000).max() < 500
