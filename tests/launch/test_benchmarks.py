"""The benchmarks of the launch run, in small."""

import subprocess
import sys

import pytest

from tests.launch.launching import REPOSITORY, environment

pytestmark = pytest.mark.slow


def measured(*words: str) -> str:
    """Run the benchmark and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.launcher", *words],
        cwd=REPOSITORY,
        env=environment(fake=False),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout


def test_a_finished_sweep_is_timed() -> None:
    assert measured("--finished", "2").startswith("2 completed runs launched again: ")


def test_the_overhead_of_a_run_is_measured() -> None:
    assert "21 runs of 0.0 s, 2 at a time: bare joblib " in measured("--seconds", "0")
