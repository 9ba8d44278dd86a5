"""Metadata of a config key: its meaning, its role and the values it accepts."""

import dataclasses
import functools
import math
import re
import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, get_args, get_origin, get_type_hints

NO_DEFAULT: Final = object()  # null is a default like any other
# The types of values, in a sentence and in a table.
KINDS = {
    int: ("a whole number", "int"),
    float: ("a number", "float"),
    bool: ("true or false", "true/false"),
    str: ("text", "text"),
    tuple[str, ...]: ("a list of names", "list of names"),
    tuple[int, ...]: ("a list of whole numbers", "list of int"),
    dict[str, Any]: ("an option of its folder in conf/", "group"),
}


class Role(StrEnum):
    """What depends on a key; see ROLES."""

    METHOD = "method"
    SEED = "seed"
    COMPUTE = "compute"
    DESIGN = "design"
    NAMING = "naming"
    EXECUTION = "execution"


ROLES = {
    Role.METHOD: "what is trained and measured; equal in all runs of a condition",
    Role.SEED: "which run of its condition it is",
    Role.COMPUTE: "where it is computed; changes rounding at most",
    Role.DESIGN: "how seeds are drawn and results are read",
    Role.NAMING: "what the experiment is called",
    Role.EXECUTION: "how a launch is carried out; changes rounding at most, by `portable`",
}


@dataclass(frozen=True)
class Limits:
    """What a value must satisfy beside its type; for a list, each of its items."""

    above: float | None = None
    at_least: float | None = None
    at_most: float | None = None
    below: float | None = None
    one_of: tuple[str, ...] = ()
    pattern: str = ""  # a regular expression
    pattern_words: str = ""  # what the pattern asks for, in words

    def allow(self, value: Any) -> bool:
        """Return whether a value of the right type is allowed."""
        if isinstance(value, tuple):
            return all(self.allow(item) for item in value)
        if isinstance(value, str):
            is_listed = not self.one_of or value in self.one_of
            return is_listed and re.fullmatch(self.pattern or ".*", value, re.DOTALL) is not None
        if isinstance(value, bool | Mapping):
            return True
        return (
            (isinstance(value, int) or math.isfinite(value))
            and (self.above is None or value > self.above)
            and (self.at_least is None or value >= self.at_least)
            and (self.at_most is None or value <= self.at_most)
            and (self.below is None or value < self.below)
        )

    def __str__(self) -> str:
        """Return the limits in words, empty where there are none."""
        is_range = self.at_least is not None and self.at_most is not None
        words = {
            "positive": self.above == 0,
            f"above {self.above}": self.above,
            f"from {self.at_least} to {self.at_most}": is_range,
            f"at least {self.at_least}": self.at_least is not None and not is_range,
            f"at most {self.at_most}": self.at_most is not None and not is_range,
            f"below {self.below}": self.below is not None,
            f"one of {', '.join(self.one_of)}": self.one_of,
            self.pattern_words: self.pattern,
        }
        return " and ".join(text for text, applies in words.items() if applies)


@dataclass(frozen=True)
class Key:
    """A key of a schema: a value, or a section of keys."""

    name: str  # dotted
    type: Any
    meaning: str
    role: Role
    limits: Limits
    neutral: Any = NO_DEFAULT

    def __post_init__(self) -> None:
        if self.section is None and self.value_type not in KINDS:
            raise TypeError(f"{self.name} cannot be {self.type}: add it to KINDS")

    @property
    def section(self) -> type | None:
        """Return the class whose fields stand below this key; None for a value."""
        return self.type if dataclasses.is_dataclass(self.type) else None

    @property
    def is_nullable(self) -> bool:
        """Return whether null is allowed."""
        return type(None) in get_args(self.type)

    @property
    def value_type(self) -> Any:
        """Return the type of a value that is not null."""
        if get_origin(self.type) is not types.UnionType:
            return self.type
        return next(kind for kind in get_args(self.type) if kind is not type(None))

    @property
    def kind(self) -> str:
        """Return the type in words."""
        return KINDS[self.value_type][0] + " or null" * self.is_nullable

    def convert(self, value: Any) -> Any:
        """Return a value as its type; raise ValueError naming the key for one it cannot take."""
        kind = self.value_type
        if value is None and self.is_nullable:
            return None
        if kind is float and type(value) is int:
            value = float(value) if abs(value) <= sys.float_info.max else math.inf
        elif isinstance(value, list):
            value = tuple(value)
        if not _is(value, kind):
            raise ValueError(f"{self.name} must be {self.kind}, got {value!r}")
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{self.name} must be finite, got {value!r}")
        if not self.limits.allow(value):
            raise ValueError(f"{self.name} must be {self.limits}, got {value!r}")
        return value


def _is(value: Any, kind: Any) -> bool:
    if get_origin(kind) is tuple:
        return isinstance(value, tuple) and all(type(item) is get_args(kind)[0] for item in value)
    return isinstance(value, Mapping) if get_origin(kind) is dict else type(value) is kind


def key(
    meaning: str = "", *, role: Role | None = None, neutral: Any = NO_DEFAULT, **limits: Any
) -> Any:
    """Declare a field of a schema; its role, where none is given, is that of its section.

    The meaning of a section is the docstring of its class.
    `neutral` is the value at which a key does nothing. A key added to the schema later has one, so
    that configs from before it are those that have it at this value.
    """
    stated = {"meaning": meaning, "role": role, "limits": Limits(**limits), "neutral": neutral}
    return field(metadata=stated)


@functools.cache
def fields_of(schema: type, name: str = "", role: Role = Role.METHOD) -> dict[str, Key]:
    """Return the keys right below a section by their field names."""
    hints = get_type_hints(schema)
    return {
        field.name: Key(
            name=f"{name}.{field.name}" if name else field.name,
            type=hints[field.name],
            meaning=field.metadata["meaning"] or hints[field.name].__doc__.splitlines()[0],
            role=field.metadata["role"] or role,
            limits=field.metadata["limits"],
            neutral=field.metadata["neutral"],
        )
        for field in dataclasses.fields(schema)
    }


def walk(schema: type, name: str = "", role: Role = Role.METHOD) -> Iterator[Key]:
    """Yield every key of a schema, a section before what stands below it."""
    for found in fields_of(schema, name, role).values():
        yield found
        if found.section is not None:
            yield from walk(found.section, found.name, found.role)
