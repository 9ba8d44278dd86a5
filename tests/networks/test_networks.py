"""Every network type: shapes, sizes, and what distinguishes it. No training."""

import numpy as np
import pytest
import torch

from cuttle.config.schema import InitialisationSettings
from cuttle.env.observation import OBS_DIM, SCALAR_DIM, ZONES, unpack
from cuttle.game.actions import NUM_ACTIONS
from cuttle.networks.cards import CardLinear, HeldLinear, ZoneLinear, bits, encode_cards
from cuttle.networks.head import value_all, value_allowed, value_chosen
from cuttle.networks.held import HeldZones
from cuttle.networks.scalars import multiply_scalars
from cuttle.networks.trunk import FeatureLinear, Trunk, TrunkSettings
from cuttle.training.initialisation import initialise
from tests.game.positions import random_games
from tests.training.build import NETWORK_TYPES, network

KAIMING = InitialisationSettings(head_scale=1.0, embedding_sd=0.2)


def drawn(network_type: str, settings: InitialisationSettings = KAIMING) -> torch.nn.Module:
    built = network(network_type)
    initialise(built, settings, np.random.default_rng(0))
    return built


def observations(batch: int) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(1)
    zones = (rng.random((batch, len(ZONES), 52)) < 0.05) @ (1 << np.arange(52))
    scalars = (rng.random((batch, SCALAR_DIM)) < 0.3).astype(np.float32)
    return torch.from_numpy(zones), torch.from_numpy(scalars)


@pytest.mark.parametrize("network_type", NETWORK_TYPES)
def test_every_action_of_every_row_is_valued_by_the_mean_of_the_members(network_type: str) -> None:
    built, inputs = drawn(network_type), observations(3)

    q = built(*inputs)

    assert q.shape == (3, NUM_ACTIONS) and q.dtype == torch.float32
    for action in (0, 100, NUM_ACTIONS - 1):
        by_member = built(*inputs, torch.full((3,), action))
        assert by_member.shape == (3, 4)
        assert (by_member.std(dim=1) > 0).all()
        torch.testing.assert_close(by_member.mean(dim=1), q[:, action])


@pytest.mark.parametrize("network_type", NETWORK_TYPES)
def test_only_allowed_actions_are_valued(network_type: str) -> None:
    built, inputs = drawn(network_type), observations(3)
    allowed = torch.rand(3, NUM_ACTIONS, generator=torch.Generator().manual_seed(0)) < 0.1

    with torch.no_grad():
        q = built(*inputs, allowed)

    torch.testing.assert_close(q, built(*inputs).masked_fill(~allowed, -torch.inf))


@pytest.mark.parametrize("network_type", NETWORK_TYPES)
def test_a_row_is_valued_alike_in_any_batch(network_type: str) -> None:
    built, (zones, scalars) = drawn(network_type), observations(5)

    torch.testing.assert_close(built(zones, scalars)[3:4], built(zones[3:4], scalars[3:4]))


@pytest.mark.parametrize("network_type", NETWORK_TYPES)
def test_every_weight_gets_a_gradient(network_type: str) -> None:
    built = drawn(network_type)

    actions = torch.arange(256) % NUM_ACTIONS

    built(*observations(256), actions).square().sum().backward()

    without = [name for name, p in built.named_parameters() if p.numel() and not p.grad.any()]
    assert without == []


@pytest.mark.parametrize("network_type", sorted(set(NETWORK_TYPES) - {"blind"}))
def test_every_zone_and_scalar_reaches_the_values(network_type: str) -> None:
    built = drawn(network_type)
    none = torch.zeros(1, len(ZONES), dtype=torch.int64), torch.zeros(1, SCALAR_DIM)
    cards = torch.zeros(len(ZONES) * 52, len(ZONES), dtype=torch.int64)
    for row in range(len(cards)):
        cards[row, row // 52] = 1 << row % 52

    def changed(zones: torch.Tensor, scalars: torch.Tensor) -> torch.Tensor:
        moved: torch.Tensor = (built(zones, scalars) - built(*none)).abs().sum(dim=1)
        return moved

    by_zone = changed(cards, none[1].expand(len(cards), -1)).reshape(len(ZONES), 52)
    by_scalar = changed(none[0].expand(SCALAR_DIM, -1), torch.eye(SCALAR_DIM))
    # One card may be switched off by the ReLUs of one small encoder, hardly ever a whole zone.
    assert (by_zone.max(dim=1).values > 0).all()
    assert (by_scalar > 0).all()


def test_the_blind_network_does_not_see_the_state() -> None:
    q = drawn("blind")(*observations(8))

    assert torch.equal(q, q[:1].expand_as(q))
    assert q[0].std() > 0


def test_trunks_are_equal_in_all_types() -> None:
    trunks = [next(m for m in network(t).modules() if isinstance(m, Trunk)) for t in NETWORK_TYPES]

    assert {trunk.norm.normalized_shape for trunk in trunks} == {(52,)}
    assert len({trunk.advantage.shape for trunk in trunks}) == 1


def small_trunk(*, normalise: bool, dueling: bool) -> Trunk:
    """Make a trunk of two units, which hold plus and minus the only feature."""
    sizes = TrunkSettings(
        ensemble_size=1,
        hidden_units=2,
        num_actions=2,
        scalars=0,
        normalise=normalise,
        dueling=dueling,
    )
    hidden = FeatureLinear(1, 0, 2)
    trunk = Trunk(hidden, sizes)
    with torch.no_grad():
        hidden.features.copy_(torch.tensor([[1.0, -1.0]]))
        hidden.bias.zero_()
        trunk.advantage.copy_(torch.tensor([[[1.0, 0.0]], [[2.0, 0.0]]]))
        trunk.bias.fill_(0.5)
        if trunk.value is not None:
            trunk.value.copy_(torch.tensor([[10.0, 0.0]]))
    return trunk


@pytest.mark.parametrize(
    ("normalise", "dueling", "expected"),
    [
        (True, True, [11.5, 12.5]),  # hidden (3, -3) is normalised to (1, -1)
        (True, False, [1.5, 2.5]),
        (False, True, [33.5, 36.5]),
        (False, False, [3.5, 6.5]),
    ],
)
def test_a_trunk_normalises_and_adds_the_value_to_every_advantage(
    normalise: bool, dueling: bool, expected: list[float]
) -> None:
    trunk = small_trunk(normalise=normalise, dueling=dueling)

    inputs = torch.tensor([[3.0]]), torch.zeros(1, 0)

    assert trunk(*inputs).tolist() == [pytest.approx(expected)]
    for action in range(2):
        assert trunk(*inputs, torch.tensor([action])).tolist() == [
            [pytest.approx(expected[action])]
        ]


def test_the_members_of_a_boolean_network_are_networks_of_their_own() -> None:
    built = drawn("boolean")
    by_member = built(*observations(4), torch.zeros(4, dtype=torch.int64))

    gradient = torch.autograd.grad(by_member[:, 1].sum(), built.trunk.hidden.cards)[0]

    others = gradient.reshape(len(ZONES), 52, 4, 52)[:, :, [0, 2, 3]]
    assert gradient.abs().sum() > 0
    assert others.abs().sum() == 0


@pytest.mark.parametrize("network_type", NETWORK_TYPES)
def test_a_plain_trunk_sees_no_scalars(network_type: str) -> None:
    built = network(network_type, "trunk=plain")
    initialise(built, KAIMING, np.random.default_rng(0))
    zones, scalars = observations(4)

    assert torch.equal(built(zones, scalars), built(zones, 1.0 - scalars))


def random_table(*shape: int) -> torch.Tensor:
    values = np.random.default_rng(2).normal(size=shape).astype(np.float32)
    return torch.from_numpy(values).requires_grad_()


def assert_alike(
    found: torch.Tensor, expected: torch.Tensor, inputs: tuple[torch.Tensor, ...]
) -> None:
    """Compare two functions of the same inputs, and their gradients."""
    torch.testing.assert_close(found, expected)
    weight = random_table(*expected.shape).detach()
    gradients = (torch.autograd.grad((q * weight).sum(), inputs) for q in (found, expected))
    for gradient, wanted in zip(*gradients, strict=True):
        torch.testing.assert_close(gradient, wanted, rtol=1e-4, atol=1e-5)


WIDTHS = (1, 3, 16, 52, 90)  # parts of a vector, whole ones, and more than four


def test_held_zones_are_all_that_hold_cards_and_an_empty_one_of_each_kind() -> None:
    held = HeldZones.of(torch.tensor([[5, 0, 0], [6, 7, 0]]))

    assert held.cards.tolist() == [0, 5, 6, 0, 7, 0]
    assert held.kind.tolist() == [0, 0, 0, 1, 1, 2]
    assert held.row.tolist() == [0, 0, 1, 0, 1, 0]
    assert held.first.tolist() == [0, 3, 5, 6]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("tables", [1, len(ZONES)])
def test_encoded_cards_and_their_gradients_are_those_of_a_product(tables: int, width: int) -> None:
    held = HeldZones.of(observations(6)[0])
    table, bias = random_table(tables, 52, width), random_table(tables, width)
    each = (len(ZONES), -1, -1)

    tables_of, bias_of = table.expand(*each)[held.kind], bias.expand(each[:2])[held.kind]
    expected = bias_of + torch.einsum("ec,eck->ek", bits(held.cards), tables_of)

    assert_alike(encode_cards(held, table, bias), torch.relu(expected), (table, bias))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_card_linear_and_its_gradients_are_those_of_a_product(width: int) -> None:
    layer, (zones, scalars) = CardLinear(len(ZONES), SCALAR_DIM, width), observations(6)
    initialise(layer, KAIMING, np.random.default_rng(0))

    cards = bits(zones).flatten(1) @ layer.cards.flatten(0, 1)
    expected = cards + scalars @ layer.scalars + layer.bias

    assert_alike(layer(zones, scalars), expected, tuple(layer.parameters()))


@pytest.mark.parametrize("width", [*WIDTHS, 208])
@pytest.mark.parametrize("kind", ["thermometers", "any", "none"])
def test_a_product_with_scalars_and_its_gradients_are_those_of_torch(kind: str, width: int) -> None:
    scalars = random_table(6, 0 if kind == "none" else SCALAR_DIM)
    if kind == "thermometers":
        unpacked = np.empty((6, OBS_DIM), np.float32)
        unpack(random_games(6, 12, 0).observation, unpacked)
        scalars = torch.from_numpy(unpacked[:, -SCALAR_DIM:]).requires_grad_()
    weight, bias = random_table(scalars.shape[1], width), random_table(width)

    found = multiply_scalars(scalars, weight, bias)

    assert_alike(found, torch.addmm(bias, scalars, weight), (scalars, weight, bias))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("features", [1, 7, 26])
def test_a_held_linear_and_its_gradients_are_those_of_a_product_with_all_zones(
    features: int, width: int
) -> None:
    layer, (zones, scalars) = HeldLinear(len(ZONES), features, SCALAR_DIM, width), observations(6)
    zones[:, 1::2] = 0
    initialise(layer, KAIMING, np.random.default_rng(0))
    held = HeldZones.of(zones)
    encoded = random_table(len(held.cards), features)

    spread = encoded[held.empty].repeat(6, 1, 1)
    filled = torch.arange(len(held.cards))[held.cards != 0]
    spread[held.row[filled], held.kind[filled]] = encoded[filled]
    products = spread.flatten(1) @ layer.features.flatten(0, 1)
    expected = products + scalars @ layer.scalars + layer.bias

    assert_alike(layer((held, encoded), scalars), expected, (encoded, *layer.parameters()))


@pytest.mark.parametrize("units", WIDTHS)
def test_compiled_values_and_their_gradients_are_those_of_plain_layers(units: int) -> None:
    hidden, weight = random_table(6, 4, units), random_table(9, 4, units)
    bias, norm = random_table(9, 4), torch.nn.LayerNorm(units)
    action = torch.tensor([3, 8, 3, 0, 5, 1])
    inputs = (hidden, weight, bias, *norm.parameters())
    allowed = torch.nn.functional.one_hot(action, 9) == 1

    active = torch.relu(norm(hidden))
    expected = (active * weight[action]).sum(dim=2) + bias[action]
    with torch.no_grad():
        every = value_all(hidden, norm, weight, bias)
        some = value_allowed(hidden, norm, weight, bias, allowed)

    assert_alike(value_chosen(hidden, norm, weight, bias, action), expected, inputs)
    torch.testing.assert_close(some, every.masked_fill(~allowed, -torch.inf))
    torch.testing.assert_close(every.gather(1, action.unsqueeze(1))[:, 0], expected.mean(dim=1))


def test_bits_are_the_cards_of_a_set() -> None:
    zones = torch.tensor([[(1 << 51) | (1 << 3), 0]])

    assert bits(zones).nonzero().tolist() == [[0, 0, 3], [0, 0, 51]]


def test_a_zone_linear_is_one_linear_layer_a_zone() -> None:
    layer = ZoneLinear(2, 3, 1)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[[1.0], [0.0], [0.0]], [[0.0], [0.0], [2.0]]]))
        layer.bias.copy_(torch.tensor([[0.5], [0.0]]))

    held = HeldZones.of(torch.tensor([[1, 0]]))  # its entries: none of either kind, one between
    out = layer(held, torch.tensor([[0.0, 1.0, 1.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]))

    assert out.flatten().tolist() == [0.5, 1.5, 6.0]


def test_an_embedded_zone_is_the_encoded_sum_of_its_cards() -> None:
    built = drawn("embedding")
    zones = torch.zeros(1, len(ZONES), dtype=torch.int64)
    zones[0, 0], zones[0, 1] = (1 << 3) | (1 << 7), 1 << 7
    seen: list[tuple[HeldZones, torch.Tensor]] = []
    built.trunk.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0]))

    built(zones, torch.zeros(1, SCALAR_DIM))

    (held, encoded), table = seen[0], built.cards.weight
    totals = {0: torch.zeros(32), zones[0, 0].item(): table[3] + table[7], 1 << 7: table[7]}
    for cards, found in zip(held.cards.tolist(), encoded, strict=True):
        torch.testing.assert_close(found, torch.relu(built.encoder(totals[cards])))


@pytest.mark.parametrize("network_type", NETWORK_TYPES)
def test_the_head_scale_scales_the_initial_values(network_type: str) -> None:
    small = InitialisationSettings(head_scale=0.01, embedding_sd=0.2)

    full_q = drawn(network_type)(*observations(16))
    small_q = drawn(network_type, small)(*observations(16))

    torch.testing.assert_close(small_q, 0.01 * full_q, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("network_type", NETWORK_TYPES)
def test_initial_weights_depend_on_the_stream_alone(network_type: str) -> None:
    torch.manual_seed(1)
    first = drawn(network_type).state_dict()
    torch.manual_seed(2)
    second = drawn(network_type).state_dict()

    assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_layer_that_no_rule_draws_is_refused() -> None:
    built = network("boolean")
    built.plain = torch.nn.Linear(8, 2, bias=False)  # which is drawn
    built.attention = torch.nn.MultiheadAttention(8, 2)

    with pytest.raises(ValueError, match=r"attention\.in_proj_weight of Boolean is a weight"):
        initialise(built, KAIMING, np.random.default_rng(0))


def test_without_normalisation_too_only_allowed_actions_have_a_value() -> None:
    generator = torch.Generator().manual_seed(0)
    shapes = (3, 2, 5), (4, 2, 5), (4, 2)  # hidden, weight and bias of two members
    hidden, weight, bias = (torch.randn(shape, generator=generator) for shape in shapes)
    allowed = torch.rand(3, 4, generator=generator) < 0.5

    q = value_allowed(hidden, torch.nn.Identity(), weight, bias, allowed)

    assert q.isneginf().equal(~allowed)
    assert q[allowed].equal(value_all(hidden, torch.nn.Identity(), weight, bias)[allowed])
