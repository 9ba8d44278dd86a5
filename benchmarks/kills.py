"""Kill sweeps at random instants until enough kills have hit, and compare every byte they leave.

    python -m benchmarks.kills --kills 50

Victims are trainings, workers, fork servers, launchers, or everything at once, by SIGKILL.
Exits 1 on a differing file, an orphan process or a stray file.
"""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.sweep.kills import campaign


def main() -> int:
    """Print a line for each sweep and a total."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    total: Counter[str] = Counter()
    complaints: list[str] = []
    with tempfile.TemporaryDirectory() as directory:
        tolls = campaign(Path(directory), num_kills=arguments.kills, seed=arguments.seed)
        for number, toll in enumerate(tolls, start=1):
            total += toll.kills
            complaints += toll.complaints
            kills = ", ".join(f"{count} {kind}" for kind, count in sorted(toll.kills.items()))
            verdict = "; ".join(toll.complaints) or "identical"
            print(f"sweep {number}: {toll.launches} launches, {kills}: {verdict}", flush=True)
    print(f"{total.total()} kills ({dict(total)}), {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
