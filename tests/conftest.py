"""Options of the whole test suite."""

import os
import signal
from unittest import mock

import pytest

from cuttle.launch import isolate
from cuttle.launch.arithmetic import environment
from cuttle.launch.training_program import PROGRAM


def pytest_configure() -> None:
    """Let Ctrl-C reach the programs under test, also where a script runs the suite unattended."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag that writes the golden transcripts anew."""
    parser.addoption(
        "--remake-transcripts",
        action="store_true",
        help="write tests/data/transcripts anew instead of comparing with it",
    )


@pytest.fixture(scope="session")
def fork_server() -> None:
    """Start the fork server of this process as a launch does that trains in its own children.

    Those train with the fake trainer, which pytest's `pythonpath` lets the server find. It loads
    games once, for the checks of all launches.
    """
    with mock.patch.dict(os.environ, WARM_UP="real"):
        isolate.start_server([PROGRAM.warm_up], environment({"threads": 1}))
