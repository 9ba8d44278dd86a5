"""Settings refuse what cannot be trained, and name it."""

from typing import Any

import pytest

from cuttle.training.settings import TrainingSettings
from tests.training.build import composed, settings


def changed(key: str, value: Any) -> dict[str, Any]:
    config = composed("training=full")["training"]
    *sections, last = key.split(".")
    section = config
    for name in sections:
        section = section[name]
    section[last] = value
    return config


def test_the_full_budget_is_the_studys() -> None:
    full = settings("full")

    assert (full.rounds, full.episodes_per_round) == (20, 250)
    assert full.evaluation.validation_ratio == 0.5
    assert full.evaluation.opponents == ("randomized", "gap_maximizer")
    assert full.evaluation.final_games >= 2_000


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("rounds", 0, "training.rounds must be at least 1, got 0"),
        ("learner.learning_rate", -0.1, "training.learner.learning_rate must be positive"),
        ("learner.learning_rate", float("nan"), "training.learner.learning_rate must be positive"),
        ("learner.batch_size", 0, "training.learner.batch_size must be at least 1, got 0"),
        ("learner.batch_size", 2.5, "training.learner.batch_size must be int, got 2.5"),
        ("learner.double", "yes", "training.learner.double must be bool, got 'yes'"),
        ("learner.double", 1, "training.learner.double must be bool, got 1"),
        ("learner.batch_size", True, "training.learner.batch_size must be int, got True"),
        ("learner.target_period", 0, "training.learner.target_period must be at least 1"),
        ("learner.target_period", "x", "must be int or null, got 'x'"),
        ("exploration.temperature", -0.1, "training.exploration.temperature must be at least 0"),
        ("replay.discount", 1.5, "training.replay.discount must be at least 0 and at most 1"),
        ("replay.capacity", 100, "training.replay.capacity must hold at least"),
        ("replay.capacity", 2_040, "training.replay.warm_up must be at most 1984, "),
        ("exploration.epsilon_end", 2.0, "at least 0 and at most 1, got 2.0"),
        ("evaluation.opponents", ["nobody"], "has unknown 'nobody'; there are "),
        ("evaluation.opponents", [], "must name at least one opponent"),
        ("evaluation.opponents", "randomized", "must be a list of names, got 'randomized'"),
        ("evaluation.final_games", 0, "training.evaluation.final_games must be at least 2"),
        ("learner.momentum", 0.9, "training.learner has no key 'momentum'; there are batch_size"),
        ("self_play", 3, "training.self_play must be a section with num_envs"),
    ],
)
def test_a_bad_value_is_named(key: str, value: Any, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        TrainingSettings.from_mapping(changed(key, value))

    assert message in str(caught.value)


def test_a_missing_key_is_named() -> None:
    config = composed("training=full")["training"]
    del config["learner"]["double"]

    with pytest.raises(ValueError, match=r"training\.learner\.double is missing"):
        TrainingSettings.from_mapping(config)


def test_a_whole_number_passes_as_a_float() -> None:
    ratio = TrainingSettings.from_mapping(changed("learner.replay_ratio", 4)).learner.replay_ratio

    assert ratio == 4.0
    assert isinstance(ratio, float)


def test_a_replay_has_room_for_the_longest_own_return() -> None:
    config = changed("replay.until_own_decision", True)
    config["replay"] |= {"n_step": 1, "capacity": 64 * 25, "warm_up": 0}

    with pytest.raises(ValueError, match=r"capacity must hold at least 26 decisions of each"):
        TrainingSettings.from_mapping(config)
