"""Read experiments, also damaged ones. Nothing is written here."""

import os
import re
from pathlib import Path
from typing import Any, NamedTuple

from cuttle.runs.layout import EXPERIMENT_FILE, EXPERIMENT_NAME, STATUS_FILE
from cuttle.runs.run_record import NETWORK_TYPE, Fields, RunRecord, read_mapping, reason_of

# What others compute with, and may have been edited; null stands for an unknown value.
EXPERIMENT_FIELDS: Fields = {
    "description": str, "created_at": str, "git": dict, "rules_version": str, "seed_mode": str,
    "planned": list, "base_config": dict, "choices": dict,
    "history": list, "factors": dict,
}  # fmt: skip


_RUN_ID = re.compile(r"[^\0]+_run_[0-9]+")
# What no factor can be called: the columns that stand beside factors in every study.
RESERVED = frozenset({
    "experiment", "run_id", "condition", "run", "seed", "duration_s", "parameters", "initial_q_sd",
    "final_round", "planned", "n", "opponent", "games", "wins", "draws", "losses", "win_rate",
    "half_draw_rate",
})  # fmt: skip


class Factor(NamedTuple):
    """What an experiment varies: a config group or key.

    base: its level in the base config
    keys: the dotted config keys, or sections, that change with it
    """

    base: Any
    keys: tuple[str, ...]


class Experiment:
    """One experiment directory: its name, the content of experiment.json and its runs."""

    def __init__(self, path: Path) -> None:
        """Read the experiment file and every run's status."""
        self.path = path
        self.name = path.name
        self.meta, self.problems = read_mapping(path / EXPERIMENT_FILE, EXPERIMENT_FIELDS)
        if len(planned_entries(self.meta)) < len(self.meta.get("planned", [])):
            self.problems.append(f"{EXPERIMENT_FILE}: not every entry of planned describes a run")
        names, problems = _run_names(path)
        self.problems += problems
        planned = {entry["run_id"]: entry for entry in planned_entries(self.meta)}
        self.runs = [RunRecord(path / name, planned.get(name)) for name in planned | names]
        self.factors, problems = _read_factors(self.meta)
        self.problems += problems


def read_experiment(directory: Path | str) -> Experiment:
    """Read an experiment directory, or raise FileNotFoundError when there is none."""
    path = Path(directory)
    if not os.path.isdir(path):
        raise FileNotFoundError(f"no experiment at {path}; `python analyze.py list` shows them")
    return Experiment(path)


def list_experiments(root: Path | str) -> list[Path]:
    """Return the experiment directories under a root, sorted by name."""
    if not os.path.isdir(root):
        return []
    with os.scandir(root) as entries:
        names = sorted(
            entry.name
            for entry in entries
            if EXPERIMENT_NAME.fullmatch(entry.name) and is_experiment(Path(root, entry.name))
        )
    return [Path(root, name) for name in names]


def is_experiment(path: Path) -> bool:
    """Return whether a directory holds an experiment: its description, or runs.

    One that this user may not read is taken for one, so that it is not passed over in silence.
    """
    try:
        with os.scandir(path) as entries:
            names = [entry.name for entry in entries]
    except PermissionError:
        return True
    except OSError:
        return False
    return EXPERIMENT_FILE in names or any(
        os.path.lexists(path / name / STATUS_FILE) for name in names
    )


def _run_names(path: Path) -> tuple[dict[str, None], list[str]]:
    """Return the names of all entries that are runs or should be, and what is wrong."""
    try:
        with os.scandir(path) as entries:
            names = sorted(e.name for e in entries if "_run_" in e.name and _may_be_run(e))
    except OSError as error:
        return {}, [f"the runs cannot be listed ({reason_of(error)})"]
    odd = [name for name in names if name.encode(errors="replace") != os.fsencode(name)]
    problems = [f"{name!a} is not read, as its name is not UTF-8; rename it" for name in odd]
    return {name: None for name in names if name not in odd}, problems


def _may_be_run(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is a directory, or stands where the directory of a run should."""
    return _RUN_ID.fullmatch(entry.name) is not None or os.path.isdir(entry.path)


def planned_entries(meta: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the entries of a plan that describe a run; the file may have been edited."""
    planned = meta.get("planned")
    return [entry for entry in planned if _is_plan(entry)] if isinstance(planned, list) else []


def factor_entries(meta: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the recorded factors that can be read; the file may have been edited."""
    recorded = meta.get("factors")
    return {
        key: entry
        for key, entry in (recorded.items() if isinstance(recorded, dict) else ())
        if isinstance(entry, dict) and isinstance(entry.get("keys", []), list)
    }


def _read_factors(meta: dict[str, Any]) -> tuple[dict[str, Factor], list[str]]:
    """Return the factors by key, and what is wrong with others.

    Of an older experiment, they are what its base config declares.
    """
    base, recorded = meta.get("base_config") or {}, meta.get("factors")
    network_type, analysis = base.get(NETWORK_TYPE), base.get("analysis")
    name = network_type.get("name") if isinstance(network_type, dict) else None
    if not isinstance(recorded, dict):
        keys = analysis.get("factors") if isinstance(analysis, dict) else None
        more = map(str, keys) if isinstance(keys, list) else ()
        return {NETWORK_TYPE: Factor(name, (NETWORK_TYPE, *more))}, []
    factors = {
        key: Factor(entry.get("base"), tuple(map(str, entry.get("keys") or [key])))
        for key, entry in factor_entries(meta).items()
    }
    taken = sorted(RESERVED & factors.keys())
    problems = [f"{EXPERIMENT_FILE}: {key} is no name of a factor" for key in taken]
    lost = sorted(recorded.keys() - factors.keys())
    problems += [f"{EXPERIMENT_FILE}: the factor {key} is damaged and left out" for key in lost]
    rest = {key: factor for key, factor in factors.items() if key not in taken}
    if base and NETWORK_TYPE not in base:  # of another program
        return rest, problems
    return {NETWORK_TYPE: Factor(name, (NETWORK_TYPE,)), **rest}, problems


def _is_run_id(name: Any) -> bool:
    """Return whether a value names a run directory of the experiment, not a place elsewhere."""
    return isinstance(name, str) and _RUN_ID.fullmatch(name) is not None and "/" not in name


def _is_plan(entry: Any) -> bool:
    if not isinstance(entry, dict):
        return False
    label = entry.get("condition", entry.get("network_type"))
    return (
        _is_run_id(entry.get("run_id"))
        and isinstance(label, str)
        and label != ""
        and type(entry.get("run")) is int
        and isinstance(entry.get("levels"), dict | None)
        and type(entry.get("seed")) in (int, type(None))
    )
