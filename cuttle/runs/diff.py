"""What differs between configurations: dotted keys, values by meaning. Finds and prints nothing."""

import json
import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from cuttle.config.keys import Role
from cuttle.config.roles import keys_with_role

Flat = dict[str, Any]
Source = Mapping[str, Flat]  # one side of a comparison by run id; a lone document has one entry

# What tells runs of one study apart, or says how to run rather than what: no change of method.
IGNORED_KEYS = keys_with_role(Role.SEED, Role.NAMING, Role.EXECUTION)


class _Absent:
    """The value of a key that is not there, which is not the same as null."""

    def __repr__(self) -> str:
        return "(absent)"


ABSENT: Final = _Absent()


class Kind(StrEnum):
    """How a key differs, seen from the first source."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Spread:
    """The distinct values a key takes in one source, each with the runs that have it."""

    values: tuple[tuple[Any, tuple[str, ...]], ...]

    @property
    def is_constant(self) -> bool:
        """Say whether all runs agree; a source without runs agrees too."""
        return len(self.values) <= 1

    @property
    def value(self) -> Any:
        """Return the one value all runs have, ABSENT without runs."""
        return self.values[0][0] if self.values else ABSENT

    @property
    def is_absent(self) -> bool:
        """Say whether no run has the key."""
        return all(value is ABSENT for value, _ in self.values)


@dataclass(frozen=True, slots=True)
class Difference:
    """A key whose values differ, with one spread a source."""

    key: str
    kind: Kind
    spreads: tuple[Spread, ...]


def flatten(tree: Mapping[Any, Any], prefix: str = "") -> Flat:
    """Spell a nest of mappings and lists of mappings as dotted keys; other lists stay values."""
    flat: Flat = {}
    for key, value in tree.items():
        name = f"{prefix}.{_spell(key)}" if prefix else _spell(key)
        if isinstance(value, Mapping) and value:
            flat |= flatten(value, name)
        elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
            flat |= _flatten_list(value, name)
        else:
            flat[name] = value
    return flat


def _flatten_list(items: Sequence[Any], name: str) -> Flat:
    flat: Flat = {}
    for index, item in enumerate(items):
        place = f"{name}[{index}]"
        flat |= flatten(item, place) if isinstance(item, Mapping) and item else {place: item}
    return flat


def _spell(key: Any) -> str:
    """Spell one key so that dots inside it are not taken for nesting."""
    if isinstance(key, str):
        return key if key and not set(key) & set('.[]"') else json.dumps(key)
    return f"[{key!r}]"  # 1 and "1" are different keys


def token(value: Any) -> Hashable:
    """Reduce a value to its meaning: 1 equals 1.0, true is not 1, NaN equals NaN."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, int | float):
        return ("number", "nan" if math.isnan(value) else value)
    if isinstance(value, Mapping):
        return ("mapping", frozenset((token(k), token(v)) for k, v in value.items()))
    if isinstance(value, list | tuple):
        return ("list", tuple(token(item) for item in value))
    return (type(value).__name__, value)


def compare(
    sources: Sequence[Source], ignored: Iterable[str] = IGNORED_KEYS
) -> tuple[list[Difference], list[Difference]]:
    """Return the differences, sorted by key, and apart from them those of ignored keys."""
    keys = sorted({key for source in sources for document in source.values() for key in document})
    skip = tuple(ignored)
    shown: list[Difference] = []
    hidden: list[Difference] = []
    for key in keys:
        spreads = tuple(spread(source, key) for source in sources)
        if _agree(spreads):
            continue
        found = Difference(key, _kind(spreads), spreads)
        (hidden if is_ignored(key, skip) else shown).append(found)
    return shown, hidden


def is_ignored(key: str, ignored: Iterable[str] = IGNORED_KEYS) -> bool:
    """Say whether a dotted key is one of the ignored ones or lies below one."""
    return any(key == name or key.startswith((f"{name}.", f"{name}[")) for name in ignored)


def spread(documents: Mapping[str, Flat], key: str) -> Spread:
    """Collect the distinct values of a key over documents, in the order of first appearance."""
    values: dict[Hashable, tuple[Any, list[str]]] = {}
    for run_id, document in documents.items():
        value = document.get(key, ABSENT)
        values.setdefault(token(value), (value, []))[1].append(run_id)
    return Spread(tuple((value, tuple(runs)) for value, runs in values.values()))


def _agree(spreads: Sequence[Spread]) -> bool:
    """Say whether sources agree: the same set of values, and the same value for each shared run."""
    sets = [frozenset(token(value) for value, _ in s.values) for s in spreads]
    if any(values != sets[0] for values in sets[1:]):
        return False
    seen: dict[str, Hashable] = {}
    return all(
        seen.setdefault(run_id, token(value)) == token(value)
        for s in spreads
        for value, run_ids in s.values
        for run_id in run_ids
    )


def _kind(spreads: Sequence[Spread]) -> Kind:
    """Name the kind of a difference; among more than two sources only `changed` has a meaning."""
    if len(spreads) == 2 and spreads[0].is_absent:
        return Kind.ADDED
    if len(spreads) == 2 and spreads[1].is_absent:
        return Kind.REMOVED
    return Kind.CHANGED
