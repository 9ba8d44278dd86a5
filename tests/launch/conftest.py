"""Sweeps that nothing happened to, or a failure, trained once for all tests of this folder."""

import shutil
from pathlib import Path

import pytest

from tests.launch.here import launch_here
from tests.launch.launching import SWEEP, launch


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A completed sweep, to be copied or compared with."""
    directory = tmp_path_factory.mktemp("undisturbed")
    finished = launch(directory, *SWEEP)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return directory


@pytest.fixture(scope="session")
def failed_once(tmp_path_factory: pytest.TempPathFactory, fork_server: None) -> Path:
    """The same sweep, whose second run has failed after a round."""
    directory = tmp_path_factory.mktemp("failed_once")
    assert launch_here(directory, *SWEEP, FAULTS="2=raise").returncode == 1
    return directory


@pytest.fixture
def begun(failed_once: Path, tmp_path: Path) -> Path:
    """A copy of that sweep, which a test may go on with."""
    shutil.copytree(failed_once / "multirun", tmp_path / "multirun")
    return tmp_path
