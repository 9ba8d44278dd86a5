"""Whether a network does what training will ask of it. Nothing is learnt here."""

import math
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from cuttle.config.schema import TrainingSettings
from cuttle.env.observation import OBS_WORDS, SCALAR_DIM, ZONES
from cuttle.game.actions import NUM_ACTIONS
from cuttle.training.dqn import DQNLearner
from cuttle.training.initialisation import initialise
from cuttle.training.replay import Batch
from cuttle.training.streams import stream

ROWS = 2  # of every batch
MAX_REASON = 300  # characters


def check_network(network: nn.Module, settings: TrainingSettings, ensemble_size: int) -> None:
    """Draw, use and train a network once; raise ValueError for what is not as it must be."""
    rng, names = stream(0, "check"), set(network.state_dict())
    with _naming("drawing the initial weights"):
        initialise(network, settings.initialisation, rng)
    network.eval()
    every = torch.ones(ROWS, NUM_ACTIONS, dtype=torch.bool)
    allowed = torch.from_numpy(rng.random((ROWS, NUM_ACTIONS)) < 0.5)
    action, of_members = every[:, 0].long(), torch.ones(ROWS, ensemble_size, dtype=torch.bool)
    _check_values(network, "zones, scalars", [], every)
    _check_values(network, "zones, scalars, action", [action], of_members)
    _check_values(network, "zones, scalars, allowed", [allowed], allowed)
    if late := sorted(names ^ set(network.state_dict())):
        raise ValueError(f"{late[0]} must be made in __init__: what forward makes is not learnt")
    _check_update(network, settings)


def _check_values(network: nn.Module, form: str, more: Sequence[Tensor], is_finite: Tensor) -> None:
    """Check what a form of `forward` returns: its shape, and -inf in place of numbers or not."""
    zones, scalars = torch.zeros(ROWS, len(ZONES), dtype=torch.int64), torch.zeros(ROWS, SCALAR_DIM)
    with _naming(f"forward({form})"), torch.inference_mode():  # as the learner calls it
        q: Tensor = network(zones, scalars, *more)
        given, wanted = tuple(q.shape), tuple(is_finite.shape)
    if given != wanted:
        raise ValueError(f"forward({form}) must give {wanted} for two rows, gives {given}")
    if not torch.equal(torch.where(is_finite, q.isfinite(), q != -torch.inf), is_finite):
        others = "" if is_finite.all() else ", and -inf for actions that are not allowed"
        raise ValueError(f"forward({form}) must give finite numbers{others}")


def _check_update(network: nn.Module, settings: TrainingSettings) -> None:
    """Take one update, of two transitions or of the one that a batch has."""
    rows = min(ROWS, settings.learner.batch_size)
    observation, ones = np.zeros((rows, OBS_WORDS), np.int64), np.ones(rows, np.float32)
    mask = np.ones((rows, NUM_ACTIONS), np.bool_)
    batch = Batch(observation, np.zeros(rows, np.int64), ones, ones, observation, mask)
    with _naming("the first update"):
        learner = DQNLearner(network=network, settings=settings.learner, device=torch.device("cpu"))
        learner.learn(batch, settings.learner.learning_rate)
    loss, _ = learner.take_means()
    if loss is None or not math.isfinite(loss):
        raise ValueError(f"the loss of the first update must be finite, got {loss}")


@contextmanager
def _naming(what: str) -> Iterator[None]:
    """Raise ValueError in one line for whatever the author of a network has overlooked."""
    try:
        yield
    except Exception as error:
        raise ValueError(f"{what} fails: {textwrap.shorten(str(error), MAX_REASON)}") from error
