"""Seeds follow from base, network type and run, and never move."""

import pytest

from cuttle.config.schema import SeedMode
from cuttle.runs.seeds import run_seed


def seed(
    mode: str,
    network_type: str = "boolean",
    run: int = 1,
    base: int | None = 42,
    *,
    value: int | None = None,
) -> int:
    return run_seed(SeedMode(mode), base=base, value=value, condition=network_type, run=run)


@pytest.mark.parametrize(
    ("mode", "name", "run", "base", "pinned"),
    [
        ("published", "boolean", 1, None, 15796),  # the table of the earlier system
        ("published", "boolean", 7, None, 37195),
        ("published", "embedding", 1, None, 87499),
        ("published", "multi_encoder", 7, None, 83105),
        ("independent", "boolean", 1, 42, 3485397818),
        ("independent", "boolean", 2, 42, 251247181),
        ("independent", "embedding", 1, 42, 441246845),
        ("independent", "boolean", 1, 0, 1515174841),
        ("paired", "boolean", 3, 42, 2541583436),  # whatever the type
        ("paired", "embedding", 3, 42, 2541583436),
        ("paired", "boolean", 4, 42, 964687612),
        ("paired", "boolean", 3, 1, 4010755824),
    ],
)
def test_a_seed_is_pinned(mode: str, name: str, run: int, base: int | None, pinned: int) -> None:
    assert seed(mode, name, run, base) == pinned


@pytest.mark.parametrize(("network_type", "run"), [("boolean", 8), ("blind", 1)])
def test_published_seeds_end_with_the_table(network_type: str, run: int) -> None:
    with pytest.raises(ValueError, match=f"not {network_type} with run={run}; use seed=indep"):
        seed("published", network_type, run, base=None)


@pytest.mark.parametrize("value", [0, 7, 2**40])
def test_a_fixed_seed_is_the_given_one(value: int) -> None:
    assert seed("fixed", run=3, base=None, value=value) == value


@pytest.mark.parametrize("value", [-1, None, 1.5, "7", True])
def test_a_fixed_seed_must_be_a_whole_number(value: int | None) -> None:
    with pytest.raises(ValueError, match=r"seed\.value must be a whole number of at least 0"):
        seed("fixed", base=None, value=value)


def test_a_value_without_fixed_is_refused() -> None:
    with pytest.raises(ValueError, match=r"seed\.value=5 is for seed=fixed only"):
        seed("independent", value=5)
