"""The command line in this process, and studies that are written and computed once per session."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cuttle.analysis import Study, load
from cuttle.analysis.cli.app import main as analyze

from .experiments import MAIN, TYPES, write_experiment, write_factorial
from .studies import AWKWARD, WITH_FIGURES

Make = Callable[..., Study]


class Ended(NamedTuple):
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str


Cli = Callable[..., Ended]


class Report(NamedTuple):
    """How `analyze.py report` of an experiment ended, and where it wrote."""

    experiment: Path
    status: int
    directory: Path
    page: Path


def run_cli(*arguments: object) -> int:
    """Call the command line in this process and return its exit status."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr(sys, "argv", ["analyze.py", *map(str, arguments)])
        for name in ("stdout", "stderr"):  # which the program replaces
            patch.setattr(sys, name, getattr(sys, name))
        analyze()
    return int(ended.value.code or 0)


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Cli:
    """Call the command line in this process, and return what it and its children printed."""
    return lambda *arguments: Ended(run_cli(*arguments), *capfd.readouterr())


@pytest.fixture
def multirun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory, in which the command line looks for experiments."""
    monkeypatch.setenv("CUTTLE_ROOT", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Report]:
    """Report an awkward study by its name, the two largest with figures."""

    @functools.cache
    def report(kind: str) -> Report:
        experiment = AWKWARD[kind](tmp_path_factory.mktemp(kind))
        figures = "--figures" if kind in WITH_FIGURES else "--no-figures"
        directory = experiment / "analysis"
        return Report(
            experiment, run_cli("report", experiment, figures), directory, directory / "report.html"
        )

    return report


def cached(write: Callable[..., Path], factory: pytest.TempPathFactory, **defaults: Any) -> Make:
    """Make a function that writes and loads a study, once for equal arguments."""
    known: dict[str, Study] = {}

    def make(groups: Any, **meta: Any) -> Study:
        meta = defaults | {k: tuple(v) if k == "planned" else v for k, v in meta.items()}
        key = repr((groups, meta))
        if key not in known:
            known[key] = load(write(factory.mktemp("root"), groups, **meta))
        return known[key]

    return make


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Load a study of win rates by type; its statistics are computed once."""
    return cached(write_experiment, tmp_path_factory, planned=TYPES)


@pytest.fixture(scope="session")
def factorial(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Load a study of several factors; its statistics are computed once."""
    return cached(write_factorial, tmp_path_factory)


@pytest.fixture(scope="session")
def main(study: Make) -> Study:
    """Three types of seven runs, of which two differ from the first."""
    return study(MAIN)
