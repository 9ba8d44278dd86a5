"""Which keys of configurations differ, by meaning."""

import math

import pytest

from cuttle.runs.comparable import Mismatch, find_mismatch
from cuttle.runs.diff import ABSENT, canonical, differing, flatten, is_below


def test_nested_keys_become_dotted():
    tree = {"a": {"b": 1, "c": {"d": None}}, "e": [1, 2], "f": {}}

    assert flatten(tree) == {"a.b": 1, "a.c.d": None, "e": [1, 2], "f": {}}


def test_list_of_mappings_is_written_by_index():
    assert flatten({"layers": [{"size": 52}, {"size": 8}]}) == {
        "layers[0].size": 52,
        "layers[1].size": 8,
    }


def test_key_with_a_dot_is_not_taken_for_nesting():
    assert flatten({"a.b": 1}).keys() != flatten({"a": {"b": 1}}).keys()


@pytest.mark.parametrize(
    ("a", "b"), [(1, 1.0), (math.nan, math.nan), ([1, 2.0], [1.0, 2]), ({"x": 1}, {"x": 1.0})]
)
def test_equal_meanings_are_equal(a: object, b: object):
    assert canonical(a) == canonical(b)
    assert differing([{"key": a}, {"key": b}]) == {}


@pytest.mark.parametrize(
    ("a", "b"), [(1, True), (0, False), (None, ABSENT), ("1", 1), ([1, 2], [2, 1]), (0.1, 0.2)]
)
def test_unequal_meanings_differ(a: object, b: object):
    assert canonical(a) != canonical(b)


def test_differing_keys_come_sorted_with_the_value_of_every_document():
    documents = [{"kept": 1, "gone": 2}, {"kept": 1.0, "fresh": None}, {"kept": 1}]

    assert differing(documents) == {"fresh": [ABSENT, None, ABSENT], "gone": [2, ABSENT, ABSENT]}


def test_a_name_covers_what_lies_below_it_but_no_namesake():
    assert all(is_below(key, ["run"]) for key in ("run", "run.deep", "run[0]"))
    assert not is_below("running", ["run"])


def test_a_factor_may_differ_between_conditions_and_not_within_one():
    def mismatch(second_condition: str, factors: list[str]) -> Mismatch | None:
        configs = [{"training": {"rounds": rounds}} for rounds in (2, 3)]
        runs = zip(("a", "b"), ("x", second_condition), configs, strict=True)
        return find_mismatch(runs, factors)

    assert mismatch("y", ["training.rounds"]) is None
    assert mismatch("y", []) == ("a", "b", ["training.rounds (2 -> 3)"])
    assert mismatch("x", ["training.rounds"]) == ("a", "b", ["training.rounds (2 -> 3)"])
