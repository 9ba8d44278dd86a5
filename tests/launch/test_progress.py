"""A sweep as a terminal shows it, in place; without one, as lines, see `test_launch.py`."""

import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from tests.launch.launching import TIMEOUT_S, command, environment

pytestmark = pytest.mark.slow

COLUMNS = 80
WORDS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # what moves the cursor and colours


def shown(directory: Path, *overrides: str) -> tuple[str, int]:
    """Launch on a terminal of its own; return all that it showed, and the exit status."""
    terminal, side_of_program = pty.openpty()
    program = subprocess.Popen(
        command(*overrides),
        cwd=directory,
        env={**environment(), "TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "ROUND_S": "0.3"},
        stdin=side_of_program,
        stdout=side_of_program,
        stderr=side_of_program,
        start_new_session=True,
    )
    os.close(side_of_program)
    text = b""
    try:
        while block := os.read(terminal, 65_536):
            text += block
    except OSError:  # how Linux says that the program has left its terminal
        pass
    os.close(terminal)
    return text.decode(), program.wait(timeout=TIMEOUT_S)


def test_a_terminal_shows_how_far_each_run_is_and_what_is_left(tmp_path: Path) -> None:
    text, exit_status = shown(tmp_path, "-m", "experiment=test", "run=1,2")

    assert exit_status == 0
    assert "0 of 2 runs completed, 0 failed" in text
    assert "2 of 2 runs completed, 0 failed" in text
    assert re.search(r"boolean_run_01 .* round [1-9]/", text)
    assert "boolean_run_01 round 1/" not in text  # a bar, not a line for each round
    assert re.search(r"boolean_run_02 completed in .* in the final games", text)
    shown_lines = WORDS.sub("", text).splitlines()
    assert max(len(line) for line in shown_lines if "  round " in line) <= COLUMNS
