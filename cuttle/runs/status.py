"""The state of one run: as its status file records it, and what follows from it."""

import os
import socket
from collections.abc import Callable
from dataclasses import MISSING, asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cuttle.runs.files import read_json, write_json
from cuttle.runs.layout import STATUS_FILE, RunState
from cuttle.runs.lock import is_locked

SCHEMA = 2
DERIVED_STATES = (RunState.INTERRUPTED, RunState.DAMAGED)
MAX_DURATION_S = 1e9  # thirty years
STALE_HEARTBEAT_S = 120.0  # heartbeats come every few seconds; a shared file system may lag


def utc_now() -> str:
    """Return the present as ISO 8601 text in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class RunError:
    """Why a run failed; `log` is the path of the file that holds the traceback."""

    type: str
    message: str
    log: str


@dataclass(frozen=True)
class Status:
    """What status.json holds; times are ISO 8601 in UTC, durations exclude queueing."""

    state: RunState
    run_id: str
    condition: str
    levels: dict[str, Any]  # by factor; one that is absent stands at its base
    run: int
    seed: int
    config_hash: str
    attempt: int = 0  # processes that have worked on it so far
    pid: int | None = None
    host: str | None = None
    created_at: str = field(default_factory=utc_now)
    started_at: str | None = None
    ended_at: str | None = None
    heartbeat_at: str | None = None
    duration_s: float = 0.0  # training time of all attempts
    round: int = 0
    rounds: int = 0
    win_rates: dict[str, float] = field(default_factory=dict)  # opponent -> last win rate
    error: RunError | None = None
    results: list[str] | None = None  # files of a completed run; not recorded once: `OWN_RESULTS`
    schema: int = SCHEMA

    def started(self) -> "Status":
        """Return the status at the start of an attempt by this process."""
        now = utc_now()
        return replace(
            self,
            state=RunState.RUNNING,
            attempt=self.attempt + 1,
            pid=os.getpid(),
            host=socket.gethostname(),
            started_at=now,
            ended_at=None,
            heartbeat_at=now,
            error=None,
        )

    def reason(self) -> str:
        """Return in one line why the run failed; empty when it did not."""
        return f"{self.error.type}: {self.error.message}" if self.error else ""

    def failed(self, error: RunError) -> "Status":
        """Return the status after a failure now."""
        return replace(self, state=RunState.FAILED, ended_at=utc_now(), error=error)


def write_status(run_dir: Path, status: Status, *, durable: bool = False) -> None:
    """Replace the status file."""
    write_json(run_dir / STATUS_FILE, asdict(status), durable=durable)


def read_status(run_dir: Path) -> Status | None:
    """Read the status file: None where there is none, ValueError where it is damaged."""
    path = run_dir / STATUS_FILE
    try:
        content = read_json(path)
    except FileNotFoundError:
        return None
    try:
        return parse_status(content)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{path} does not describe a run ({error})") from error


def parse_status(value: dict[str, Any]) -> Status:
    """Build a status from the content of its file; raise ValueError where it describes no run."""
    if not isinstance(value, dict):
        raise ValueError(f"not a mapping but {type(value).__name__}")
    known = dict(value)
    if "condition" not in known and "network_type" in known:  # older than factors
        known["condition"] = known.pop("network_type")
        known["levels"] = {"network_type": known["condition"]}
    needs = {f.name: f.default is MISSING and f.default_factory is MISSING for f in fields(Status)}
    if unknown := sorted(map(str, known.keys() - needs)):
        raise ValueError(f"unknown: {', '.join(unknown)}")
    if missing := [name for name, is_needed in needs.items() if is_needed and name not in known]:
        raise ValueError(f"missing: {', '.join(missing)}")
    known["state"] = RunState(known["state"])
    known["error"] = RunError(**error) if (error := known.get("error")) else None
    status = Status(**known)
    if status.state in DERIVED_STATES:
        raise ValueError(f"{status.state} is derived, a status file cannot hold it")
    _check_fields(status)
    return status


def _check_fields(status: Status) -> None:
    """Refuse values that nobody could compute with: the file may have been edited or damaged."""
    for name, value in vars(status).items():
        if name in SOUND and not SOUND[name](value):
            raise ValueError(f"{name} is {value!r}")
    if 0 < status.rounds < status.round:
        raise ValueError(f"round is {status.round} of {status.rounds}")
    if not all(_is_number(value, 1) for value in status.win_rates.values()):
        raise ValueError("win_rates are not numbers from 0 to 1")
    if status.error and not all(isinstance(text, str) for text in vars(status.error).values()):
        raise ValueError("error is not text")


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_time(value: Any) -> bool:
    return value is None or datetime.fromisoformat(value).tzinfo is not None


SOUND: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("run_id", "condition", "config_hash"), lambda value: isinstance(value, str)),
    **dict.fromkeys(("run", "seed", "attempt", "round", "rounds"), _is_count),
    **dict.fromkeys(("created_at", "started_at", "ended_at", "heartbeat_at"), _is_time),
    "duration_s": lambda value: _is_number(value, MAX_DURATION_S),
    "levels": lambda value: isinstance(value, dict),
    "results": lambda value: value is None or _are_texts(value),
}


def _is_number(value: Any, most: float) -> bool:
    return type(value) in (int, float) and 0 <= value <= most


def derived_state(run_dir: Path, status: dict[str, Any]) -> RunState:
    """Distinguish a running run from an interrupted one: its lock here, its heartbeat elsewhere.

    A heartbeat far in the future comes from a wrong clock, and is no sign of life.
    """
    state = RunState(status["state"])
    if state is not RunState.RUNNING or is_locked(run_dir):
        return state
    is_fresh = abs(heartbeat_age_s(status)) < STALE_HEARTBEAT_S
    is_elsewhere = status.get("host") != socket.gethostname()
    return state if is_elsewhere and is_fresh else RunState.INTERRUPTED


def heartbeat_age_s(status: dict[str, Any]) -> float:
    """Return the seconds since a status last gave a sign of life; infinite when it never did."""
    heartbeat = status.get("heartbeat_at")
    if heartbeat is None:
        return float("inf")
    return (datetime.now(UTC) - datetime.fromisoformat(heartbeat)).total_seconds()
