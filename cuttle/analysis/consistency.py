"""May these runs be compared: refuses mixed rules and settings. Reads configs, not results."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

# Sections of a run's config that decide what it measures; network_type may differ between types.
SHARED_SECTIONS = ("training", "rules")
TYPE_SECTION = "network_type"
ABSENT = "(absent)"
MAX_RUNS_SHOWN = 12


class MixedStudyError(ValueError):
    """Runs of one experiment that must not be compared: they differ in more than type and seed."""


def flatten(tree: Any, prefix: str = "") -> dict[str, Any]:
    """Spell a nest of mappings as dotted keys; lists stay values."""
    if not isinstance(tree, Mapping) or not tree:
        return {prefix: tree}
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        flat |= flatten(value, f"{prefix}.{key}" if prefix else str(key))
    return flat


def refuse_mixed_rules(versions: Mapping[str, Any]) -> None:
    """Raise if the runs (run id -> rules version) were played under different rules."""
    by_version: dict[Any, list[str]] = {}
    for run_id, version in versions.items():
        by_version.setdefault(version, []).append(run_id)
    if len(by_version) > 1:
        parts = "; ".join(f"{v} in {_some(runs)}" for v, runs in by_version.items())
        raise MixedStudyError(
            f"runs of different rules versions cannot be compared: rules_version {parts}. "
            "Train the older runs again or move them to an experiment of their own."
        )


def refuse_mixed_configs(configs: Iterable[tuple[str, str, Mapping[str, Any]]]) -> None:
    """Raise if configs (run id, network type, config) differ beyond network type and seed."""
    first: dict[str, tuple[str, str, Any]] = {}
    for run_id, network_type, config in configs:
        parts = {section: config.get(section) for section in SHARED_SECTIONS}
        _compare(first, "", run_id, parts)
        _compare(first, network_type, run_id, {TYPE_SECTION: config.get(TYPE_SECTION)})


def _compare(
    first: dict[str, tuple[str, str, Any]], group: str, run_id: str, part: Mapping[str, Any]
) -> None:
    """Hold `part` against the first one seen of its group."""
    spelled = json.dumps(part, sort_keys=True, default=str)
    if group not in first:
        first[group] = (run_id, spelled, part)
        return
    other_id, other_spelled, other = first[group]
    if spelled == other_spelled:
        return
    a, b = flatten(other), flatten(part)
    keys = [k for k in sorted(a.keys() | b.keys()) if a.get(k, ABSENT) != b.get(k, ABSENT)]
    shown = ", ".join(f"{k} ({a.get(k, ABSENT)} -> {b.get(k, ABSENT)})" for k in keys)
    raise MixedStudyError(
        f"runs {other_id} and {run_id} were trained with different settings and cannot be "
        f"compared: {shown}. Train them again alike or move them to an experiment of their own."
    )


def _some(run_ids: list[str]) -> str:
    shown = ", ".join(run_ids[:MAX_RUNS_SHOWN])
    return shown if len(run_ids) <= MAX_RUNS_SHOWN else f"{shown} and others"
