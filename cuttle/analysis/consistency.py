"""May these runs be compared: refuses mixed rules and settings. Reads configs, not results."""

from collections.abc import Iterable, Mapping
from typing import Any

from cuttle.runs.diff import ABSENT, IGNORED_KEYS, Flat, flatten, is_ignored, token
from cuttle.runs.locate import some

TYPE_SECTION = "network_type"  # may differ between types, not within one
# Seeding, later analysis, threads and device change roundings at most, not what is measured; a
# fault is part of the type's name.
NOT_COMPARED = (*IGNORED_KEYS, "seed", "analysis", "threads", "device", "fault")


class MixedStudyError(ValueError):
    """Runs of one experiment that must not be compared: they differ in more than type and seed."""


def refuse_mixed_rules(versions: Mapping[str, Any]) -> None:
    """Raise if the runs (run id -> rules version) were played under different rules."""
    by_version: dict[Any, list[str]] = {}
    for run_id, version in versions.items():
        by_version.setdefault(version, []).append(run_id)
    if len(by_version) > 1:
        parts = "; ".join(f"{v} in {some(runs)}" for v, runs in by_version.items())
        raise MixedStudyError(
            f"runs of different rules versions cannot be compared: rules_version {parts}. "
            "Train the older runs again or move them to an experiment of their own."
        )


def refuse_mixed_configs(configs: Iterable[tuple[str, str, Mapping[str, Any]]]) -> None:
    """Raise if configs (run id, network type, config) differ beyond network type and seed.

    What `analysis.factors` names, as dotted keys, belongs to the type: it may differ between types.
    """
    first: dict[str, tuple[str, Flat]] = {}
    for run_id, network_type, config in configs:
        flat = flatten({key: config[key] for key in config if key not in NOT_COMPARED})
        factors = (config.get("analysis") or {}).get("factors") or ()
        own = {key: flat[key] for key in flat if is_ignored(key, (TYPE_SECTION, *factors))}
        shared = {key: flat[key] for key in flat if key not in own}
        for group, part in (("", shared), (network_type, own)):
            other, before = first.setdefault(group, (run_id, part))
            if shown := _differences(before, part):
                raise MixedStudyError(
                    f"runs {other} and {run_id} were trained with different settings and "
                    f"cannot be compared: {shown}. Train them again alike or move them to an "
                    "experiment of their own."
                )


def _differences(a: Flat, b: Flat) -> str:
    """Spell the keys in which two configs differ in meaning; empty where they agree."""
    parts = []
    for key in sorted(a.keys() | b.keys()):
        old, new = a.get(key, ABSENT), b.get(key, ABSENT)
        if token(old) != token(new):
            parts.append(f"{key} ({old!r} -> {new!r})")
    return ", ".join(parts)
