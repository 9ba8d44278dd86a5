"""What launching costs: sweeps of sleeping runs against bare joblib, and sweeps already finished.

    python -m benchmarks.launcher --seconds 0.5          overhead of a run
    python -m benchmarks.launcher --seconds 30           the ratio that a user feels
    python -m benchmarks.launcher --finished 1000        a sweep with nothing left to do

Trainings are those of the launcher's tests: they record everything and learn nothing. Bare joblib
calls a function that sleeps as long, in workers that have imported what a training needs; how long
either side takes to its first training is shown apart, and left out of the overhead of a run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from statistics import median

from cuttle.runs.layout import OWN_RESULTS, RunState
from cuttle.runs.status import parse_status, write_status
from tests.launch.launching import FAKE, command, environment

NUM_RUNS = 21
NUM_JOBS = 2
ROUNDS = 3
TYPES = "network_type=boolean,embedding,multi_encoder"
SWEEP = ("-m", "experiment=sleep", TYPES, "run=range(1,8)")

BARE_JOBLIB = f"""
import os, sys, time
sys.path.insert(0, {str(FAKE)!r})
from joblib import Parallel, delayed

def train(run):
    from cuttle.launch import train_run
    if not hasattr(train_run, "is_warm"):  # once per worker
        train_run.warm_up()
        train_run.is_warm = True
    os.write(1, b"%f\\n" % time.time())  # in one piece, also where two workers begin at once
    time.sleep(float(sys.argv[1]))

Parallel(n_jobs={NUM_JOBS}, backend="loky")(delayed(train)(run) for run in range({NUM_RUNS}))
"""


def main() -> None:
    """Measure what was asked for and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, help="how long a run sleeps")
    parser.add_argument("--finished", type=int, help="completed runs of one type to launch again")
    parser.add_argument("--repeats", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.seconds is not None:
        measure_overhead(arguments.seconds, arguments.repeats)
    if arguments.finished is not None:
        measure_finished(arguments.finished)


def measure_overhead(seconds: float, repeats: int) -> None:
    """Compare a sweep with bare joblib, in turns, each from a cold start."""
    pairs = [(time_bare(seconds), time_sweep(seconds)) for _ in range(repeats)]
    bare, ours = (middle([pair[side] for pair in pairs]) for side in (0, 1))
    print(
        f"{NUM_RUNS} runs of {seconds} s, {NUM_JOBS} at a time: bare joblib {bare.whole_s:.2f} s, "
        f"cuttle {ours.whole_s:.2f} s = {ours.whole_s / bare.whole_s:.3f} times; first training "
        f"after {bare.first_s:.2f} s and {ours.first_s:.2f} s, from there "
        f"{(ours.rest_s - bare.rest_s) / NUM_RUNS:+.3f} s a run"
    )


@dataclass(frozen=True)
class Timing:
    """Seconds of a sweep as a whole, and of its way to the first training."""

    whole_s: float
    first_s: float

    @property
    def rest_s(self) -> float:
        """Seconds from the first training to the end."""
        return self.whole_s - self.first_s


def middle(timings: list[Timing]) -> Timing:
    """Return the median of each part."""
    return Timing(median(t.whole_s for t in timings), median(t.first_s for t in timings))


def time_bare(seconds: float) -> Timing:
    """Time joblib alone, with the imports that any training needs."""
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:
        script.write(BARE_JOBLIB)
        script.flush()
        began = time.time()
        finished = subprocess.run(
            [sys.executable, script.name, str(seconds)],
            env=environment(OMP_NUM_THREADS="1", WARM_UP="real"),
            stdout=subprocess.PIPE,
            check=True,
        )
        ended = time.time()
    return Timing(ended - began, min(map(float, finished.stdout.split())) - began)


def time_sweep(seconds: float) -> Timing:
    """Time a sweep."""
    with tempfile.TemporaryDirectory() as directory:
        began = time.time()
        launch(Path(directory), f"hydra.launcher.n_jobs={NUM_JOBS}", round_s=seconds / ROUNDS)
        ended = time.time()
        statuses = (json.loads(path.read_text()) for path in Path(directory).rglob("status.json"))
        first = min(datetime.fromisoformat(s["started_at"]).timestamp() for s in statuses)
    return Timing(ended - began, first - began)


def measure_finished(count: int) -> None:
    """Time a launch that finds every run completed."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        runs = f"run=range(1,{count + 1})"
        launch(directory, "network_type=boolean", runs, "init_only=true")
        for path in directory.rglob("status.json"):
            pretend_completed(path.parent)
        started = time.perf_counter()
        launch(directory, "network_type=boolean", runs)
        print(f"{count} completed runs launched again: {time.perf_counter() - started:.2f} s")


def pretend_completed(run_dir: Path) -> None:
    """Give a set-up run the files that a completed one must have."""
    for name in OWN_RESULTS:
        (run_dir / name).parent.mkdir(exist_ok=True)
        (run_dir / name).write_text("{}\n")
    status = parse_status(json.loads((run_dir / "status.json").read_text()))
    write_status(run_dir, replace(status, state=RunState.COMPLETED, results=list(OWN_RESULTS)))


def launch(directory: Path, *overrides: str, round_s: float = 0.0) -> None:
    """Launch the sweep and wait for its end."""
    subprocess.run(
        command(*SWEEP, *overrides),
        cwd=directory,
        env=environment(ROUND_S=str(round_s), WARM_UP="real"),
        stdout=subprocess.DEVNULL,
        check=True,
    )


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)
    main()
