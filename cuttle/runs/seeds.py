"""Derive the seeds of runs. No generator is made here."""

import zlib

import numpy as np

from cuttle.config.schema import SeedMode

# The earlier system drew RandomState(42).randint(1, 100000, 21) for 3 types x 7 runs in this order.
PUBLISHED_NETWORK_TYPES = ("boolean", "embedding", "multi_encoder")
PUBLISHED_RUNS = 7
PUBLISHED_SEED = 42
PUBLISHED_BOUND = 100_000


def run_seed(
    mode: SeedMode, *, base: int | None, value: int | None, condition: str, run: int
) -> int:
    """Return the seed of one run, a whole number of at least 0.

    It depends on nothing but the arguments, so adding runs or conditions never moves a seed.
    """
    if mode is SeedMode.FIXED:
        return _whole_number("seed.value", value)
    if value is not None:
        raise ValueError(
            f"seed.value={value} is for seed=fixed only; seed={mode} derives it from seed.base"
        )
    if mode is SeedMode.PUBLISHED:
        return published_seed(condition, run)
    entropy = [_whole_number("seed.base", base), run]
    if mode is SeedMode.INDEPENDENT:
        entropy.append(zlib.crc32(condition.encode()))  # stable, unlike hash()
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])


def published_seed(network_type: str, run: int) -> int:
    """Look a seed up in the earlier system's table."""
    if network_type not in PUBLISHED_NETWORK_TYPES or not 1 <= run <= PUBLISHED_RUNS:
        raise ValueError(
            f"seed=published has seeds only for {', '.join(PUBLISHED_NETWORK_TYPES)} with run 1 to "
            f"{PUBLISHED_RUNS}, not {network_type} with run={run}; use seed=independent"
        )
    count = len(PUBLISHED_NETWORK_TYPES) * PUBLISHED_RUNS
    table = np.random.RandomState(PUBLISHED_SEED).randint(1, PUBLISHED_BOUND, count)
    return int(table[PUBLISHED_NETWORK_TYPES.index(network_type) * PUBLISHED_RUNS + run - 1])


def _whole_number(name: str, number: int | None) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise ValueError(f"{name} must be a whole number of at least 0, got {number}")
    return number
