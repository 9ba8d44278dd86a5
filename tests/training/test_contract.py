"""What training promises to every network type, those included whose layers have a mode, a state
or a generator: the same seed trains the same, also when it is resumed. No strength.
"""

import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from cuttle.env.vector import VectorEnv
from cuttle.launch.build import build_trainer, check
from cuttle.launch.train_run import model_bytes
from cuttle.play.model import load_model
from cuttle.runs.layout import FINAL_MODEL_FILE
from cuttle.training.trainer import Trainer
from tests.training import made
from tests.training.build import NETWORK_TYPES, composed, numbers, same_weights, through_a_file

MADE = [network.__name__ for network in made.MADE]


@pytest.fixture(autouse=True)
def made_types(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let configs name the types of the tests as if they lay in the folder."""
    monkeypatch.setitem(sys.modules, "cuttle.networks.made", made)


def config_of(network_type: str, *overrides: str) -> dict[str, Any]:
    config = composed("training=smoke", "seed=fixed", "seed.value=7", *overrides)
    section = {"_target_": f"cuttle.networks.made.{network_type}"}
    own = composed(f"network_type={network_type}") if network_type not in MADE else {}
    return {**config, "network_type": own.get("network_type", section)}


def built(network_type: str, *overrides: str) -> Trainer:
    return build_trainer(config_of(network_type, *overrides))


def disturb(seed: int) -> None:
    """Leave every global generator in another state."""
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)


@pytest.mark.slow
@pytest.mark.parametrize("network_type", [*NETWORK_TYPES, *MADE])
def test_every_type_trains_alike_twice_and_when_it_is_resumed(network_type: str) -> None:
    first, reports, states = built(network_type), [], []
    for report in first.rounds():
        disturb(report.round)
        reports.append(report)
        states.append(through_a_file(first.state_dict()))
    disturb(3)
    second = built(network_type)
    again = list(second.rounds())
    resumed = built(network_type)
    resumed.load_state_dict(states[0])
    rest = list(resumed.rounds())

    assert numbers(again) == numbers(reports)
    assert numbers(rest) == numbers(reports[1:])
    assert same_weights(second, first) and same_weights(resumed, first)
    assert second.initial_q_sd == first.initial_q_sd


@pytest.mark.slow
@pytest.mark.parametrize("double", ["true", "false"])
def test_networks_are_in_training_mode_in_the_gradient_step_alone(
    double: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: set[tuple[bool, bool]] = set()
    call = nn.Module.__call__

    def noted(module: nn.Module, *inputs: torch.Tensor) -> torch.Tensor:
        seen.update((m.training, torch.is_grad_enabled()) for m in module.modules())
        result: torch.Tensor = call(module, *inputs)
        return result

    monkeypatch.setattr(nn.Module, "__call__", noted)

    list(built("BatchNormalised", f"training.learner.double={double}").rounds())

    assert seen == {(True, True), (False, False)}


def test_training_leaves_the_global_generators_alone() -> None:
    disturb(1)
    wanted = torch.rand(1).item(), np.random.rand(), random.random()
    disturb(1)

    next(built("Noisy").rounds())

    assert (torch.rand(1).item(), np.random.rand(), random.random()) == wanted


def test_the_noise_of_layers_follows_from_the_seed() -> None:
    first, second = built("Dropped"), build_trainer({**config_of("Dropped"), "seed": {"value": 8}})

    states = [trained.state_dict()["generators"]["torch"] for trained in (first, second)]

    assert not torch.equal(*states)


@pytest.mark.parametrize("period", ["null", "3"])
def test_running_averages_reach_the_network_that_plays(period: str) -> None:
    trained = built("BatchNormalised", f"training.learner.target_period={period}")
    before = trained.model_state()["before.running_mean"]

    next(trained.rounds())

    learner = trained.state_dict()["learner"]
    for name in ("before.running_mean", "before.running_var"):
        if period == "null":
            assert torch.equal(learner["target"][name], learner["network"][name])
    assert not torch.equal(trained.model_state()["before.running_mean"], before)


@pytest.mark.parametrize("network_type", ["Dropped", "BatchNormalised", "Stateful"])
def test_a_trained_network_is_loaded_as_it_was(network_type: str, tmp_path: Path) -> None:
    trained = built(network_type)
    next(trained.rounds())
    path = tmp_path / FINAL_MODEL_FILE
    path.parent.mkdir()
    path.write_bytes(model_bytes(trained, config_of(network_type)))

    loaded = load_model(tmp_path, "cuttle_cards")

    games, rng = VectorEnv(64, np.random.default_rng(0)), np.random.default_rng(0)
    for _ in range(4):
        wanted = trained.player().act(games.observation, games.legal_mask, rng)
        actions = loaded.act(games.observation, games.legal_mask, rng)
        assert (actions == wanted).all()
        games.step(actions)


@pytest.mark.parametrize("network_type", MADE)
def test_layers_with_a_mode_or_a_state_are_accepted(network_type: str) -> None:
    assert check(config_of(network_type), is_here=True)["rules_version"]
