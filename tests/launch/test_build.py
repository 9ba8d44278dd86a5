"""What a config names is used once before a launch, and refused by what is wrong with it."""

import sys
import types
from collections.abc import Callable
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf
from torch import Tensor, nn

from cuttle.env.observation import SCALAR_DIM
from cuttle.launch.build import build_trainer, check
from cuttle.networks.cards import bits
from cuttle.networks.trunk import FeatureLinear, Trunk, TrunkSettings
from tests.training.build import composed, same_weights, trainer


class Summed(nn.Module):
    """A sound type: how many cards lie in each zone."""

    def __init__(self, *, zones: int, trunk: TrunkSettings) -> None:
        super().__init__()
        self.trunk = Trunk(FeatureLinear(zones, trunk.scalars, trunk.width), trunk)

    def forward(self, zones: Tensor, scalars: Tensor, action: Tensor | None = None) -> Tensor:
        q: Tensor = self.trunk(bits(zones).sum(dim=2), scalars, action)
        return q


class Convolved(Summed):
    """Sound too: a convolution over the cards of each zone."""

    def __init__(self, *, zones: int, trunk: TrunkSettings) -> None:
        super().__init__(zones=zones, trunk=trunk)
        self.over_cards = nn.Conv1d(zones, zones, kernel_size=4, stride=4)

    def forward(self, zones: Tensor, scalars: Tensor, action: Tensor | None = None) -> Tensor:
        q: Tensor = self.trunk(self.over_cards(bits(zones)).sum(dim=2), scalars, action)
        return q


class Batched(Summed):
    """Normalise over the batch, which takes two rows."""

    def __init__(self, **sizes: Any) -> None:
        super().__init__(**sizes)
        self.norm = nn.BatchNorm1d(SCALAR_DIM)

    def forward(self, zones: Tensor, scalars: Tensor, action: Tensor | None = None) -> Tensor:
        return super().forward(zones, self.norm(scalars), action)


class Optional(Summed):
    """Take options that are off."""

    def __init__(self, *, residual: bool, dropout: float, **sizes: Any) -> None:
        super().__init__(**sizes)
        assert not residual and not dropout, "on"


class Caching(Summed):
    """Keep what the first call made, which is of no use in a gradient step."""

    def forward(self, zones: Tensor, scalars: Tensor, action: Tensor | None = None) -> Tensor:
        self.weight = getattr(self, "weight", scalars.new_ones(1))
        return super().forward(zones, scalars, action) * self.weight


class Late(Summed):
    """Make a layer in the first call."""

    def forward(self, zones: Tensor, scalars: Tensor, action: Tensor | None = None) -> Tensor:
        if not hasattr(self, "late"):
            self.late = nn.Linear(scalars.shape[1], scalars.shape[1])
        return super().forward(zones, self.late(scalars), action)


class Half(Summed):
    """Compute in a type that the compiled layers do not know."""

    def __init__(self, **sizes: Any) -> None:
        super().__init__(**sizes)
        self.to(torch.float16)

    def forward(self, zones: Tensor, scalars: Tensor, action: Tensor | None = None) -> Tensor:
        return super().forward(zones, scalars.half(), action)


class Undrawn(Summed):
    """Hold a weight of no layer."""

    def __init__(self, **sizes: Any) -> None:
        super().__init__(**sizes)
        self.query = nn.Parameter(torch.empty(3))


def changed(change: Callable[..., Tensor]) -> type[Summed]:
    """Make a type of what becomes of the `forward` of a sound one and its three inputs."""

    class Changed(Summed):
        def forward(self, zones: Tensor, scalars: Tensor, action: Tensor | None = None) -> Tensor:
            return change(super().forward, zones, scalars, action)

    return Changed


def without_mask(forward: Callable[..., Tensor], *inputs: Tensor) -> Tensor:
    """Value the actions that are not allowed, too."""
    *state, action = inputs
    return forward(*state, None if action is not None and action.dtype == torch.bool else action)


CHANGED = {
    "WithoutAction": changed(lambda forward, zones, scalars, _: forward(zones, scalars)),
    "TooNarrow": changed(lambda forward, *inputs: forward(*inputs)[:, :-1]),
    "Unfitting": changed(lambda forward, zones, *others: forward(zones[:, :5], *others)),
    "WithoutMask": changed(without_mask),
    "NotANumber": changed(lambda forward, *inputs: forward(*inputs) * torch.nan),
}


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A module of network types, as if it lay in the folder."""
    module = types.ModuleType("cuttle.networks.odd")
    named = (Summed, Convolved, Batched, Optional, Caching, Late, Half, Undrawn)
    vars(module).update({network.__name__: network for network in named}, **CHANGED)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


def config(class_name: str, *overrides: str, **options: Any) -> dict[str, Any]:
    section = {"name": "odd", "_target_": f"cuttle.networks.odd.{class_name}", **options}
    return {**composed("training=smoke", *overrides), "network_type": section}


@pytest.mark.parametrize(
    ("class_name", "options"),
    [
        ("Summed", {}),
        ("Convolved", {}),
        ("Batched", {}),
        ("Optional", {"residual": False, "dropout": 0}),
    ],
)
def test_a_sound_type_is_accepted(
    class_name: str, options: dict[str, Any], odd: types.ModuleType
) -> None:
    assert check(config(class_name, **options), is_here=True)["rules_version"]


@pytest.mark.parametrize(
    ("class_name", "message"),
    [
        ("WithoutAction", r"scalars, action\) must give \(2, 4\) for two rows, gives \(2, 181\)"),
        ("TooNarrow", r": forward\(zones, scalars\) must give \(2, 181\) .*, gives \(2, 180\)"),
        ("Unfitting", r"odd\.Unfitting: forward\(zones, scalars\) fails: "),
        ("Caching", "the first update fails: Inference tensors cannot be saved for backward"),
        ("WithoutMask", r"allowed\) must give finite numbers, and -inf for actions that are not"),
        ("NotANumber", r"NotANumber: forward\(zones, scalars\) must give finite numbers$"),
        ("Late", r"Late: late\.bias must be made in __init__"),
        ("Half", r"Half: forward\(zones, scalars\) fails: Failed in nopython mode .*\[\.\.\.\]$"),
        ("Optional", r"_target_=cuttle\.networks\.odd\.Optional with .*: on$"),
        ("Undrawn", "query of Undrawn is a weight that no rule in .* draws"),
        ("Gone", r"network_type\._target_=cuttle\.networks\.odd\.Gone: .* no attribute 'Gone'"),
    ],
)
def test_a_type_that_would_fail_or_learn_nonsense_is_refused(
    class_name: str, message: str, odd: types.ModuleType
) -> None:
    options = {"residual": True, "dropout": 0} if class_name == "Optional" else {}

    with pytest.raises(ValueError, match=message):
        check(config(class_name, **options), is_here=True)


def test_a_type_that_cannot_learn_from_such_batches_is_refused(odd: types.ModuleType) -> None:
    with pytest.raises(ValueError, match="the first update fails: Expected more than 1 value"):
        check(config("Batched", "training.learner.batch_size=1"), is_here=True)


@pytest.mark.parametrize(
    "kind", [dict, OmegaConf.create, lambda values: {**OmegaConf.create(values)}]
)
def test_a_trainer_is_built_from_plain_values_and_from_omegaconf(kind: Callable[..., Any]) -> None:
    values = composed(
        "training=smoke", "seed=fixed", "seed.value=3", "rules.king_goals=[21,14,10,7,0]"
    )

    built = build_trainer(kind(values))

    assert same_weights(built, build_trainer(values))
    assert built.settings.evaluation.opponents == ("randomized", "gap_maximizer")


@pytest.mark.parametrize("seed", ["independent", "fixed"])
@pytest.mark.parametrize("kind", [dict, OmegaConf.create])
def test_a_config_without_a_seed_is_refused(kind: Callable[..., Any], seed: str) -> None:
    config = kind(composed("training=smoke", f"seed={seed}"))

    with pytest.raises(ValueError, match=r"seed\.value must be .*: compose the config with seed="):
        build_trainer(config)


@pytest.mark.parametrize("seed", [None, -1, 0.5])
def test_a_trainer_without_a_seed_is_refused(seed: Any) -> None:
    with pytest.raises(ValueError, match=f"must be a whole number of at least 0, got {seed}"):
        trainer(seed=seed)
