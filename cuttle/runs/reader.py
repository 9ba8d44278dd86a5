"""Read experiments, also damaged ones. Nothing is written here."""

import itertools
import json
import math
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from cuttle.runs.files import Row, damaged_line, digest_file, read_json, read_rows
from cuttle.runs.identity import config_hash
from cuttle.runs.layout import (
    CONFIG_FILE,
    EXPERIMENT_FILE,
    EXPERIMENT_NAME,
    MATCHES_FILE,
    METADATA_FILE,
    METRICS_FILE,
    OWN_RESULTS,
    RESULT_FILES,
    STATUS_FILE,
    TIMINGS_FILE,
    RunState,
)
from cuttle.runs.status import SCHEMA, derived_state, heartbeat_age_s, parse_status

Fields = dict[str, type]

NOT_STARTED = (RunState.PENDING, RunState.PREPARED)
ENDED = (RunState.COMPLETED, RunState.FAILED, RunState.DAMAGED)
PROBLEM_STATES = (RunState.FAILED, RunState.INTERRUPTED, RunState.DAMAGED)
# What others compute with, and may have been edited; null stands for an unknown value.
EXPERIMENT_FIELDS: Fields = {
    "description": str, "created_at": str, "git": dict, "rules_version": str, "seed_mode": str,
    "paired": bool, "planned": list, "base_config": dict, "choices": dict,
    "history": list, "factors": dict,
}  # fmt: skip
METADATA_FIELDS: Fields = {
    "git": dict, "versions": dict, "rules_version": str, "source_hash": str, "host": str,
    "parameters": int, "initial_q_sd": float, "seed": int, "sha256": dict, "arithmetic": dict,
}  # fmt: skip
REQUIRED_WHEN_COMPLETED = (METADATA_FILE, CONFIG_FILE)  # beside its results


MAX_VALUE_SHOWN = 40  # characters
_RUN_ID = re.compile(r"[^\0]+_run_[0-9]+")
NETWORK_TYPE = "network_type"  # the first factor of every experiment
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


class RunRecord:
    """One run directory; files are read when first asked for.

    run_id, condition, levels, run, seed: its identity, from the status or else from the plan.
        A factor that is not among the levels stands at its base.
    state: as stored, or derived: `interrupted`, and `damaged` where files of results are missing
        or nobody knows what they are worth.
    problems: what is wrong with the files looked at so far; presence is always looked at.
    status: the fields of a `Status`, empty where there is no sound one.
    """

    def __init__(self, path: Path, planned: dict[str, Any] | None = None) -> None:
        """Read the status file of a run directory, which need not exist when it was planned."""
        self.path = path
        self.problems: list[str] = []
        self._missing: list[str] = []
        self._is_unreadable = False
        self.status: dict[str, Any] = self._read_status()
        identity = {**(planned or {}), **self.status}
        self.run_id: str = path.name
        condition = identity.get("condition") or identity.get(NETWORK_TYPE)  # the latter once
        self.condition = str(condition or path.name.rpartition("_run_")[0])
        self.levels: dict[str, Any] = identity.get("levels") or {NETWORK_TYPE: self.condition}
        self.run = int(identity.get("run", _run_number(path.name)))
        self.seed: int | None = identity.get("seed")
        self.state = self._derive_state()

    def reread(self) -> "RunRecord":
        """Return the run as it is on disk now."""
        identity = {"condition": self.condition, "levels": self.levels}
        return RunRecord(self.path, {**identity, "run": self.run, "seed": self.seed})

    def _read_status(self) -> dict[str, Any]:
        path = self.path / STATUS_FILE
        try:
            return asdict(parse_status(read_json(path)))
        except FileNotFoundError:
            if os.path.isdir(self.path):
                self.problems.append(f"{STATUS_FILE} is missing")
            elif os.path.lexists(self.path):
                self.problems.append("a link that leads nowhere")
            return {}
        except OSError as error:  # it may be sound: another's, or in the place of a run
            self._is_unreadable = True
            self.problems.append(f"{STATUS_FILE} cannot be read ({_reason(error)})")
            return {}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            self.problems.append(f"{STATUS_FILE} is damaged ({_reason(error)})")
            return {}

    def _derive_state(self) -> RunState:
        if not self.status:
            is_trained = any(os.path.exists(self.path / name) for name in RESULT_FILES)
            is_lost = is_trained or self._is_unreadable or os.path.islink(self.path)
            return RunState.DAMAGED if is_lost else RunState.PENDING
        state = derived_state(self.path, self.status)
        if state is RunState.INTERRUPTED:  # or it has ended since its status was read
            self.status = self._read_status() or self.status
            state = derived_state(self.path, self.status)
        if state is not RunState.COMPLETED:
            return state
        required = (*REQUIRED_WHEN_COMPLETED, *(self.status["results"] or OWN_RESULTS))
        self._missing = [name for name in required if not _has_content(self.path / name)]
        self.problems += [
            f"{name} is missing or empty, though the run is completed" for name in self._missing
        ]
        return RunState.DAMAGED if self._missing else state

    @property
    def is_begun(self) -> bool:
        """Whether the run has results, or is about to have some."""
        begun = (RunState.COMPLETED, RunState.RUNNING, RunState.DAMAGED)
        return self.state in begun or self.status.get("round", 0) > 0

    @property
    def error(self) -> str:
        """Return in one line why the run failed; empty where it is not known to have failed."""
        error = self.status.get("error")
        return f"{error['type']}: {error['message']}".split("\n")[0] if error else ""

    @property
    def error_and_log(self) -> str:
        """Return the same with the path of the log that holds the traceback."""
        log = self.status["error"]["log"] if self.error else ""
        return f"{self.error} (log: {log})" if log else self.error

    def compare_hashes(self, names: Sequence[str] = (CONFIG_FILE, *RESULT_FILES)) -> list[str]:
        """Add to the problems, and return, which files are not as the training left them.

        Where its hashes of results were not recorded, nothing is known of the run's files.
        """
        recorded = {**(self.metadata.get("sha256") or {})}
        if recorded and self.status.get("schema") == SCHEMA:  # hashed by the rule of today
            recorded[CONFIG_FILE] = self.status["config_hash"]
        changed = []
        for name in names:
            if name not in recorded or name in self._missing:  # the latter is a problem already
                continue
            try:
                if self._hash(name) != recorded[name]:
                    changed.append(f"{name} was changed after the training")
            except (OSError, TypeError) as error:  # the latter for keys of kinds that do not sort
                changed.append(f"{name} cannot be read ({_reason(error)})")
        self.problems += [text for text in changed if text not in self.problems]
        return changed

    def _hash(self, name: str) -> str:
        """Return what was recorded of a file: of the config, a hash of what decides its numbers."""
        return config_hash(self.config) if name == CONFIG_FILE else digest_file(self.path / name)

    @cached_property
    def config(self) -> dict[str, Any]:
        """Load the resolved config of the run; empty where it cannot be read."""
        from cuttle.runs.yaml_file import read_yaml  # of no use to the status of a thousand runs

        try:
            return read_yaml(self.path / CONFIG_FILE)
        except (OSError, ValueError) as error:
            self.problems.append(f"{CONFIG_FILE} cannot be read ({_reason(error)})")
            return {}

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """Load the run metadata; empty where it cannot be read."""
        value, problems = _read_mapping(self.path / METADATA_FILE, METADATA_FIELDS)
        self.problems.extend(problems)
        return value

    @cached_property
    def metrics(self) -> list[Row]:
        """Load the rows of metrics.jsonl."""
        return self._numbers(METRICS_FILE)

    @cached_property
    def matches(self) -> list[Row]:
        """Load the rows of matches.jsonl."""
        return self._rows(MATCHES_FILE)

    @cached_property
    def timings(self) -> list[Row]:
        """Load the rows of timings.jsonl."""
        return self._numbers(TIMINGS_FILE)

    def _numbers(self, name: str) -> list[Row]:
        """Read rows that hold a round and numbers, up to the first that does not."""
        rows = self._rows(name)
        sound = list(itertools.takewhile(_is_by_round, rows))
        if len(sound) < len(rows):
            self.problems.append(damaged_line(name, len(sound) + 1))
        return sound

    def _rows(self, name: str) -> list[Row]:
        if not os.path.lexists(self.path / name):
            return []
        rows, problem = read_rows(self.path / name)
        if problem:
            self.problems.append(problem)
        return rows

    @property
    def seconds_left(self) -> float | None:
        """Estimate the seconds a running run still needs; None before its first round is done."""
        done, total = int(self.status.get("round", 0)), int(self.status.get("rounds", 0))
        if self.state is not RunState.RUNNING or done < 1:
            return None
        whole = float(self.status["duration_s"]) / done * (total - done)
        return max(0.0, whole - heartbeat_age_s(self.status))


def seconds_left(records: Sequence[RunRecord]) -> float | None:
    """Estimate the time left at the speed and parallelism so far; None before any is timed."""
    whole = [
        float(record.status["duration_s"]) / record.status["round"] * record.status["rounds"]
        for record in records
        if record.status.get("round", 0) > 0
    ]
    running = [record for record in records if record.state is RunState.RUNNING]
    if not whole or not running:
        return None
    waiting = sum(record.state not in (*ENDED, RunState.RUNNING) for record in records)
    usual = sum(whole) / len(whole)  # of a run in its first round nothing else is known
    now = sum(usual if record.seconds_left is None else record.seconds_left for record in running)
    return float((now + waiting * usual) / len(running))


class Experiment:
    """One experiment directory: its name, the content of experiment.json and its runs."""

    def __init__(self, path: Path) -> None:
        """Read the experiment file and every run's status."""
        self.path = path
        self.name = path.name
        self.meta, self.problems = _read_mapping(path / EXPERIMENT_FILE, EXPERIMENT_FIELDS)
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
        return {}, [f"the runs cannot be listed ({_reason(error)})"]
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
        for key, entry in recorded.items()
        if isinstance(entry, dict) and isinstance(entry.get("keys", []), list)
    }
    taken = sorted(RESERVED & factors.keys())
    problems = [f"{EXPERIMENT_FILE}: {key} is no name of a factor" for key in taken]
    rest = {key: factor for key, factor in factors.items() if key not in taken}
    if base and NETWORK_TYPE not in base:  # of another program
        return rest, problems
    return {NETWORK_TYPE: Factor(name, (NETWORK_TYPE,)), **rest}, problems


def _is_run_id(name: Any) -> bool:
    """Return whether a value names a run directory of the experiment, not a place elsewhere."""
    return isinstance(name, str) and _RUN_ID.fullmatch(name) is not None and "/" not in name


def _is_plan(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and _is_run_id(entry.get("run_id"))
        and isinstance(entry.get("condition", entry.get("network_type")), str)
        and type(entry.get("run")) is int
        and isinstance(entry.get("levels"), dict | None)
        and type(entry.get("seed")) in (int, type(None))
    )


def _read_mapping(path: Path, fields: Fields) -> tuple[dict[str, Any], list[str]]:
    """Read the well-typed fields of a JSON object, and return what is wrong with the others."""
    try:
        value = read_json(path)
    except (OSError, ValueError) as error:
        return {}, [f"{path.name} cannot be read ({_reason(error)})"]
    if not isinstance(value, dict):
        return {}, [f"{path.name} is not a JSON object"]
    known = {name: item for name, item in value.items() if item is not None or name not in fields}
    wrong = [name for name in known if name in fields and not _is_a(fields[name], known[name])]
    problems = [f"{path.name}: {name} cannot be {_clipped(known.pop(name))}" for name in wrong]
    return known, problems


def _is_a(kind: type, value: Any) -> bool:
    return type(value) is kind or (kind is float and type(value) is int)


def _is_by_round(row: Row) -> bool:
    values = (value for value in row.values() if value is not None)
    return type(row.get("round")) is int and all(
        type(value) in (int, float) and math.isfinite(value) for value in values
    )


def _clipped(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= MAX_VALUE_SHOWN else f"{text[:MAX_VALUE_SHOWN]}..."


def _has_content(path: Path) -> bool:
    try:
        found = path.stat()
        return stat.S_ISREG(found.st_mode) and found.st_size > 0
    except OSError:
        return False


def _run_number(run_id: str) -> int:
    digits = run_id.rpartition("_run_")[2]
    return int(digits) if digits.isdecimal() and len(digits) < 10 else 0


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__).split("\n")[0]
