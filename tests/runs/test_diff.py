"""Comparison of flat configurations: by meaning, by run, nothing hidden."""

import math

import pytest

from cuttle.runs.diff import ABSENT, Difference, Kind, Source, compare, flatten, token


def source(**documents: dict[str, object]) -> Source:
    return {run: flatten(document) for run, document in documents.items()}


def only(differences: list[Difference]) -> Difference:
    assert len(differences) == 1
    return differences[0]


def test_nested_keys_become_dotted():
    tree = {"a": {"b": 1, "c": {"d": None}}, "e": [1, 2]}

    assert flatten(tree) == {"a.b": 1, "a.c.d": None, "e": [1, 2]}


def test_list_of_mappings_is_spelled_by_index():
    assert flatten({"layers": [{"size": 52}, {"size": 8}]}) == {
        "layers[0].size": 52,
        "layers[1].size": 8,
    }


def test_key_with_a_dot_is_not_taken_for_nesting():
    assert flatten({"a.b": 1}).keys() != flatten({"a": {"b": 1}}).keys()


def test_empty_mapping_is_a_value_of_its_own():
    assert flatten({"a": {}}) == {"a": {}}


@pytest.mark.parametrize(
    ("a", "b"), [(1, 1.0), (math.nan, math.nan), ([1, 2.0], [1.0, 2]), ({"x": 1}, {"x": 1.0})]
)
def test_equal_meanings_are_equal(a: object, b: object):
    assert token(a) == token(b)


@pytest.mark.parametrize(
    ("a", "b"), [(1, True), (0, False), (None, ABSENT), ("1", 1), ([1, 2], [2, 1]), (0.1, 0.2)]
)
def test_unequal_meanings_differ(a: object, b: object):
    assert token(a) != token(b)


def test_added_removed_and_changed_are_told_apart():
    old = source(**{"": {"kept": 1, "gone": 2, "moved": 3}})
    new = source(**{"": {"kept": 1.0, "moved": 4, "fresh": None}})

    shown, hidden = compare([old, new])

    assert [(d.key, d.kind) for d in shown] == [
        ("fresh", Kind.ADDED),
        ("gone", Kind.REMOVED),
        ("moved", Kind.CHANGED),
    ]
    assert hidden == []


def test_run_specific_keys_are_set_apart_but_not_lost():
    old = source(r={"seed": {"value": 1}, "experiment": "a", "lr": 0.1})
    new = source(r={"seed": {"value": 2}, "experiment": "b", "lr": 0.1})

    shown, hidden = compare([old, new])

    assert shown == []
    assert [d.key for d in hidden] == ["experiment", "seed.value"]
    assert [d.key for d in compare([old, new], ignored=())[0]] == ["experiment", "seed.value"]


def test_ignored_key_covers_what_lies_below_it_but_no_namesake():
    old = source(r={"run": {"deep": 1}, "running": 1})
    new = source(r={"run": {"deep": 2}, "running": 2})

    shown, hidden = compare([old, new])

    assert [d.key for d in shown] == ["running"]
    assert [d.key for d in hidden] == ["run.deep"]


def test_swapped_values_of_shared_runs_are_a_difference():
    old = source(a={"lr": 1}, b={"lr": 2})
    new = source(a={"lr": 2}, b={"lr": 1})

    assert only(compare([old, new])[0]).key == "lr"


def test_swap_between_later_sources_is_seen_too():
    first = source(x={"lr": 1}, y={"lr": 2})
    second = source(a={"lr": 1}, b={"lr": 2})
    third = source(a={"lr": 2}, b={"lr": 1})

    assert only(compare([first, second, third])[0]).key == "lr"


def test_experiments_with_different_groups_show_each_value_with_its_runs():
    old = source(a={"type": "boolean"}, b={"type": "embedding"})
    new = source(a={"type": "boolean"}, c={"type": "blind"})

    difference = only(compare([old, new])[0])

    assert difference.spreads[0].values == (("boolean", ("a",)), ("embedding", ("b",)))
    assert difference.spreads[1].values == (("boolean", ("a",)), ("blind", ("c",)))


def test_key_that_only_some_runs_have_is_partly_absent():
    old = source(a={"lr": 1}, b={})
    new = source(a={"lr": 1}, b={"lr": 1})

    difference = only(compare([old, new])[0])

    assert difference.kind is Kind.CHANGED
    assert difference.spreads[0].values == ((1, ("a",)), (ABSENT, ("b",)))


def test_more_than_two_sources_give_one_spread_each():
    sources = [source(r={"lr": value}) for value in (1, 1.0, 3)]

    difference = only(compare(sources)[0])

    assert [s.value for s in difference.spreads] == [1, 1.0, 3]
