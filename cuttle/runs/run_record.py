"""Read one run directory, also a damaged one. Nothing is written here."""

import itertools
import json
import math
import os
import stat
from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from cuttle.runs.files import Row, damaged_line, digest_file, read_json, read_rows
from cuttle.runs.identity import config_hash
from cuttle.runs.layout import (
    CONFIG_FILE,
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

NETWORK_TYPE = "network_type"  # the first factor of every experiment
NOT_STARTED = (RunState.PENDING, RunState.PREPARED)
ENDED = (RunState.COMPLETED, RunState.FAILED, RunState.DAMAGED)
PROBLEM_STATES = (RunState.FAILED, RunState.INTERRUPTED, RunState.DAMAGED)
# What others compute with, and may have been edited; null stands for an unknown value.
METADATA_FIELDS: Fields = {
    "git": dict, "versions": dict, "rules_version": str, "source_hash": str, "host": str,
    "parameters": int, "initial_q_sd": float, "seed": int, "sha256": dict, "arithmetic": dict,
}  # fmt: skip
REQUIRED_WHEN_COMPLETED = (METADATA_FILE, CONFIG_FILE)  # beside its results
MAX_VALUE_SHOWN = 40  # characters


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
            self.problems.append(f"{STATUS_FILE} cannot be read ({reason_of(error)})")
            return {}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            self.problems.append(f"{STATUS_FILE} is damaged ({reason_of(error)})")
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
                changed.append(f"{name} cannot be read ({reason_of(error)})")
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
            self.problems.append(f"{CONFIG_FILE} cannot be read ({reason_of(error)})")
            return {}

    @cached_property
    def metadata(self) -> dict[str, Any]:
        """Load the run metadata; empty where it cannot be read."""
        value, problems = read_mapping(self.path / METADATA_FILE, METADATA_FIELDS)
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


def read_mapping(path: Path, fields: Fields) -> tuple[dict[str, Any], list[str]]:
    """Read the well-typed fields of a JSON object, and return what is wrong with the others."""
    try:
        value = read_json(path)
    except (OSError, ValueError) as error:
        return {}, [f"{path.name} cannot be read ({reason_of(error)})"]
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


def reason_of(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__).split("\n")[0]
