"""Reports that many tests look at, each written once per session."""

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from cuttle.analysis import Study, load
from cuttle.analysis.cli import app

from .awkward import AWKWARD
from .experiments import MAIN, write_experiment


class Report(NamedTuple):
    """What `analyze.py report` wrote of a study, and how it ended."""

    experiment: Path
    exit_status: int

    @property
    def directory(self) -> Path:
        return self.experiment / "analysis"

    @property
    def page(self) -> Path:
        return self.directory / "report.html"


@pytest.fixture(scope="session")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Report]:
    """Report an awkward study in full, by its name."""

    @functools.cache
    def report(kind: str) -> Report:
        experiment = AWKWARD[kind](tmp_path_factory.mktemp(kind))
        with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
            patch.setattr(sys, "argv", ["analyze.py", "report", str(experiment)])
            app.main()
        assert isinstance(ended.value.code, int)
        return Report(experiment, ended.value.code)

    return report


@pytest.fixture(scope="session")
def ordinary(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Three types, five runs each, two opponents; statistics are computed once."""
    return load(AWKWARD["ordinary"](tmp_path_factory.mktemp("ordinary")))


@pytest.fixture(scope="session")
def main(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Three types of seven runs, of which two differ from the first."""
    return load(write_experiment(tmp_path_factory.mktemp("main"), MAIN))
