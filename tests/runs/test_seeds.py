"""Seeds follow from base, network type and run, and never move."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuttle.config.schema import SeedMode
from cuttle.runs.seeds import PUBLISHED_NETWORK_TYPES, published_seed, run_seed


def seed(
    mode: str,
    network_type: str = "boolean",
    run: int = 1,
    *,
    base: int | None = 42,
    value: int | None = None,
) -> int:
    return run_seed(SeedMode(mode), base=base, value=value, condition=network_type, run=run)


def test_published_seeds_are_the_earlier_system_s_table() -> None:
    seeds = [published_seed(name, run) for name in PUBLISHED_NETWORK_TYPES for run in range(1, 8)]

    assert seeds[:8] == [15796, 861, 76821, 54887, 6266, 82387, 37195, 87499]
    assert seeds[-1] == 83105
    assert seeds == np.random.RandomState(42).randint(1, 100000, 21).tolist()


@pytest.mark.parametrize(("network_type", "run"), [("boolean", 8), ("blind", 1)])
def test_published_seeds_end_with_the_table(network_type: str, run: int) -> None:
    with pytest.raises(ValueError, match=f"not {network_type} with run={run}; use seed=indep"):
        seed("published", network_type, run, base=None)


def test_independent_seeds_are_pinned() -> None:
    assert seed("independent", "boolean", 1) == 3485397818
    assert seed("independent", "boolean", 2) == 251247181


def test_independent_seeds_of_a_large_study_differ() -> None:
    names = ("boolean", "embedding", "multi_encoder", "blind")
    seeds = [seed("independent", name, run) for name in names for run in range(1, 101)]

    assert len(set(seeds)) == len(seeds)


def test_paired_seeds_depend_on_the_run_alone() -> None:
    assert seed("paired", "boolean", 3) == seed("paired", "embedding", 3)
    assert seed("paired", "boolean", 3) != seed("paired", "boolean", 4)
    assert seed("paired", base=1) != seed("paired", base=2)


@given(value=st.integers(0, 2**40), run=st.integers(1, 100))
def test_a_fixed_seed_is_the_given_one(value: int, run: int) -> None:
    assert seed("fixed", run=run, base=None, value=value) == value


def test_seed_zero_is_a_seed_like_any_other() -> None:
    assert seed("fixed", base=None, value=0) == 0
    assert seed("independent", base=0) != seed("independent", base=1)


@pytest.mark.parametrize("value", [-1, None, 1.5, "7", True])
def test_a_fixed_seed_must_be_a_whole_number(value: int | None) -> None:
    with pytest.raises(ValueError, match=r"seed\.value must be a whole number of at least 0"):
        seed("fixed", base=None, value=value)


def test_a_value_without_fixed_is_refused() -> None:
    with pytest.raises(ValueError, match=r"seed\.value=5 is for seed=fixed only"):
        seed("independent", value=5)
