"""Read a config by the schema: typed settings, or one line that names what is wrong."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from cuttle.config.keys import NO_DEFAULT, Key, fields_of
from cuttle.config.roles import find_key, index
from cuttle.config.schema import Config

Section = TypeVar("Section")


def read(schema: type[Section], mapping: Mapping[str, Any], name: str = "") -> Section:
    """Read a whole config, or one section, which stands at `name` in it.

    A missing key counts as its neutral value, if it has one. Raises ValueError naming the key that
    is unknown, missing or wrong.
    """
    fields = fields_of(schema, name)  # type: ignore[arg-type]  # a class is hashable
    if not isinstance(mapping, Mapping):
        raise ValueError(f"{name} must be a section with {', '.join(fields)}, got {mapping!r}")
    for key in mapping:
        if key not in fields:
            raise ValueError(unknown_key(f"{name}.{key}" if name else str(key), fields))
    return schema(**{field: _value(key, mapping, field) for field, key in fields.items()})


def _value(key: Key, mapping: Mapping[str, Any], field: str) -> Any:
    value = mapping.get(field, key.neutral)
    if value is NO_DEFAULT:
        raise ValueError(f"{key.name} is missing from the config")
    return key.convert(value) if key.section is None else read(key.section, value, key.name)


def unknown_key(name: str, siblings: Iterable[str] = ()) -> str:
    """Describe an unknown key and suggest the one meant: a sibling, or one elsewhere.

    siblings: the keys that are there, of a section whose keys the schema does not list
    """
    section, _, last = name.rpartition(".")
    parent = index()[section].section if section in index() else None if section else Config
    beside = [str(key) for key in (siblings if parent is None else fields_of(parent))]
    elsewhere = {key.rpartition(".")[2]: key for key in index()}
    close = [key for key in index() if key.rpartition(".")[2] == last]
    close = close or difflib.get_close_matches(last, beside, n=1)
    if not close:
        other = difflib.get_close_matches(last, elsewhere, n=1, cutoff=0.8)
        close = [elsewhere[match] for match in other]
    hint = f"did you mean {' or '.join(map(repr, close))}? " if close else ""
    known = f"there are {', '.join(beside)}" if beside else f"to add it, write +{name}="
    return f"there is no key {name!r}; {hint}{known}"


def wrong_type(name: str, value: str) -> str | None:
    """Return what the value of a key must be; None for a key of another schema."""
    key = find_key(name)
    if key is None:
        return None
    if key.section is not None:
        return f"{key.name} must be a section with {', '.join(fields_of(key.section))}, got {value}"
    return f"{key.name} must be {key.kind}, got {value}"
