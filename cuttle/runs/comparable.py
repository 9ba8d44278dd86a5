"""Which runs one report may compare: those alike in all but network type, factors and seed.

The launch refuses what the report would refuse, by this one rule. No results here.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from cuttle.config.roles import is_method, neutral_values
from cuttle.runs.diff import ABSENT, Flat, flatten, is_ignored, token

FACTORS_KEY = "analysis.factors"
TYPE_SECTION = "network_type"  # may differ between types, not within one


class Mismatch(NamedTuple):
    """Two runs that must not be compared, and in which keys they differ."""

    first: str
    second: str
    changes: list[str]


def find_mismatch(configs: Iterable[tuple[str, str, Mapping[str, Any]]]) -> Mismatch | None:
    """Return the first two of configs (run id, network type, config) that differ in too much.

    What `analysis.factors` names, as dotted keys, belongs to the type: it may differ between types.
    """
    first: dict[str, tuple[str, Flat]] = {}
    for run_id, network_type, config in configs:
        known = {**neutral_values(), **flatten(config)}
        flat = {key: value for key, value in known.items() if is_method(key)}
        factors = (config.get("analysis") or {}).get("factors") or ()
        own = {key: flat[key] for key in flat if is_ignored(key, (TYPE_SECTION, *factors))}
        shared = {key: flat[key] for key in flat if key not in own}
        shared[FACTORS_KEY] = list(factors)
        for group, part in (("", shared), (network_type, own)):
            other, before = first.setdefault(group, (run_id, part))
            if changes := _changes(before, part):
                return Mismatch(other, run_id, changes)
    return None


def _changes(a: Flat, b: Flat) -> list[str]:
    """Spell the keys in which two configs differ in meaning."""
    keys = sorted(a.keys() | b.keys())
    values = ((key, a.get(key, ABSENT), b.get(key, ABSENT)) for key in keys)
    return [f"{key} ({old!r} -> {new!r})" for key, old, new in values if token(old) != token(new)]
