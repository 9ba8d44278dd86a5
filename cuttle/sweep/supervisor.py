"""The other end of the fork server: ask, wait, notice deaths on either side. Trains nothing."""

import json
import os
import secrets
import select
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import cuttle
from cuttle import arithmetic
from cuttle.runs.layout import Outcome
from cuttle.sweep.child import Reply

PATIENCE_S = 0.25  # between two looks at whether the launcher is still there
FAREWELL_S = 5.0
CHUNK = 65536


class LauncherGone(RuntimeError):
    """The process that started this worker has died, so nobody wants its results now."""


class Supervisor:
    """A connection to a fork server: that of the launcher where it can be reached, or one's own."""

    def __init__(
        self,
        *,
        threads: int,
        portable: bool = False,
        address: str = "",
        launcher: int | None = None,
    ) -> None:
        """Remember threads and arithmetic of the trainings, and where the launcher's server is.

        A worker names its launcher's process and leaves with it. The launcher itself names none:
        it outlives the shell that started it.
        """
        self._threads = threads
        self._portable = portable
        self._launcher_address = address
        self._launcher = launcher
        self._server: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None
        # Other systems have no addresses without a file; there, every worker has its own server.
        self.address = f"cuttle-{secrets.token_hex(16)}" if sys.platform == "linux" else ""

    def start(self) -> None:
        """Reach a server, or start one without waiting for its imports."""
        if self._connection is None:
            self._connection = self._connect() or self._start_own()

    def warm_up(self) -> None:
        """Let the server load what trainings need; there is no reply to wait for."""
        self._send({"call": "warm_up"})

    def check(self, config: dict[str, Any], *, trains_here: bool) -> Reply:
        """Build what a config describes and return what was found out."""
        return self._ask({"call": "check", "config": config, "trains_here": trains_here})

    def train(self, run_dir: Path, config_hash: str, *, claims_interrupted: bool) -> Reply:
        """Train one frozen run and return its outcome."""
        self._send({"call": "warm_up"})
        return self._ask(
            {
                "call": "train",
                "run_dir": str(run_dir),
                "config_hash": config_hash,
                "claims_interrupted": claims_interrupted,
            }
        )

    def close(self) -> None:
        """End what was asked for, and the server if it is one's own."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._server is not None:
            try:
                self._server.wait(FAREWELL_S)
            except subprocess.TimeoutExpired:  # it may be in the middle of a long import
                self._server.kill()
                self._server.wait()
            self._server = None

    def _connect(self) -> socket.socket | None:
        if not self._launcher_address:
            return None
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect("\0" + self._launcher_address)
        except ConnectionError:
            connection.close()
            return None
        return connection

    def _start_own(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "cuttle.sweep.fork_server", self.address],
                stdin=theirs.fileno(),
                env=_environment(self._threads, portable=self._portable),
                start_new_session=True,  # Ctrl-C reaches the launcher only
            )
        return ours

    def _send(self, request: dict[str, Any]) -> None:
        self.start()
        assert self._connection is not None
        try:
            self._connection.sendall(json.dumps(request).encode() + b"\n")
        except ConnectionError:
            self.close()

    def _ask(self, request: dict[str, Any]) -> Reply:
        self._send(request)
        answer = self._read_line() if self._connection is not None else b""
        if not answer:
            self.close()
            return {"outcome": Outcome.DIED, "message": "the fork server was killed"}
        reply: Reply = json.loads(answer)
        return reply

    def _read_line(self) -> bytes:
        assert self._connection is not None
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([self._connection], [], [], PATIENCE_S)
            if ready:
                chunk = _receive(self._connection)
                if not chunk:
                    return b""
                line += chunk
            elif self._launcher is not None and os.getppid() != self._launcher:
                raise LauncherGone
        return line


def _receive(connection: socket.socket) -> bytes:
    try:
        return connection.recv(CHUNK)
    except ConnectionError:
        return b""


def _environment(threads: int, *, portable: bool) -> dict[str, str]:
    """Fix threads and kernels of every library before it is imported; waiting must not spin."""
    source = str(Path(cuttle.__file__).resolve().parent.parent)
    path = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": f"{source}{os.pathsep}{path}" if path else source,
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
        "OPENBLAS_NUM_THREADS": str(threads),
        "NUMBA_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "PASSIVE",
        **arithmetic.pins(portable=portable),
    }
