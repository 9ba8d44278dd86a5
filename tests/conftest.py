"""Options of the whole test suite."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag that writes the golden transcripts anew."""
    parser.addoption(
        "--remake-transcripts",
        action="store_true",
        help="write tests/data/transcripts anew instead of comparing with it",
    )
