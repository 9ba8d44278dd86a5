"""Break the code in one place at a time and see whether tests notice. Changes nothing here.

    python benchmarks/mutation.py [--area NAME] [--only WORDS]

What to break is in mutations.txt. Each mutation is made in a copy of this checkout, where the tests
of its area run until the first failure: the fast ones, of the launcher also slow ones after them.
Exits with 1 if a mutation goes unnoticed, or if the tests fail with nothing broken. About ten
seconds per mutation that fast tests notice; of the rules, most of it compiling.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
MUTATIONS = Path(__file__).with_name("mutations.txt")
NOT_COPIED = shutil.ignore_patterns(".*", "multirun", "*.egg-info")
TIMEOUT_S = 600  # a broken lock may wait forever


class Area(NamedTuple):
    """Packages, below cuttle/, and the tests that should notice what is broken there."""

    packages: tuple[str, ...]
    tests: tuple[str, ...]  # of which those that are not marked as slow are run
    slow_tests: tuple[str, ...] = ()  # of which the others are run


# Cheap and telling tests first: the run ends at the first failure.
AREAS = {
    "rules": Area(
        ("game", "env"),
        (
            "tests/game/test_cuttle_cards.py",
            "tests/game/test_classic.py",
            "tests/game/test_cuttle_cards_1_0_1.py",
            "tests/game/test_cuttle_cards_2_0_0.py",
            "tests/game/test_stalemate.py",
            "tests/game/test_conformance.py",
            "tests/game/test_second_opinion.py",
            "tests/game/test_state.py",
            "tests/game/test_laws.py",
            "tests/env/test_observation.py",
            "tests/env/test_vector.py",
        ),
    ),
    "learner": Area(("training", "networks"), ("tests/networks", "tests/training")),
    "launcher": Area(
        ("runs", "launch"),
        ("tests/runs", "tests/launch"),
        (
            "tests/launch/test_worker.py",
            "tests/launch/test_isolate.py",
            "tests/launch/test_launch.py",
            "tests/launch/test_failures.py",
            "tests/test_cli_train.py",
        ),
    ),
    "statistics": Area(
        ("analysis",),
        (
            "tests/analysis/test_golden.py",
            "tests/analysis/test_statistics.py",
            "tests/analysis/test_reference.py",
            "tests/analysis/test_verdict.py",
            "tests/analysis/test_data.py",
        ),
    ),
}


class Mutation(NamedTuple):
    """One broken place."""

    path: str  # of the source, below cuttle/
    what: str
    old: str
    new: str

    @property
    def area(self) -> str:
        """Return the name of the area that the source belongs to."""
        package = self.path.partition("/")[0]
        return next(name for name, area in AREAS.items() if package in area.packages)


def read_mutations() -> list[Mutation]:
    """Read mutations.txt."""
    found = []
    for block in re.split(r"^@ ", MUTATIONS.read_text(encoding="utf-8"), flags=re.M)[1:]:
        head, *lines = block.splitlines()
        path, what = head.split(": ", 1)
        old, new = ("\n".join(x[1:] for x in lines if x.startswith(sign)) for sign in "-+")
        found.append(Mutation(path, what, old, new))
    return found


def run_tests(folder: Path, area: Area) -> str:
    """Run an area's tests in a copy; return the name of the first that fails, or an empty text."""
    failed = run_pytest(folder, "not slow", area.tests)
    return failed or (run_pytest(folder, "slow", area.slow_tests) if area.slow_tests else "")


def run_pytest(folder: Path, marks: str, tests: tuple[str, ...]) -> str:
    """Run those of the tests that have these marks; return as `run_tests` does."""
    options = ["-x", "-q", "-m", marks, "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    command = [sys.executable, "-m", "pytest", *options, *tests]
    with tempfile.TemporaryFile("w+") as output:  # a pipe would wait for what the tests left behind
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, start_new_session=True
        )
        try:
            status = process.wait(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return f"no end within {TIMEOUT_S} s"
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output.seek(0)
        printed = output.read()
    if status == 0:
        return ""
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", printed, flags=re.M)
    if not failed:
        raise RuntimeError(f"pytest failed without a failing test:\n{printed[-2_000:]}")
    return str(failed[0])


def noticed_by(folder: Path, mutation: Mutation) -> str:
    """Break one place in a copy; return the test that notices, or an empty text."""
    path = folder / "cuttle" / mutation.path
    source = path.read_text(encoding="utf-8")
    assert source.count(mutation.old) == 1, f"{mutation.what}: not once in {path.name}"
    path.write_text(source.replace(mutation.old, mutation.new), encoding="utf-8")
    try:
        return run_tests(folder, AREAS[mutation.area])
    finally:
        shutil.copy2(ROOT / "cuttle" / mutation.path, path)


def main() -> int:
    """Try every mutation; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--area", choices=AREAS, help="try mutations of this area")
    parser.add_argument("--only", default="", help="try mutations whose text has these words")
    arguments = parser.parse_args()
    mutations = [
        m
        for m in read_mutations()
        if arguments.only in f"{m.path}: {m.what}" and arguments.area in (None, m.area)
    ]
    survivors = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "copy"
        shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
        for area in dict.fromkeys(m.area for m in mutations):
            if test := run_tests(folder, AREAS[area]):
                print(f"with nothing broken {test} fails")
                return 1
        for mutation in mutations:
            started = time.perf_counter()
            test = noticed_by(folder, mutation)
            survivors += not test
            seconds = time.perf_counter() - started
            outcome = test.removeprefix("tests/") if test else "NOT NOTICED"
            print(f"{seconds:5.0f} s  {mutation.path}: {mutation.what}: {outcome}", flush=True)
    print(f"{len(mutations)} mutations, {len(mutations) - survivors} noticed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
