"""The live view on a terminal, and commands in processes of their own."""

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
from pathlib import Path

import pytest

from .experiments import write_experiment, write_run
from .test_cli_status import run_cli

REPOSITORY = Path(__file__).parents[2]
TIMEOUT_S = 60


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    rates = {"boolean": [0.6, 0.62]}
    return write_experiment(tmp_path, rates, planned=["boolean"], runs=3)


def start(terminal: int, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "error", "analyze.py", *arguments]
    return subprocess.Popen(
        command, cwd=REPOSITORY, stdin=terminal, stdout=terminal, stderr=terminal,
        env={**os.environ, "TERM": "xterm-256color"}, start_new_session=True,
    )  # fmt: skip


def resize(terminal: int, rows: int, columns: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def read_until(master: int, text: str) -> str:
    """Read what a terminal shows until a text is among it."""
    seen = ""
    while text not in seen:
        assert select.select([master], [], [], TIMEOUT_S)[0], seen
        seen += os.read(master, 65_536).decode(errors="replace")
    return seen


@pytest.mark.slow
def test_live_view_survives_resizing_and_leaves_on_ctrl_c(experiment: Path):
    master, terminal = pty.openpty()
    resize(terminal, 24, 100)
    process = start(terminal, "status", "--watch", str(experiment))
    read_until(master, "boolean_run_03")

    for rows, columns in ((8, 30), (50, 200)):
        resize(terminal, rows, columns)
        process.send_signal(signal.SIGWINCH)
        time.sleep(1.2)
    process.send_signal(signal.SIGINT)

    assert process.wait(TIMEOUT_S) == 0
    shown = os.read(master, 65_536).decode(errors="replace")
    assert "Traceback" not in shown
    os.close(terminal)
    os.close(master)


@pytest.mark.slow
def test_live_view_ends_by_itself_and_leaves_the_last_state(experiment: Path):
    master, terminal = pty.openpty()
    resize(terminal, 24, 100)
    process = start(terminal, "status", "--watch", str(experiment))
    read_until(master, "boolean_run_03")

    write_run(experiment, "boolean", 3)

    last = read_until(master, "3 completed")
    assert process.wait(TIMEOUT_S) == 0
    assert "Traceback" not in last
    os.close(terminal)
    os.close(master)


@pytest.mark.slow
def test_what_is_no_completed_run_cannot_be_verified(
    experiment: Path, capfd: pytest.CaptureFixture[str]
):
    write_run(experiment, "boolean", 3, state="failed")

    assert run_cli("verify", experiment / "boolean_run_03") == 2
    assert "cannot be verified: it is failed" in "".join(capfd.readouterr())
    assert run_cli("verify", experiment) == 2
    assert "is not a run directory" in capfd.readouterr().err
