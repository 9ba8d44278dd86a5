"""Sweeps killed and stopped at random instants until complete. Compares; no tests here."""

import contextlib
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cuttle.runs.layout import RunState
from tests.launch.launching import (
    all_gone,
    command_of,
    kill_all,
    launch,
    processes_in,
    results,
    start,
    status,
    wait_for,
)

SWEEP = ("-m", "experiment=test", "run=range(1,7)", "hydra.launcher.n_jobs=2")
FAKE = ("training.rounds=6",)
FAKE_ROUND_S = 0.2
REAL = ("training=smoke",)
MAX_LAUNCHES = 30
TRAINING = "training"  # a process that trains a run now, as the run's status says
ALL = "everything"
FORK_SERVER, WORKER, LAUNCHER = "fork server", "worker", "launcher"
KINDS = (TRAINING, WORKER, FORK_SERVER, LAUNCHER, ALL)
MAX_PAUSE_S = 2.0
FORK_SERVER_COMMAND = "multiprocessing.forkserver"
KILLS = tuple((kind, signal.SIGKILL) for kind in (TRAINING, TRAINING, *KINDS))
PAUSES = tuple((kind, signal.SIGSTOP) for kind in KINDS)
DECK = (*KILLS, *PAUSES)  # for each sweep


@dataclass
class SweepLog:
    """What a sweep went through: strikes by kind, launches it took, what was wrong at the end.

    rounds: kills of trainings by the number of rounds that they had finished
    """

    kills: Counter[str] = field(default_factory=Counter)
    pauses: Counter[str] = field(default_factory=Counter)
    rounds: Counter[int] = field(default_factory=Counter)
    launches: int = 0
    complaints: list[str] = field(default_factory=list)


class KillTest:
    """Sweeps under one directory, each killed in all ways and compared with a quiet one."""

    def __init__(self, directory: Path, *, seed: int, is_fake: bool = True) -> None:
        """Train the quiet sweep, which also says how long things take."""
        self._directory = directory
        self._rng = random.Random(seed)
        self._is_fake = is_fake
        self._sweep = (*SWEEP, *(FAKE if is_fake else REAL))
        quiet = directory / "quiet"
        quiet.mkdir()
        finished = launch(quiet, *self._sweep, fake=is_fake, ROUND_S=str(FAKE_ROUND_S))
        assert finished.returncode == 0, finished.stdout + finished.stderr
        self._run_s = status(quiet, "boolean_run_01")["duration_s"]
        self._quiet = results(quiet)

    def sweeps(self, *, num_kills: int) -> Iterator[SweepLog]:
        """Yield the log of sweep after sweep until so many kills have hit."""
        hits = number = 0
        while hits < num_kills:
            number += 1
            disturbed = self._directory / f"sweep_{number}"
            disturbed.mkdir()
            try:
                log = self._disturb(disturbed)
            finally:
                kill_all(processes_in(disturbed))
            if names := differing(results(disturbed), self._quiet):
                log.complaints.append(f"files that differ: {names}")
            hits += log.kills.total()
            yield log

    def _disturb(self, directory: Path) -> SweepLog:
        """Launch a sweep again and again, killing parts of it, until a launch ends undisturbed."""
        log = SweepLog()
        deck = self._rng.sample(DECK, len(DECK))
        while log.launches < MAX_LAUNCHES:
            log.launches += 1
            process = start(directory, *self._sweep, fake=self._is_fake, ROUND_S=str(FAKE_ROUND_S))
            while deck and process.poll() is None:
                if self._signal(*deck[-1], directory, process, log):
                    deck.pop()
            process.communicate()
            if not all_gone(directory):
                log.complaints.append(f"orphans: {[role(p) for p in processes_in(directory)]}")
            if process.returncode == 0:
                break
        if leftovers := stray_files(directory):
            log.complaints.append(f"stray files: {leftovers}")
        return log

    def _signal(
        self,
        kind: str,
        number: signal.Signals,
        directory: Path,
        process: subprocess.Popen[str],
        log: SweepLog,
    ) -> bool:
        """Strike processes of a kind, a random time after one is there; return whether any was."""
        wait_for(lambda: process.poll() is not None or bool(victims(directory, kind)))
        time.sleep(self._rng.uniform(0.0, self._run_s))
        found, trainings = victims(directory, kind), rounds_of_trainings(directory)
        chosen = found if kind == ALL else self._rng.sample(found, min(1, len(found)))
        hits = send(number, chosen)
        if number == signal.SIGSTOP:
            time.sleep(self._rng.uniform(0.0, MAX_PAUSE_S))
            send(signal.SIGCONT, chosen)
        if hits:
            (log.kills if number == signal.SIGKILL else log.pauses)[kind] += 1
        if hits and kind == TRAINING and number == signal.SIGKILL:
            log.rounds[trainings.get(chosen[0], 0)] += 1
        return hits > 0


def send(number: signal.Signals, processes: list[int]) -> int:
    """Send a signal to processes and return how many were still there."""
    hits = 0
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, number)
            hits += 1
    return hits


def victims(directory: Path, kind: str) -> list[int]:
    """Return the processes of a kind that work in a directory."""
    processes = processes_in(directory)
    trainings = [process for process in rounds_of_trainings(directory) if process in processes]
    if kind == TRAINING:
        return trainings
    if kind == FORK_SERVER:  # those that serve trainings; a launcher has one of its own to check
        return sorted({_parent(process) for process in trainings} & set(processes))
    return [process for process in processes if kind in (ALL, role(process))]


def rounds_of_trainings(directory: Path) -> dict[int, int]:
    """Return the finished rounds of every run that says it is running, by its process."""
    run_ids = [path.parent.name for path in sorted(directory.glob("multirun/test/*/status.json"))]
    found = [status(directory, run_id) for run_id in run_ids]
    return {s["pid"]: s["round"] for s in found if s["state"] == RunState.RUNNING}


def role(process: int) -> str:
    """Return what part a process plays, from its command line and its parent's."""
    words = command_of(process)
    if FORK_SERVER_COMMAND in words:  # first, for it may name the script that has started it
        return "forked" if FORK_SERVER_COMMAND in command_of(_parent(process)) else FORK_SERVER
    if "resource_tracker" in words or "multiprocessing.spawn" in words:
        return "helper"
    return WORKER if "loky" in words else LAUNCHER


def stray_files(directory: Path) -> list[str]:
    """Name what an interrupted write may have left, and checkpoints of completed runs."""
    return [
        str(path.relative_to(directory))
        for pattern in ("**/.tmp-*", "**/checkpoint.pt")
        for path in directory.glob(pattern)
    ]


def differing(found: dict[str, str], undisturbed: dict[str, str]) -> list[str]:
    """Name the result files that differ from those of an undisturbed sweep."""
    names = found.keys() | undisturbed.keys()
    return sorted(name for name in names if found.get(name) != undisturbed.get(name))


def _parent(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
