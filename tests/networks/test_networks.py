"""Every network type: shapes, sizes, and what distinguishes it. No training."""

import numpy as np
import pytest
import torch

from cuttle.env.observation import OBS_DIM, ZONES
from cuttle.game.actions import NUM_ACTIONS
from cuttle.networks.trunk import Trunk, ZoneLinear
from cuttle.training.initialisation import initialise
from cuttle.training.settings import InitialisationSettings
from tests.training.build import NETWORK_TYPES, network

KAIMING = InitialisationSettings(head_scale=1.0, embedding_sd=0.2)


def drawn(network_type: str, settings: InitialisationSettings = KAIMING) -> torch.nn.Module:
    built = network(network_type)
    initialise(built, settings, np.random.default_rng(0))
    return built


def observations(batch: int) -> torch.Tensor:
    rng = np.random.default_rng(1)
    return torch.from_numpy((rng.random((batch, OBS_DIM)) < 0.05).astype(np.float32))


@pytest.mark.parametrize("network_type", NETWORK_TYPES)
def test_a_network_values_every_action_of_every_row(network_type: str) -> None:
    q = drawn(network_type)(observations(3))

    assert q.shape == (3, NUM_ACTIONS)
    assert q.dtype == torch.float32


@pytest.mark.parametrize("network_type", NETWORK_TYPES)
def test_a_row_is_valued_alike_in_any_batch(network_type: str) -> None:
    built, rows = drawn(network_type), observations(5)

    torch.testing.assert_close(built(rows)[3:4], built(rows[3:4]))


@pytest.mark.parametrize("network_type", NETWORK_TYPES)
def test_every_weight_gets_a_gradient(network_type: str) -> None:
    built = drawn(network_type)

    built(observations(64)).square().sum().backward()

    without = [name for name, p in built.named_parameters() if not p.grad.abs().sum() > 0]
    assert without == []


@pytest.mark.parametrize("network_type", sorted(set(NETWORK_TYPES) - {"blind"}))
def test_every_zone_and_scalar_reaches_the_values(network_type: str) -> None:
    built = drawn(network_type)
    empty = torch.zeros(1, OBS_DIM)
    rows = torch.eye(OBS_DIM)

    changed = (built(rows) - built(empty)).abs().sum(dim=1)

    firsts = [52 * zone for zone in range(len(ZONES))]
    scalars = range(52 * len(ZONES), OBS_DIM)
    # One row may be switched off by the ReLUs of one small encoder, hardly ever a whole zone.
    assert all(changed[first : first + 52].max() > 0 for first in firsts)
    assert all(changed[index] > 0 for index in scalars)


def test_the_blind_network_does_not_see_the_state() -> None:
    q = drawn("blind")(observations(8))

    assert torch.equal(q, q[:1].expand_as(q))
    assert q[0].std() > 0


def test_trunks_are_equal_in_all_types() -> None:
    trunks = [next(m for m in network(t).modules() if isinstance(m, Trunk)) for t in NETWORK_TYPES]

    assert len({trunk.hidden.out_features for trunk in trunks}) == 1
    assert len({trunk.head.weight.shape for trunk in trunks}) == 1


def test_the_value_is_added_to_every_advantage() -> None:
    trunk = Trunk(1, hidden_units=2, num_actions=2)
    with torch.no_grad():
        trunk.hidden.weight.copy_(torch.tensor([[1.0], [-1.0]]))
        trunk.hidden.bias.zero_()
        trunk.head.weight.copy_(torch.tensor([[10.0, 0.0], [1.0, 0.0], [2.0, 0.0]]))
        trunk.head.bias.zero_()

    # Hidden (3, -3) is normalised to (1, -1).
    assert trunk(torch.tensor([[3.0]])).tolist() == [[pytest.approx(11.0), pytest.approx(12.0)]]


def test_a_zone_linear_is_one_linear_layer_a_zone() -> None:
    layer = ZoneLinear(2, 3, 1)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[[1.0, 0.0, 0.0]], [[0.0, 0.0, 2.0]]]))
        layer.bias.copy_(torch.tensor([[[0.5]], [[0.0]]]))

    out = layer(torch.tensor([[[1.0, 2.0, 3.0]], [[1.0, 2.0, 3.0]]]))

    assert out.flatten().tolist() == [1.5, 6.0]


def test_an_embedded_zone_is_the_encoded_sum_of_its_cards() -> None:
    built = drawn("embedding")
    observation = torch.zeros(1, OBS_DIM)
    observation[0, [3, 7, 52 + 7]] = 1.0
    seen: list[torch.Tensor] = []
    built.trunk.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0][0]))

    built(observation)

    table = built.cards.weight
    for zone, total in enumerate((table[3] + table[7], table[7], torch.zeros(32))):
        expected = torch.relu(built.encoder(total))
        torch.testing.assert_close(seen[0][zone * 52 : (zone + 1) * 52], expected)


@pytest.mark.parametrize("network_type", NETWORK_TYPES)
def test_the_head_scale_scales_the_initial_values(network_type: str) -> None:
    small = InitialisationSettings(head_scale=0.01, embedding_sd=0.2)

    full_q = drawn(network_type)(observations(16))
    small_q = drawn(network_type, small)(observations(16))

    torch.testing.assert_close(small_q, 0.01 * full_q, rtol=1e-4, atol=1e-7)


def test_initial_weights_depend_on_the_stream_alone() -> None:
    torch.manual_seed(1)
    first = drawn("multi_encoder").state_dict()
    torch.manual_seed(2)
    second = drawn("multi_encoder").state_dict()

    assert all(torch.equal(first[name], second[name]) for name in first)
