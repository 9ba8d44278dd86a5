"""How long the commands of analyze.py take in a fresh process. Makes its own experiments.

python benchmarks/commands.py              21 and 1,000 runs
python benchmarks/commands.py 21 1000 10000
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from analysis import write_experiment

REPOSITORY = Path(__file__).parents[1]
REPEATS = 3
DEFAULT_SIZES = (21, 1000)
MAX_RUNS_WITH_FIGURES = 100
MAX_RUNS_REPEATED = 1000
GOALS_S = {
    ("status", 1000): 1.0,
    ("report", 21): 10.0,
    ("report --no-figures", 1000): 5.0,
    ("report --no-figures", 10_000): 60.0,
}


def seconds(*arguments: str, repeats: int) -> float:
    """Return the best of some wall-clock times of a command."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        command = [sys.executable, *arguments]
        subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return min(times)


def measure(experiment: Path, num_runs: int, *, start_s: float, repeats: int) -> None:
    """Time the commands on one experiment, less the start of Python."""
    commands = ["status", "status --json", "export --format csv", "report --no-figures"]
    if num_runs <= MAX_RUNS_WITH_FIGURES:
        commands.append("report")
    repeats = repeats if num_runs <= MAX_RUNS_REPEATED else 1
    for command in commands:
        arguments = ("analyze.py", *command.split(), str(experiment))
        taken = seconds(*arguments, repeats=repeats) - start_s
        goal = GOALS_S.get((command, num_runs))
        verdict = "" if goal is None else f"  goal {goal:g} s {'met' if taken < goal else 'MISSED'}"
        print(f"{num_runs:>6} runs  {command:<22}{taken:8.2f} s{verdict}", flush=True)


def main() -> None:
    """Measure each size given on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", type=int, nargs="*", default=DEFAULT_SIZES, help="numbers of runs")
    parser.add_argument("--repeats", type=int, default=REPEATS, help="the best of how many times")
    arguments = parser.parse_args()
    start_s = seconds("-c", "pass", repeats=arguments.repeats)
    print(f"Python's own start, left out below: {start_s:.2f} s")
    for num_runs in arguments.sizes:
        with tempfile.TemporaryDirectory() as folder:
            write_experiment(Path(folder), num_runs)
            measure(Path(folder), num_runs, start_s=start_s, repeats=arguments.repeats)


if __name__ == "__main__":
    main()
