"""Compiled layers give the same bits whatever vectors the processor has."""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from cuttle.networks import held_kernels, kernels, rows

# Compiled for a processor without AVX and FMA, and for this one.
PROCESSORS: tuple[dict[str, str], ...] = (
    {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "+sse2"},
    {},
)


def print_digest() -> None:
    """Print a hash of what the loops make of fixed inputs."""
    rng = np.random.default_rng(0)

    def drawn(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    zones = (rng.random((9, 5, 52)) < 0.03) @ (1 << np.arange(52))
    first, each, action = np.array([0, 3, 3, 9]), np.arange(9), rng.integers(0, 7, 9)
    hidden, norm = drawn(9, 2, 52), (drawn(52), drawn(52), 1e-5)
    weight, bias, allowed = drawn(7, 2, 52), drawn(7, 2), rng.integers(0, 128, (9, 1), np.uint8)
    summed, products, values = drawn(9, 90), drawn(9, 90), drawn(3, 9, 2)
    outer, masked = drawn(3, 26, 90), drawn(9, 7)
    stepped, of_steps = drawn(9, 90), np.zeros((20, 90), np.float32)
    gradients = drawn(9, 2, 52), drawn(52), drawn(52), drawn(7, 2, 52), drawn(7, 2)

    rows.add_rows(rows.list_cards(zones), drawn(5 * 52, 90), drawn(1, 90), summed)
    held_kernels.add_products(
        first, (each, each[::-1].copy()), drawn(9, 26), drawn(3, 26, 90), products
    )
    held_kernels.sum_outer_products(first, each, drawn(9, 26), drawn(9, 90), outer)
    kernels.value_chosen(hidden, norm, weight, bias, action, values)
    kernels.value_chosen_gradients(hidden, norm, weight, action, values, drawn(9, 2), gradients)
    kernels.value_allowed(hidden, norm, weight.reshape(7, -1), bias, masked, allowed)

    continues = (rng.random(20) < 0.5).astype(np.float32)
    steps = rows.list_steps(drawn(9, 20), continues)
    rows.add_rows(steps, drawn(20, 90), drawn(9, 90), stepped)
    rows.add_row_gradients(steps, drawn(9, 90), of_steps)

    written = (summed, stepped, of_steps, products, outer, values, masked, *gradients)
    print(hashlib.sha256(b"".join(part.tobytes() for part in written)).hexdigest())


@pytest.mark.slow
def test_compiled_layers_give_the_same_bits_for_any_processor() -> None:
    digests = {
        subprocess.run(
            [sys.executable, "-c", "from tests.networks.test_lanes import *; print_digest()"],
            env={**os.environ, **processor},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for processor in PROCESSORS
    }

    assert len(digests) == 1
    assert len(digests.pop().strip()) == 64
