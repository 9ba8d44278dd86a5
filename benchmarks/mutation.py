"""Break one rule at a time and see whether the tests notice. Changes nothing in this checkout.

    python benchmarks/mutation.py [--only WORDS]

The rules to break are in mutations.txt. Each is broken in a copy of the sources, where the tests of
the engine run until the first failure. Exits with 1 if a mutation goes unnoticed, or if the tests
fail with nothing broken. About ten seconds per mutation, most of it compiling.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
MUTATIONS = Path(__file__).with_name("mutations.txt")
COPIED = ("cuttle", "conf/rules", "tests/game", "tests/env", "tests/data/games",
          "tests/data/transcripts", "tests/__init__.py", "tests/conftest.py",
          "pyproject.toml")  # fmt: skip
# Cheap and telling ones first: the run ends at the first failure.
TESTS = (
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
)


class Mutation(NamedTuple):
    """One broken rule."""

    path: str  # of the source, below cuttle/
    what: str
    old: str
    new: str


def read_mutations() -> list[Mutation]:
    """Read mutations.txt."""
    found = []
    for block in re.split(r"^@ ", MUTATIONS.read_text(encoding="utf-8"), flags=re.M)[1:]:
        head, *lines = block.splitlines()
        path, what = head.split(": ", 1)
        old, new = ("\n".join(x[1:] for x in lines if x.startswith(sign)) for sign in "-+")
        found.append(Mutation(path, what, old, new))
    return found


def copy_sources(folder: Path) -> None:
    """Copy what the tests of the engine need."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)


def run_tests(folder: Path) -> str:
    """Run the tests in a copy; return the name of the first that fails, or an empty text."""
    options = ["-x", "-q", "-m", "not slow", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTHONPATH": str(folder)}
    process = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *TESTS],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    if process.returncode == 0:
        return ""
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", process.stdout, flags=re.M)
    if not failed:
        raise RuntimeError(f"pytest failed without a failing test:\n{process.stdout[-2_000:]}")
    return str(failed[0])


def noticed_by(mutation: Mutation | None) -> str:
    """Break a rule in a copy, or none; return the test that notices, or an empty text."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_sources(folder)
        if mutation is not None:
            path = folder / "cuttle" / mutation.path
            source = path.read_text(encoding="utf-8")
            assert source.count(mutation.old) == 1, f"{mutation.what}: not once in {path.name}"
            path.write_text(source.replace(mutation.old, mutation.new), encoding="utf-8")
        return run_tests(folder)


def main() -> int:
    """Try every mutation; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="try mutations whose text has these words")
    arguments = parser.parse_args()
    if test := noticed_by(None):
        print(f"with nothing broken {test} fails")
        return 1
    mutations = [m for m in read_mutations() if arguments.only in f"{m.path}: {m.what}"]
    survivors = 0
    for mutation in mutations:
        started = time.perf_counter()
        test = noticed_by(mutation)
        survivors += not test
        seconds = time.perf_counter() - started
        outcome = test.removeprefix("tests/") if test else "NOT NOTICED"
        print(f"{seconds:5.0f} s  {mutation.path}: {mutation.what}: {outcome}", flush=True)
    print(f"{len(mutations)} mutations, {len(mutations) - survivors} noticed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
