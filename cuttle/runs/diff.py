"""Which keys of configs differ: 1 equals 1.0, true is not 1. No files here."""

import json
import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Final

from cuttle.config.keys import Role
from cuttle.config.roles import keys_with_role
from cuttle.runs.formatting import format_value

Flat = dict[str, Any]

# What distinguishes runs of one study, or how they were executed: no change of method.
IGNORED_KEYS = keys_with_role(Role.SEED, Role.NAMING, Role.EXECUTION)


class _Absent:
    """The value of a key that is not there, which is not the same as null."""

    def __repr__(self) -> str:
        return "(absent)"


ABSENT: Final = _Absent()


def flatten(tree: Mapping[Any, Any], prefix: str = "") -> Flat:
    """Return a nest of mappings, also in lists, by dotted key; other lists are values."""
    flat: Flat = {}
    for key, value in tree.items():
        name = f"{prefix}.{_part(key)}" if prefix else _part(key)
        if isinstance(value, Mapping) and value:
            flat |= flatten(value, name)
        elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
            for index, item in enumerate(value):
                is_nest = isinstance(item, Mapping) and item
                flat |= flatten(item, f"{name}[{index}]") if is_nest else {f"{name}[{index}]": item}
        else:
            flat[name] = value
    return flat


def subtree(flat: Flat, key: str) -> Any:
    """Return the value of a dotted key in a flat config: a mapping where it is a section."""
    if key in flat:
        return flat[key]
    section = {k.removeprefix(f"{key}."): v for k, v in flat.items() if k.startswith(f"{key}.")}
    return section or None


def _part(key: Any) -> str:
    """Write one key so that dots inside it are not taken for nesting."""
    if isinstance(key, str):
        return key if key and not set(key) & set('.[]"') else json.dumps(key)
    return f"[{key!r}]"  # 1 and "1" are different keys


def canonical(value: Any) -> Hashable:
    """Return the meaning of a value: 1 equals 1.0, true is not 1, NaN equals NaN."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, int | float):
        return ("number", "nan" if math.isnan(value) else value)
    if isinstance(value, Mapping):
        return ("mapping", frozenset((canonical(k), canonical(v)) for k, v in value.items()))
    if isinstance(value, list | tuple):
        return ("list", tuple(map(canonical, value)))
    return (type(value).__name__, value)


def differing(documents: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return the keys in which documents differ, sorted, each with its value in every document."""
    keys = sorted(set[str]().union(*documents))
    rows = {key: [document.get(key, ABSENT) for document in documents] for key in keys}
    return {key: values for key, values in rows.items() if len(set(map(canonical, values))) > 1}


def describe(changes: Mapping[str, Sequence[Any]]) -> list[str]:
    """Describe the keys in which two documents differ: `training.rounds: 3 -> 4`."""
    return [
        f"{key}: {' -> '.join(repr(v) if v is ABSENT else format_value(v) for v in values)}"
        for key, values in changes.items()
    ]


def is_below(key: str, names: Iterable[str]) -> bool:
    """Return whether a dotted key is one of some names or lies below one."""
    return any(key == name or key.startswith((f"{name}.", f"{name}[")) for name in names)
