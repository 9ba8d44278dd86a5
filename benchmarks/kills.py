"""Kill sweeps at random instants until enough kills have hit, and compare every byte they leave.

    python -m benchmarks.kills --kills 50

Victims are trainings in the middle of a run, workers, fork servers, launchers, or everything at
once, by SIGKILL; between kills each of them is stopped for a while. Trainings are those of the
launcher's tests, or with --real those of a user.
Exits 1 on a differing file, an orphan process or a stray file.
"""

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.launch.kills import KillTest


def main() -> int:
    """Print a line for each sweep and a total."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--real", action="store_true", help="train with the smoke budget")
    arguments = parser.parse_args()
    kills: Counter[str] = Counter()
    pauses: Counter[str] = Counter()
    rounds: Counter[int] = Counter()
    complaints: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        test = KillTest(Path(name), seed=arguments.seed, is_fake=not arguments.real)
        for number, log in enumerate(test.sweeps(num_kills=arguments.kills), start=1):
            kills += log.kills
            pauses += log.pauses
            rounds += log.rounds
            complaints += log.complaints
            verdict = "; ".join(log.complaints) or "identical"
            strikes = f"killed {listed(log.kills)}; stopped {listed(log.pauses)}"
            print(f"sweep {number}: {log.launches} launches, {strikes}: {verdict}", flush=True)
    print(
        f"{kills.total()} kills in {number} sweeps: {listed(kills)}; "
        f"{pauses.total()} stopped for a while: {listed(pauses)}; {len(complaints)} complaints"
    )
    ends = ", ".join(f"{count} after round {done}" for done, count in sorted(rounds.items()))
    print(f"trainings killed: {ends}")
    return 1 if complaints else 0


def listed(strikes: Counter[str]) -> str:
    """Count strikes by kind in words."""
    return ", ".join(f"{count} {kind}" for kind, count in sorted(strikes.items())) or "none"


if __name__ == "__main__":
    sys.exit(main())
