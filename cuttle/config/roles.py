"""Differences that matter: by the roles of their keys."""

import functools
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from cuttle.config.keys import NO_DEFAULT, Key, Role, walk
from cuttle.config.schema import Config

# Keys of stored documents that are no settings, or were those of an earlier version.
OTHER_KEYS: Final = {
    "fault": Role.DESIGN,  # named a combination of training.* keys, which count themselves
    "run_id": Role.SEED,
    "run_name": Role.SEED,
    "run_dir": Role.SEED,
    "experiment_dir": Role.NAMING,
    "hydra": Role.EXECUTION,
}
_LAST_PART = re.compile(r"(\.[^.\[]*|\[[^\[]*)$")


@functools.cache
def index() -> dict[str, Key]:
    """Return every key of the schema by its dotted name, sections among them."""
    return {key.name: key for key in walk(Config)}


def find_key(name: str) -> Key | None:
    """Return a dotted key of the schema or the one it lies below, as `king_goals[0]` does."""
    while name not in index():
        name, was_cut = _LAST_PART.subn("", name, count=1)
        if not was_cut:
            return None
    return index()[name]


@functools.lru_cache(maxsize=4096)  # the configs of a thousand runs have the same keys
def role_of(name: str) -> Role:
    """Return the role of a dotted key; one that nobody knows counts as method."""
    key = find_key(name)
    if key is not None:
        return key.role
    return OTHER_KEYS.get(re.split(r"[.\[]", name, maxsplit=1)[0], Role.METHOD)


def is_method(name: str) -> bool:
    """Return whether a dotted key decides what is trained and measured."""
    return role_of(name) is Role.METHOD


def keys_with_role(*roles: Role) -> tuple[str, ...]:
    """Return the dotted keys of some roles, those that are no sections of the schema."""
    values = {key.name: key.role for key in index().values() if key.section is None}
    return tuple(name for name, role in (values | OTHER_KEYS).items() if role in roles)


@functools.cache
def neutral_values() -> Mapping[str, Any]:
    """Return the neutral value of each dotted key that has one: what an absent key counts as."""
    found = {key.name: key.neutral for key in index().values() if key.neutral is not NO_DEFAULT}
    return MappingProxyType(found)
