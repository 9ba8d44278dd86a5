"""What makes two configs the same run, and which runs may be compared."""

import pytest

from cuttle.runs.comparable import Mismatch, mismatches
from cuttle.runs.identity import config_hash, differences


@pytest.mark.parametrize("key", ["seed.value", "training.rounds", "threads", "device"])
def test_whatever_decides_the_numbers_of_a_run_is_its_identity(key: str) -> None:
    section, _, name = key.partition(".")
    config = {"threads": 1, "seed": {"value": 0}, "training": {"rounds": 2}}
    changed = {**config, section: {name: 7} if name else "7"}

    assert config_hash(changed) != config_hash(config)


def test_differences_name_dotted_keys() -> None:
    old = {"run": 1, "training": {"rounds": 2, "a": 1}, "seed": {"value": 0}}
    new = {"run": 1, "training": {"rounds": 3}, "seed": {"value": 5}}

    assert differences(old, new) == [
        "seed.value: 0 -> 5",
        "training.a: 1 -> (absent)",
        "training.rounds: 2 -> 3",
    ]


def test_a_factor_may_differ_between_conditions_and_not_within_one() -> None:
    def mismatch(second_condition: str, factors: list[str]) -> Mismatch | None:
        configs = [{"training": {"rounds": rounds}} for rounds in (2, 3)]
        runs = zip(("a", "b"), ("x", second_condition), configs, strict=True)
        return next(mismatches(runs, factors), None)

    assert mismatch("y", ["training.rounds"]) is None
    assert mismatch("y", []) == ("a", "b", ["training.rounds: 2 -> 3"])
    assert mismatch("x", ["training.rounds"]) == ("a", "b", ["training.rounds: 2 -> 3"])
