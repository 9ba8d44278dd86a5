"""Launch `train.py` as a user would, with the real or the fake trainer. No tests here."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cuttle.runs.files import digest_file
from cuttle.runs.layout import RESULT_FILES

REPOSITORY = Path(__file__).resolve().parents[2]
FAKE = Path(__file__).with_name("fake")
TIMEOUT_S = 900  # a launch of seconds on an idle machine took four minutes on a crowded one
SWEEP = ("-m", "experiment=test", "run=range(1,5)")  # as wide as there are cores

Finished = subprocess.CompletedProcess[str]


def command(*overrides: str, fake: bool = True) -> list[str]:
    """Return the command line of a launch."""
    options = ["--config-dir", str(FAKE / "conf"), "training=fake"] if fake else []
    return [sys.executable, str(REPOSITORY / "train.py"), *options, *overrides]


def environment(*, fake: bool = True, **variables: str) -> dict[str, str]:
    """Return the environment of a launch; variables set the faults of the fake trainer."""
    path = os.pathsep.join([str(FAKE), str(REPOSITORY)] if fake else [str(REPOSITORY)])
    return {**os.environ, "PYTHONPATH": path, **variables}


def launch(directory: Path, *overrides: str, fake: bool = True, **variables: str) -> Finished:
    """Run a launch to its end in a working directory."""
    try:
        return subprocess.run(
            command(*overrides, fake=fake),
            cwd=directory,
            env=environment(fake=fake, **variables),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        left = processes_in(directory)
        error.add_note(f"left at work: {[(pid, command_of(pid)) for pid in left]}")
        kill_all(left)
        raise


def start(
    directory: Path, *overrides: str, fake: bool = True, **variables: str
) -> subprocess.Popen[str]:
    """Begin a launch in a process group of its own, as a shell does."""
    return subprocess.Popen(
        command(*overrides, fake=fake),
        cwd=directory,
        env=environment(fake=fake, **variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def status(directory: Path, run_id: str, experiment: str = "test") -> dict[str, Any]:
    """Read a run's status file."""
    path = directory / "multirun" / experiment / run_id / "status.json"
    content: dict[str, Any] = json.loads(path.read_text())
    return content


def states(directory: Path, experiment: str = "test") -> dict[str, str]:
    """Return the stored state of every run."""
    paths = sorted((directory / "multirun" / experiment).glob("*/status.json"))
    return {path.parent.name: json.loads(path.read_text())["state"] for path in paths}


def results(directory: Path, experiment: str = "test") -> dict[str, str]:
    """Fingerprint the files that must come out the same, however a sweep went."""
    root = directory / "multirun" / experiment
    return {
        str(path.relative_to(root)): digest_file(path)
        for name in RESULT_FILES
        for path in sorted(root.glob(f"*/{name}"))
    }


def snapshot(directory: Path) -> dict[str, tuple[int, str]]:
    """Fingerprint every file under a directory, with its time of change."""
    return {
        str(path.relative_to(directory)): (path.stat().st_mtime_ns, digest_file(path))
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def wait_for(condition: Callable[[], bool], *, timeout_s: float = TIMEOUT_S) -> None:
    """Wait until something is so, or raise TimeoutError."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the condition did not come about")
        time.sleep(0.05)


def processes_in(directory: Path) -> list[int]:
    """Return the living processes that work in a directory: launcher, workers, trainings."""
    place, found = str(directory.resolve()), []
    for process in filter(str.isdecimal, os.listdir("/proc")):
        try:
            is_ours = os.readlink(f"/proc/{process}/cwd") == place
            if is_ours and "Z" not in Path(f"/proc/{process}/stat").read_text().rpartition(")")[2]:
                found.append(int(process))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


def command_of(process: int) -> str:
    """Return the command line of a process, empty when it is gone."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def struck_after_one_round(
    directory: Path,
    *overrides: str,
    strike: Callable[[subprocess.Popen[str], int], None],
    experiment: str = "test",
) -> subprocess.Popen[str]:
    """Launch for real; strike the launcher or the first run's process after the run's first round.

    Returns the launcher when it has ended. A round takes a fraction of a second, so the run may be
    over before the strike: then all is tried again.
    """
    path = directory / "multirun" / experiment / "boolean_run_01" / "status.json"
    for _ in range(10):
        launcher = start(directory, *overrides, fake=False)
        wait_for(lambda: path.exists() and json.loads(path.read_text())["round"] >= 1)
        strike(launcher, json.loads(path.read_text())["pid"])
        launcher.communicate(timeout=TIMEOUT_S)
        if json.loads(path.read_text())["round"] == 1:
            return launcher
        shutil.rmtree(directory / "multirun")
    raise TimeoutError("the run was always over before it could be struck")


def all_gone(directory: Path, *, timeout_s: float = 120) -> bool:
    """Return whether all processes of a directory end in time, which takes moments."""
    try:
        wait_for(lambda: not processes_in(directory), timeout_s=timeout_s)
    except TimeoutError:
        return False
    return True


def kill_all(processes: Sequence[int]) -> None:
    """End processes of a failed test, by their ids."""
    for process in processes:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
