"""How long the commands of analyze.py take in a fresh process. Makes its own experiments.

python benchmarks/commands.py              21 and 1,000 runs
python benchmarks/commands.py 21 1000 10000
"""

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


def seconds(*arguments: str, repeats: int = REPEATS) -> float:
    """Return the best of some wall-clock times of a command."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        command = [sys.executable, *arguments]
        subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return min(times)


def measure(experiment: Path, num_runs: int, start_s: float) -> None:
    """Time the commands on one experiment, less the start of Python."""
    commands = ["status", "status --json", "export --format csv", "report --no-figures"]
    if num_runs <= MAX_RUNS_WITH_FIGURES:
        commands.append("report")
    repeats = REPEATS if num_runs <= MAX_RUNS_REPEATED else 1
    for command in commands:
        arguments = ("analyze.py", *command.split(), str(experiment))
        taken = seconds(*arguments, repeats=repeats) - start_s
        goal = GOALS_S.get((command, num_runs))
        verdict = "" if goal is None else f"  goal {goal:g} s {'met' if taken < goal else 'MISSED'}"
        print(f"{num_runs:>6} runs  {command:<22}{taken:8.2f} s{verdict}", flush=True)


def main() -> None:
    """Measure each size given on the command line."""
    start_s = seconds("-c", "pass")
    print(f"Python's own start, left out below: {start_s:.2f} s")
    for num_runs in [int(size) for size in sys.argv[1:]] or DEFAULT_SIZES:
        with tempfile.TemporaryDirectory() as folder:
            write_experiment(Path(folder), num_runs)
            measure(Path(folder), num_runs, start_s)


if __name__ == "__main__":
    main()
