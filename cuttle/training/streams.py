"""Named random streams of a run. No draws here.

A stream depends on the seed and its name alone, so that drawing more from one moves no other.
"""

import zlib
from typing import Any

import numpy as np


def stream(seed: int, name: str) -> np.random.Generator:
    """Open the stream of that name, such as `deal`, `explore`, `sample`, `init`, `evaluate`.

    Raises ValueError for a seed that is none: NumPy would draw one, another one every time.
    """
    if not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"a seed must be a whole number of at least 0, got {seed}")
    key = zlib.crc32(name.encode())
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(key,))))


def stream_state(rng: np.random.Generator) -> dict[str, Any]:
    """Return where a stream stands, in plain values."""
    return dict(rng.bit_generator.state)


def restore_stream(rng: np.random.Generator, state: dict[str, Any]) -> None:
    """Put a stream where `stream_state` found it."""
    rng.bit_generator.state = state
