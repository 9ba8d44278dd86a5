"""What the schema refuses, in one line that names the key, the value and the way out."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from cuttle.config import roles
from cuttle.config.hydra import explain
from cuttle.config.keys import Role, key
from cuttle.config.reading import read
from cuttle.config.schema import Config, TrainingSettings
from cuttle.runs.comparable import mismatches
from cuttle.runs.diff import flatten
from cuttle.runs.identity import config_hash, differences, identity
from tests.training.build import composed

LEARNER = "batch_size, replay_ratio, updates_per_episode, learning_rate,"
OVERRIDES = {
    "run=0": "run must be from 1 to 99999, got 0",
    "run=1.5": "run must be a whole number, got 1.5",
    "run=null": "run must be a whole number, got null",
    "run=[1,2]": "run must be a whole number, got [1,2]",
    "device=warp": "device must be cpu or cuda, got 'warp'",
    "description=null": "description must be text, got null",
    "~description": "description is missing from the config",
    "experiment=a/b": "experiment must be a name of up to 100 A-Za-z0-9._-, a letter or "
    "digit first, got 'a/b'",
    "experiment=..": "experiment must be a name of up to 100 A-Za-z0-9",
    "force=maybe": "force must be true or false, got 'maybe'",
    "+training.foo=1": "there is no key 'training.foo'; there are rounds, episodes_per_round, ",
    "training.rounds=0": "training.rounds must be at least 1, got 0",
    "training.self_play=3": "must be a section with num_envs, suit_averaging, got 3",
    "~training.rounds": "training.rounds cannot be left out of the config",
    "training.learner.learning_rat=1": "there is no key 'training.learner.learning_rat'; did you "
    f"mean 'learning_rate'? there are {LEARNER}",
    "training.learner={lr:1}": f"there is no key 'training.learner.lr'; there are {LEARNER}",
    "+training.learner={lr:1}": f"there is no key 'training.learner.lr'; there are {LEARNER}",
    "training.learner=null": f"training.learner must be a section with {LEARNER}",
    "training.learner.learning_rate=1e999": "learning_rate must be finite, got inf",
    f"training.learner.learning_rate={10**400}": "learning_rate is too large",
    "training.learner.learning_rate={a:1}": "learning_rate must be a number, got {a:1}",
    "training.learner.batch_size=true": "training.learner.batch_size must be a whole number, got ",
    "training.learner.target_period=x": "must be a whole number or null, got 'x'",
    "training.replay.capacity=100": "training.replay.capacity must hold at least 12 decisions of "
    "each of the 64 games side by side, got 100",
    "training.replay.capacity=2040": "training.replay.warm_up must be at most 1984, ",
    "training.evaluation.opponents=[]": "must name at least one opponent, each once, got []",
    "training.evaluation.opponents=[a,a]": "each once, got ['a', 'a']",
    "training.evaluation.opponents=abc": "opponents must be a list of names, got abc",
    "network_type.layers=3": "there is no key 'network_type.layers'; there are _target_",
    "rules.king_goals=[a]": "rules.king_goals must be a list of whole numbers, got 'a'",
    "rules.king_goals=[99,1,1,1,1]": "rules.king_goals must be from 0 to 21, got (99, ",
    "rules.king_goals=[21,14]": "must be 5 numbers of points, the first above 0, got [21, ",
    "rules.king_goals=[0,0,0,0,0]": "the first above 0, got [0, 0, 0, 0, 0]",
    "seed.mode=often": "seed.mode must be one of independent, paired, published, fixed, got ",
    "analysis.equivalence_margin=1": "must be positive and below 1, got 1.0",
}
FILES = {
    "learner: {learning_rat: 0.1}": "training/own.yaml: there is no key 'training.learner."
    "learning_rat'; did you mean 'learning_rate'?",
    "learner: {learning_rate: fast}": "training/own.yaml: training.learner.learning_rate must be a "
    "number, got 'fast'",
    "learner: {learning_rate: null}": "training/own.yaml: training.learner.learning_rate must be a "
    "number, got None",
    "learner: {double: {a: 1}}": "training/own.yaml: training.learner.double must be true or false",
    "replay.n_step: 2": "training/own.yaml: training.replay.n_step cannot be a key with dots: nest",
    "learner: 3": "training/own.yaml: training.learner must be a section with batch_size, ",
}
VALUES = {
    ("learner.batch_size", True): "training.learner.batch_size must be a whole number, got True",
    ("learner.double", 1): "training.learner.double must be true or false, got 1",
    ("learner.momentum", 0.9): "there is no key 'training.learner.momentum'; there are batch_size",
    ("evaluation.opponents", "randomized"): "must be a list of names, got 'randomized'",
    ("evaluation.opponents", (1,)): "must be a list of names, got (1,)",
    ("self_play", 3): "training.self_play must be a section with num_envs, suit_averaging, got 3",
}


def refusal(*overrides: str) -> str:
    """Compose and check; return the line by which that is refused."""
    try:
        read(Config, composed(*overrides))
    except ValueError as error:
        return str(error)
    except (HydraException, OmegaConfBaseException, OverflowError) as error:
        return explain(error) or f"not explained: {error}"
    return "not refused"


def changed(name: str, value: Any) -> dict[str, Any]:
    """Return the full budget with one value changed, past Hydra."""
    training = composed()["training"]
    *sections, last = name.split(".")
    functools.reduce(dict.__getitem__, sections, training)[last] = value
    return training


@pytest.mark.parametrize("override", OVERRIDES, ids=lambda override: override[:60])
def test_a_bad_override_is_named(override: str) -> None:
    line = refusal(override)

    assert OVERRIDES[override] in line
    assert "\n" not in line


@pytest.mark.parametrize("text", FILES)
def test_a_bad_key_in_a_file_is_named_with_the_file(text: str, tmp_path: Path) -> None:
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "own.yaml").write_text(f"defaults: [full, _self_]\n{text}\n")

    assert FILES[text] in refusal(f"hydra.searchpath=[file://{tmp_path}]", "training=own")


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_a_bad_value_in_python_is_named(name: str, value: Any) -> None:
    with pytest.raises(ValueError) as caught:
        read(TrainingSettings, changed(name, value), "training")

    assert VALUES[name, value] in str(caught.value)


def test_a_whole_number_passes_as_a_float() -> None:
    learner = read(TrainingSettings, changed("learner.replay_ratio", 4), "training").learner

    assert learner.replay_ratio == 4.0
    assert isinstance(learner.replay_ratio, float)


def test_a_replay_has_room_for_the_longest_own_return() -> None:
    training = changed("replay.until_own_decision", True)
    training["replay"] |= {"n_step": 1, "capacity": 64 * 25, "warm_up": 0}

    with pytest.raises(ValueError, match=r"capacity must hold at least 26 decisions of each"):
        read(TrainingSettings, training, "training")


def test_a_folder_named_like_a_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "experiment").mkdir()

    line = refusal(f"hydra.searchpath=[file://{tmp_path}]", "experiment=mine")

    assert line.startswith("experiment= selects a file of the folder experiment/ of a config dir")


def test_a_config_that_does_not_begin_with_ours_is_told_how() -> None:
    error = HydraException("Could not override 'root'.\nTo append to your config use +root=X")

    assert (explain(error) or "").endswith("--config-name with `defaults: [config, _self_]`")


def test_an_error_of_hydras_own_keys_is_left_to_hydra() -> None:
    assert refusal("hydra.launcher.n_jobs=abc").startswith("not explained: ")


def test_the_roles_of_the_keys() -> None:
    """What tells runs apart, and what a hash leaves out: a change here moves hashes."""
    assert roles.keys_with_role(Role.SEED)[:2] == ("seed.value", "run")
    assert roles.keys_with_role(Role.COMPUTE) == ("threads", "device")
    assert roles.keys_with_role(Role.NAMING)[:2] == ("experiment", "description")
    assert set(identity(composed("seed.value=3"))) == {
        name
        for name in flatten(composed())
        if (
            name.startswith(("network_type.", "trunk.", "training.", "rules."))
            or name in ("run", "seed.value", "threads", "device")
        )
        and name not in roles.neutral_values()
    }


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("rules.king_goals[0]", Role.METHOD),
        ("network_type.embedding_dim", Role.METHOD),
        ("analysis.of_another_version", Role.DESIGN),
        ("fault", Role.DESIGN),
        ("hydra.launcher.n_jobs", Role.EXECUTION),
        ("of_another_version.key", Role.METHOD),
    ],
)
def test_a_key_has_the_role_of_what_it_lies_below(name: str, role: Role) -> None:
    assert roles.role_of(name) is role


@dataclass(frozen=True)
class LaterConfig(Config):
    """The schema of a later version."""

    weight_decay: float = key("Weight decay of Adam.", at_least=0, neutral=0.0)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The default config of a later version, which has one key more."""
    caches = (roles.index, roles.neutral_values)
    monkeypatch.setattr(roles, "Config", LaterConfig)
    for cached in caches:
        cached.cache_clear()
    yield {**composed(), "weight_decay": 0.0}
    monkeypatch.undo()
    for cached in caches:
        cached.cache_clear()


def test_an_absent_key_counts_as_its_neutral_value(later: dict[str, Any]) -> None:
    before = composed()

    assert config_hash(before) == config_hash(later)
    assert differences(before, later) == []
    assert not [*mismatches([("a", "boolean", before), ("b", "boolean", later)], ["network_type"])]
    assert read(LaterConfig, before) == read(LaterConfig, later)


def test_another_value_than_the_neutral_one_is_another_setting(later: dict[str, Any]) -> None:
    before, other = composed(), {**later, "weight_decay": 0.1}
    configs = [("a", "boolean", before), ("b", "boolean", other)]
    (mismatch,) = mismatches(configs, ["network_type"])

    assert config_hash(before) != config_hash(other)
    assert differences(before, other) == ["weight_decay: 0.0 -> 0.1"]
    assert mismatch.changes == ["weight_decay: 0.0 -> 0.1"]
