"""Which runs one report may compare: alike within a condition, and but for the factors otherwise.

The launch refuses what the report would refuse, by this one rule. No results here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from cuttle.config.roles import is_method, neutral_values
from cuttle.runs.diff import Flat, describe, differing, flatten, is_below


class Mismatch(NamedTuple):
    """Two runs that must not be compared, and in which keys they differ."""

    first: str
    second: str
    changes: list[str]


def method_settings(config: Mapping[str, Any]) -> Flat:
    """Return what of a config decides what is trained, by dotted key; absent keys as neutral."""
    known = {**neutral_values(), **flatten(config)}
    return {key: value for key, value in known.items() if is_method(key)}


def mismatches(
    configs: Iterable[tuple[str, str, Mapping[str, Any]]], factor_keys: Sequence[str]
) -> Iterator[Mismatch]:
    """Yield every config (run id, condition, config) that differs in too much from one before.

    factor_keys: dotted keys, or sections, that may differ between conditions, not within one
    """
    first: dict[str, tuple[str, Flat]] = {}
    for run_id, condition, config in configs:
        flat = method_settings(config)
        own = {key: flat[key] for key in flat if is_below(key, factor_keys)}
        shared = {key: flat[key] for key in flat if key not in own}
        for group, part in (("", shared), (condition, own)):
            other, before = first.setdefault(group, (run_id, part))
            if changes := differing([before, part]):
                yield Mismatch(other, run_id, describe(changes))
