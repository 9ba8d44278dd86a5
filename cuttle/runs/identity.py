"""What makes two configs the same run: the keys that decide its numbers. No files here."""

import hashlib
import json
from typing import Any

from cuttle.runs.diff import differing, flatten

IDENTITY_KEYS = ("run", "network_type", "trunk", "training", "rules", "threads", "device")


def identity(config: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a resolved config that decides the numbers of its run, as dotted keys.

    Of the seed only its value counts: how it was worked out does not change what is trained.
    """
    part = {key: config[key] for key in IDENTITY_KEYS if key in config}
    part["seed"] = {"value": (config.get("seed") or {}).get("value")}
    return flatten(part)


def config_hash(config: dict[str, Any]) -> str:
    """Return a short fingerprint of the identity of a config."""
    text = json.dumps(identity(config), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Name the keys of the identity that differ between two configs, as `key: old -> new`."""
    changes = differing([identity(old), identity(new)])
    return [f"{key}: {before} -> {after}" for key, (before, after) in changes.items()]
