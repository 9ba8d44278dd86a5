"""May these runs be compared: refuses mixed rules and settings. Reads configs, not results."""

from collections.abc import Iterable, Mapping
from typing import Any

from cuttle.runs.comparable import find_mismatch
from cuttle.runs.formatting import truncate as some


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
    """Raise if configs (run id, network type, config) differ beyond type, factors and seed."""
    known = list(configs)
    factors = [k for c in known[:1] for k in (c[2].get("analysis") or {}).get("factors") or ()]
    if mismatch := find_mismatch(known, ("network_type", *factors)):
        raise MixedStudyError(
            f"runs {mismatch.first} and {mismatch.second} were trained with different settings "
            f"and cannot be compared: {', '.join(mismatch.changes)}. Train them again alike or "
            "move them to an experiment of their own."
        )
