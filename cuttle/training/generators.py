"""The global generators: lent to one run at a time. What a run itself draws comes from `streams`.

Layers such as `nn.Dropout` draw from torch's global generator and take no other; an author's layer
or opponent may draw from NumPy's or Python's. Each run owns a state of all of them.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from cuttle.training.saved import from_plain, to_plain
from cuttle.training.streams import stream


class Generators:
    """States of the global generators that belong to a run and follow from its seed."""

    def __init__(self, seed: int, name: str, *, device: str = "cpu") -> None:
        """Seed every generator from the stream of that name."""
        self._device = torch.device(device)
        rng = stream(seed, name)
        torch_seed, python_seed, numpy_seed = (int(rng.integers(1 << 32)) for _ in range(3))
        self._states: dict[str, Any] = {
            "torch": torch.Generator().manual_seed(torch_seed).get_state(),
            "python": random.Random(python_seed).getstate(),
            "numpy": np.random.RandomState(numpy_seed).get_state(legacy=False),
        }
        if self._device.type != "cpu":
            on_device = torch.Generator(self._device).manual_seed(torch_seed)
            self._states["device"] = on_device.get_state()

    @contextmanager
    def lent(self) -> Iterator[None]:
        """Let the global generators continue from the run's states; restore theirs afterwards."""
        before = self._read()
        self._write(self._states)
        try:
            yield
        finally:
            self._states = self._read()
            self._write(before)

    def _read(self) -> dict[str, Any]:
        states: dict[str, Any] = {
            "torch": torch.get_rng_state(),
            "python": random.getstate(),
            "numpy": np.random.get_state(legacy=False),
        }
        if self._device.type != "cpu":
            states["device"] = torch.get_device_module(self._device).get_rng_state(self._device)
        return states

    def _write(self, states: dict[str, Any]) -> None:
        torch.set_rng_state(states["torch"])
        random.setstate(states["python"])
        np.random.set_state(states["numpy"])
        if self._device.type != "cpu":
            torch.get_device_module(self._device).set_rng_state(states["device"], self._device)

    def state_dict(self) -> dict[str, Any]:
        """Return the states outside `lent`, as `torch.load(weights_only=True)` reads them."""
        return {name: to_plain(state) for name, state in self._states.items()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue where `state_dict` was taken."""
        self._states = {**state, "numpy": from_plain(state["numpy"])}
