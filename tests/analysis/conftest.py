"""The command line in this process, and studies that are written and computed once per session."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cuttle.analysis import Study, load
from cuttle.analysis.cli.app import main as analyze

from .experiments import MAIN, write_experiment, write_factorial
from .studies import AWKWARD

Make = Callable[..., Study]


class Ended(NamedTuple):
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str


Cli = Callable[..., Ended]


class Report(NamedTuple):
    """What `analyze.py report` wrote of a study, and how it ended."""

    experiment: Path
    status: int

    @property
    def directory(self) -> Path:
        return self.experiment / "analysis"

    @property
    def page(self) -> Path:
        return self.directory / "report.html"


def run_cli(*arguments: object) -> int:
    """Call the command line in this process and return its exit status."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr(sys, "argv", ["analyze.py", *map(str, arguments)])
        analyze()
    return int(ended.value.code or 0)


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Cli:
    """Call the command line in this process, and return what it and its children printed."""
    return lambda *arguments: Ended(run_cli(*arguments), *capfd.readouterr())


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Report]:
    """Report an awkward study in full, by its name."""

    @functools.cache
    def report(kind: str) -> Report:
        experiment = AWKWARD[kind](tmp_path_factory.mktemp(kind))
        return Report(experiment, run_cli("report", experiment))

    return report


def cached(write: Callable[..., Path], factory: pytest.TempPathFactory) -> Make:
    """Make a function that writes and loads a study, once for equal arguments."""
    known: dict[str, Study] = {}

    def make(*arguments: Any, **meta: Any) -> Study:
        key = repr((arguments, meta))
        if key not in known:
            known[key] = load(write(factory.mktemp("root"), *arguments, **meta))
        return known[key]

    return make


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Load a study of win rates by type; its statistics are computed once."""
    return cached(write_experiment, tmp_path_factory)


@pytest.fixture(scope="session")
def factorial(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Load a study of several factors; its statistics are computed once."""
    return cached(write_factorial, tmp_path_factory)


@pytest.fixture(scope="session")
def main(study: Make) -> Study:
    """Three types of seven runs, of which two differ from the first."""
    return study(MAIN)


@pytest.fixture(scope="session")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Three types, five runs each, two opponents."""
    return load(AWKWARD["ordinary"](tmp_path_factory.mktemp("ordinary")))
