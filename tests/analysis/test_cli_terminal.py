"""The live view on a terminal."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .experiments import write_experiment, write_run

REPOSITORY = Path(__file__).parents[2]
TIMEOUT_S = 60


class Terminal:
    """A terminal in which the live view of an experiment runs."""

    def __init__(self, experiment: Path) -> None:
        self.master, self.end = pty.openpty()
        self.resize(24, 100)
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "analyze.py", "status", "--watch", str(experiment)],
            cwd=REPOSITORY, stdin=self.end, stdout=self.end, stderr=self.end,
            env={**os.environ, "TERM": "xterm-256color"}, start_new_session=True,
        )  # fmt: skip
        self.read_until("boolean_run_03")

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read_until(self, text: str) -> str:
        """Read what the terminal shows until a text is among it."""
        seen = ""
        while text not in seen:
            assert select.select([self.master], [], [], TIMEOUT_S)[0], seen
            seen += os.read(self.master, 65_536).decode(errors="replace")
        return seen


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    return write_experiment(tmp_path, {"boolean": [0.6, 0.62]}, planned=["boolean"], runs=3)


@pytest.fixture
def terminal(experiment: Path) -> Iterator[Terminal]:
    opened = Terminal(experiment)
    yield opened
    os.close(opened.end)
    os.close(opened.master)


@pytest.mark.slow
def test_live_view_survives_resizing_and_leaves_on_ctrl_c(terminal: Terminal) -> None:
    for rows, columns in ((8, 30), (50, 200)):
        terminal.resize(rows, columns)
        terminal.process.send_signal(signal.SIGWINCH)
        time.sleep(1.2)
    terminal.process.send_signal(signal.SIGINT)

    assert terminal.process.wait(TIMEOUT_S) == 0
    assert "Traceback" not in os.read(terminal.master, 65_536).decode(errors="replace")


@pytest.mark.slow
def test_live_view_ends_and_leaves_the_last_state(terminal: Terminal, experiment: Path) -> None:
    write_run(experiment, "boolean", 3)

    assert "Traceback" not in terminal.read_until("3 completed")
    assert terminal.process.wait(TIMEOUT_S) == 0
