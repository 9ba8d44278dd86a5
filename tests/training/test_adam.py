"""Adam and the target's step in one pass, against torch's own. No network here."""

import copy

import pytest
import torch

from cuttle.training.adam import Adam

SHAPES = ((3, 5), (40,), (), (0, 4))


def drawn(seed: int, dtype: torch.dtype = torch.float32) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator, dtype=dtype) for shape in SHAPES]


def take_steps(adam: Adam, count: int, dtype: torch.dtype = torch.float32) -> None:
    for step in range(count):
        adam.step(drawn(step + 1, dtype), learning_rate=0.1 / (step + 1), target_tau=0.25)


@pytest.mark.parametrize("is_compiled", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_steps_are_those_of_torch(dtype: torch.dtype, is_compiled: bool) -> None:
    own, theirs = drawn(0, dtype), drawn(0, dtype)
    followers, expected = copy.deepcopy(own), copy.deepcopy(own)
    adam = Adam(own, followers)
    adam._is_compiled = is_compiled  # other devices take the other way
    reference = torch.optim.Adam(theirs, lr=0.1)

    take_steps(adam, 5, dtype)
    for step in range(5):
        reference.param_groups[0]["lr"] = 0.1 / (step + 1)
        for parameter, gradient in zip(theirs, drawn(step + 1, dtype), strict=True):
            parameter.grad = gradient
        reference.step()
        torch._foreach_lerp_(expected, theirs, 0.25)

    torch.testing.assert_close(own, theirs)
    torch.testing.assert_close(followers, expected)


def test_a_parameter_without_a_gradient_stays_and_is_still_followed() -> None:
    parameter, target = torch.tensor([1.0]), torch.tensor([0.0])

    Adam([parameter], [target]).step([None], learning_rate=0.1, target_tau=0.25)

    assert (parameter.item(), target.item()) == (1.0, 0.25)


def test_adam_continues_exactly_where_its_state_was_taken() -> None:
    parameters, targets = drawn(0), drawn(9)
    first = Adam(parameters, targets)
    take_steps(first, 3)
    others, other_targets = copy.deepcopy(parameters), copy.deepcopy(targets)
    second = Adam(others, other_targets)

    second.load_state_dict(first.state_dict())
    take_steps(first, 2)
    take_steps(second, 2)

    for one, other in zip(parameters + targets, others + other_targets, strict=True):
        assert torch.equal(one, other)
