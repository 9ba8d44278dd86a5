"""The update against numbers worked out by hand, and two tiny games solved. No Cuttle here."""

import dataclasses

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cuttle.config.schema import LearnerSettings
from cuttle.env.observation import OBS_WORDS
from cuttle.training.dqn import DQNLearner, td_targets
from cuttle.training.replay import Batch
from tests.training.build import settings

LEARNER = dataclasses.replace(settings().learner, double=False, mask_targets=True)


class Table(nn.Module):
    """Q-values of numbered states as a table; the number stands in the place of the first zone."""

    def __init__(self, values: list[list[float]], members: int = 1) -> None:
        super().__init__()
        self.values = nn.Parameter(torch.tensor(values).repeat(members, 1, 1))

    def forward(self, zones: Tensor, scalars: Tensor, action: Tensor | None = None) -> Tensor:
        state = zones[:, 0]
        if action is None or action.dtype == torch.bool:
            q = self.values[:, state].mean(dim=0)
            return q if action is None else q.masked_fill(~action, -torch.inf)
        return self.values[:, state, action].t()


def observed(states: list[int]) -> NDArray[np.int64]:
    """Pack numbered states as `Table` reads them."""
    packed = np.zeros((len(states), OBS_WORDS), np.int64)
    packed[:, 0] = states
    return packed


def learner(values: list[list[float]], *, members: int = 1, **changes: object) -> DQNLearner:
    learner_settings: LearnerSettings = dataclasses.replace(LEARNER, **changes)  # type: ignore[arg-type]
    table = Table(values, members)
    return DQNLearner(network=table, settings=learner_settings, device=torch.device("cpu"))


def batch(rows: list[tuple[int, int, float, float, int]], legal: dict[int, list[bool]]) -> Batch:
    """Make a batch of (state, action, reward, bootstrap, next state) with legal actions a state."""
    state, action, reward, bootstrap, next_state = zip(*rows, strict=True)
    return Batch(
        observation=observed(list(state)),
        action=np.array(action),
        reward=np.array(reward, np.float32),
        bootstrap=np.array(bootstrap, np.float32),
        next_observation=observed(list(next_state)),
        next_legal_mask=np.array([legal[s] for s in next_state]),
    )


@pytest.mark.parametrize(
    ("bootstrap", "choice", "allowed", "expected"),
    [
        (0.0, None, [True, True, True], 0.5),  # the game is over
        (1.0, None, [True, True, True], 4.5),  # own sub-decision
        (-1.0, None, [True, True, True], -3.5),  # what the opponent gains is lost
        (-0.5, None, [True, True, False], -0.5),  # the best action is illegal
        (1.0, [9, 0, 0], [True, True, True], 1.5),  # double: chosen by the other network
        (1.0, [9, 0, 1], [False, True, True], 4.5),  # double, and its choice is illegal
    ],
)
def test_a_target_is_the_number_worked_out_by_hand(
    bootstrap: float, choice: list[float] | None, allowed: list[bool], expected: float
) -> None:
    def among_allowed(values: list[float]) -> Tensor:
        return torch.tensor([values]).masked_fill(~torch.tensor([allowed]), -torch.inf)

    target = td_targets(
        reward=torch.tensor([0.5]),
        bootstrap=torch.tensor([bootstrap]),
        q_next=among_allowed([1.0, 2.0, 4.0]),
        q_next_choice=None if choice is None else among_allowed([float(q) for q in choice]),
    )

    assert target.item() == expected


def test_one_step_reports_the_hand_worked_loss() -> None:
    dqn = learner([[0.0, 0.0], [0.25, 3.0]], huber_delta=1.0)
    rows = [(0, 0, 0.5, 1.0, 1), (0, 1, 2.0, 0.0, 1)]

    dqn.learn(batch(rows, {1: [True, False]}), learning_rate=0.1)

    # Errors 0.75 and 2: half the square of the first, 2 - 1/2 of the second.
    loss, q_mean = dqn.take_means()
    assert loss == pytest.approx((0.75**2 / 2 + 1.5) / 2)
    assert q_mean == 0.0
    assert dqn.take_means() == (None, None)


def test_a_gradient_step_is_taken_for_each_batch_size_of_transitions() -> None:
    dqn = learner([[0.0, 0.0]], batch_size=2)
    rows = [(0, 0, 1.0, 0.0, 0), (0, 1, 1.0, 0.0, 0)] * 2

    dqn.learn(batch(rows, {0: [True, True]}), learning_rate=0.1)

    # Adam's first steps are as long as the rate, so the second one meets errors of 0.9.
    loss, _ = dqn.take_means()
    assert dqn.num_updates == 2
    assert loss == pytest.approx((1.0**2 / 2 + 0.9**2 / 2) / 2, rel=1e-4)


def test_targets_over_illegal_actions_are_an_artefact_switch() -> None:
    rows = [(0, 0, 0.0, 1.0, 1)]
    legal = {1: [True, False]}
    losses = []
    for mask_targets in (True, False):
        dqn = learner([[0.0, 0.0], [0.5, 1.0]], mask_targets=mask_targets)
        dqn.learn(batch(rows, legal), learning_rate=0.1)
        losses.append(dqn.take_means()[0])

    assert losses == [pytest.approx(0.125), pytest.approx(0.5)]


def test_every_member_learns_the_target_of_all() -> None:
    dqn = learner([[0.0], [0.0]], members=2)
    with torch.no_grad():
        dqn.target.get_parameter("values").copy_(torch.tensor([[[0.0], [1.0]], [[0.0], [0.5]]]))
        dqn.network.get_parameter("values").copy_(torch.tensor([[[0.0], [0.0]], [[0.25], [0.0]]]))

    dqn.learn(batch([(0, 0, 0.0, 1.0, 1)], {1: [True]}), learning_rate=0.1)

    # The mean of 1 and 0.5 is the target of both; their errors are 0.75 and 0.5.
    loss, q_mean = dqn.take_means()
    assert loss == pytest.approx((0.75**2 / 2 + 0.5**2 / 2) / 2)
    assert q_mean == pytest.approx(0.125)


def test_double_dqn_chooses_by_the_online_network() -> None:
    losses = []
    for double in (False, True):
        dqn = learner([[0.0, 0.0], [1.0, 0.0]], double=double)
        with torch.no_grad():
            dqn.network.get_parameter("values").copy_(torch.tensor([[[0.0, 0.0], [0.0, 1.0]]]))
        dqn.learn(batch([(0, 0, 0.0, 1.0, 1)], {1: [True, True]}), learning_rate=0.1)
        losses.append(dqn.take_means()[0])

    assert losses == [0.5, 0.0]


@pytest.mark.parametrize(("tau", "period"), [(0.25, None), (0.25, 2)])
def test_the_target_network_follows(tau: float, period: int | None) -> None:
    dqn = learner([[0.0]], target_tau=tau, target_period=period)
    one = batch([(0, 0, 1.0, 0.0, 0)], {0: [True]})
    online, target = [], []
    for _ in range(2):
        dqn.learn(one, learning_rate=0.1)
        online.append(dqn.network.get_parameter("values").item())
        target.append(dqn.target.get_parameter("values").item())

    if period is None:
        assert target[0] == pytest.approx(tau * online[0])
        assert target[1] == pytest.approx(tau * online[1] + (1 - tau) * target[0])
    else:
        assert target == [0.0, online[1]]


def test_a_masked_bandit_is_solved() -> None:
    # Arm 2 looks best and is never legal; its value must reach neither play nor targets.
    dqn = learner([[0.0, 0.0, 5.0], [0.0, 0.0, 5.0]])
    legal = {0: [True, True, False], 1: [True, True, False]}
    rows = [(0, 0, 0.0, 1.0, 1), (0, 1, 0.1, 0.0, 1), (1, 0, 0.2, 0.0, 1), (1, 1, 0.7, 0.0, 1)]

    for _ in range(2_000):
        dqn.learn(batch(rows, legal), learning_rate=0.01)

    q = dqn.q_values(observed(list(range(2))), target=False)
    np.testing.assert_allclose(q[:, :2], [[0.7, 0.1], [0.2, 0.7]], atol=0.02)
    assert q[:, 2].tolist() == [5.0, 5.0]


def test_a_two_step_zero_sum_game_is_solved() -> None:
    # The first player goes left (1) or right (2); the second answers and takes the rest.
    # Left looks better on average, but a good answer refutes it: minimax value 0, by right.
    legal = {state: [True, True] for state in range(3)}
    rows = [
        (0, 0, 0.0, -1.0, 1),
        (0, 1, 0.0, -1.0, 2),
        (1, 0, -1.0, 0.0, 0),  # rewards are the second player's
        (1, 1, 0.5, 0.0, 0),
        (2, 0, 0.0, 0.0, 0),
        (2, 1, -0.25, 0.0, 0),
    ]
    dqn = learner([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]])

    for _ in range(2_000):
        dqn.learn(batch(rows, legal), learning_rate=0.01)

    q = dqn.q_values(observed(list(range(3))), target=False)
    np.testing.assert_allclose(q, [[-0.5, 0.0], [-1.0, 0.5], [0.0, -0.25]], atol=0.02)


def test_a_learner_continues_exactly_where_its_state_was_taken() -> None:
    one = batch([(0, 0, 1.0, 0.5, 0)], {0: [True, True]})
    first, second = learner([[0.3, 0.1]]), learner([[0.0, 0.0]])
    first.learn(one, learning_rate=0.1)
    first.take_means()

    second.load_state_dict(first.state_dict())
    for dqn in (first, second):
        dqn.learn(one, learning_rate=0.05)

    assert first.take_means() == second.take_means()
    for name, weight in first.network.state_dict().items():
        assert torch.equal(weight, second.network.state_dict()[name])


def test_double_dqn_chooses_among_legal_actions() -> None:
    dqn = learner([[0.0, 0.0], [0.25, 9.0]], double=True)

    dqn.learn(batch([(0, 0, 0.0, 1.0, 1)], {1: [True, False]}), learning_rate=0.1)

    assert dqn.take_means()[0] == pytest.approx(0.25**2 / 2)


def test_neither_network_stays_in_training_mode() -> None:
    dqn = learner([[0.0]])

    dqn.learn(batch([(0, 0, 1.0, 0.0, 0)], {0: [True]}), learning_rate=0.1)

    assert not dqn.network.training
    assert not dqn.target.training
