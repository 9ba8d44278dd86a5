"""Options of the whole test suite."""

import signal

import pytest


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
