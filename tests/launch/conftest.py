"""The sweep that nothing happened to, trained once for all tests of this folder."""

from pathlib import Path

import pytest

from tests.launch.launching import SWEEP, launch


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A completed sweep, to be copied or compared with."""
    directory = tmp_path_factory.mktemp("undisturbed")
    finished = launch(directory, *SWEEP)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return directory
