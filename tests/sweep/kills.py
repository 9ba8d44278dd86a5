"""Sweeps killed at random instants until they are complete. Counts and compares; no tests here."""

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.sweep.launching import all_gone, kill_all, launch, processes_in, results, start

SWEEP = ("-m", "experiment=test", "run=range(1,7)", "hydra.launcher.n_jobs=2")
ROUND_S = "0.4"
MAX_LAUNCHES = 60
ROLES = ("training", "worker", "fork server", "launcher")
EVERYTHING = "everything"


@dataclass
class Toll:
    """What a sweep went through: kills by kind, launches it took, what was wrong at the end."""

    kills: Counter[str] = field(default_factory=Counter)
    launches: int = 0
    complaints: list[str] = field(default_factory=list)


def campaign(directory: Path, *, num_kills: int, seed: int) -> Iterator[Toll]:
    """Yield the toll of sweep after sweep until so many kills have hit; compare every file."""
    rng = random.Random(seed)
    quiet = directory / "quiet"
    quiet.mkdir()
    started = time.monotonic()
    assert launch(quiet, *SWEEP, ROUND_S=ROUND_S).returncode == 0
    gap_s = (time.monotonic() - started) / 4
    hits = number = 0
    while hits < num_kills:
        number += 1
        disturbed = directory / f"sweep_{number}"
        disturbed.mkdir()
        try:
            toll = harass(disturbed, SWEEP, rng, gap_s=gap_s, ROUND_S=ROUND_S)
        finally:
            kill_all(processes_in(disturbed))
        if names := differing(disturbed, results(quiet)):
            toll.complaints.append(f"files that differ: {names}")
        hits += toll.kills.total()
        yield toll


def role(process: int) -> str:
    """Tell what part a process plays, from its command line and its parent's."""
    words = _command(process)
    if "train.py" in words:
        return "launcher"
    if "fork_server" in words:
        return "training" if "fork_server" in _command(_parent(process)) else "fork server"
    return "worker" if "loky" in words and "resource_tracker" not in words else "helper"


def harass(
    directory: Path, sweep: tuple[str, ...], rng: random.Random, *, gap_s: float, **variables: str
) -> Toll:
    """Launch a sweep again and again, killing parts of it, until a launch ends undisturbed."""
    toll = Toll()
    while toll.launches < MAX_LAUNCHES:
        toll.launches += 1
        process = start(directory, *sweep, **variables)
        while process.poll() is None:
            time.sleep(rng.uniform(0.0, gap_s))
            if process.poll() is None and toll.launches < MAX_LAUNCHES // 2:
                _kill_something(directory, rng, toll)
        process.communicate()
        if not all_gone(directory, timeout_s=10):
            toll.complaints.append(f"orphans: {[role(p) for p in processes_in(directory)]}")
        if process.returncode == 0:
            break
    leftovers = [
        str(path.relative_to(directory))
        for pattern in ("**/.tmp-*", "**/checkpoint.pt")
        for path in directory.glob(pattern)
    ]
    if leftovers:
        toll.complaints.append(f"stray files: {leftovers}")
    return toll


def _kill_something(directory: Path, rng: random.Random, toll: Toll) -> None:
    processes = [(process, role(process)) for process in processes_in(directory)]
    kinds = sorted({kind for _, kind in processes if kind in ROLES})
    if not kinds:
        return
    kind = rng.choice([*kinds, EVERYTHING])
    victims = [process for process, its in processes if kind in (its, EVERYTHING)]
    hits = 0
    for victim in victims if kind == EVERYTHING else victims[:1]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
            hits += 1
    toll.kills[kind] += hits > 0  # killing everything counts once


def differing(directory: Path, undisturbed: dict[str, str]) -> list[str]:
    """Name the result files that differ from those of an undisturbed sweep."""
    found = results(directory)
    return sorted(
        name
        for name in found.keys() | undisturbed.keys()
        if found.get(name) != undisturbed.get(name)
    )


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _parent(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
