"""What makes two configs the same run: the keys that decide its numbers. No files here."""

import json
from typing import Any

from cuttle.config.keys import NO_DEFAULT, Role
from cuttle.config.roles import neutral_values, role_of
from cuttle.runs.diff import describe, differing, flatten
from cuttle.runs.files import digest

IDENTITY_ROLES = (Role.METHOD, Role.SEED, Role.COMPUTE)


def identity(config: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a resolved config that decides the numbers of its run, as dotted keys.

    Of the seed only its value counts: how it was drawn does not change what is trained. A key at
    its neutral value is left out, so that adding it to the schema moves no fingerprint.
    """
    neutral = neutral_values()
    flat = {"seed.value": None} | flatten(config)
    return {
        key: value
        for key, value in flat.items()
        if role_of(key) in IDENTITY_ROLES and value != neutral.get(key, NO_DEFAULT)
    }


def config_hash(config: dict[str, Any]) -> str:
    """Return a short fingerprint of the identity of a config."""
    text = json.dumps(identity(config), sort_keys=True)
    return digest(text.encode())[:16]


def settings_hash(config: dict[str, Any]) -> str:
    """Return a fingerprint of what a run trains and how it is computed, whatever its seed."""
    how = "portable" if config.get("portable") else "native"
    return f"{config_hash({**config, 'run': None, 'seed': None})}-{how}"


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Name the keys of the identity that differ between two configs, as `key: old -> new`."""
    return describe(differing([{**neutral_values(), **identity(config)} for config in (old, new)]))
