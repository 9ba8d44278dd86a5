"""The other end of the fork server: ask, wait, notice deaths on either side. Trains nothing."""

import json
import os
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

import cuttle

PATIENCE_S = 0.25  # between two looks at whether the launcher is still there
CHUNK = 65536


class LauncherGone(RuntimeError):
    """The process that started this worker has died, so nobody wants its results now."""


class Supervisor:
    """A fork server of one's own, started when first needed."""

    def __init__(self, *, threads: int) -> None:
        """Remember how many threads its trainings may use."""
        self._threads = threads
        self._process: subprocess.Popen[bytes] | None = None
        self._launcher = os.getppid()

    def start(self) -> None:
        """Start the server without waiting for its imports."""
        if self._process is not None and self._process.poll() is None:
            return
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cuttle.sweep.fork_server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(self._threads),
            start_new_session=True,  # Ctrl-C reaches the launcher only
        )

    def check(self, config: dict[str, Any]) -> dict[str, Any]:
        """Build everything a config describes and return what was found out."""
        return self._ask({"call": "check", "config": config})

    def train(self, run_dir: Path, config_hash: str) -> dict[str, Any]:
        """Train one frozen run and return its outcome."""
        request = {"call": "train", "run_dir": str(run_dir), "config_hash": config_hash}
        return self._ask(request)

    def close(self) -> None:
        """End the server and what it runs."""
        if self._process is None:
            return
        process, self._process = self._process, None
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        process.stdout.close()
        process.wait()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        self.start()
        assert self._process is not None
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
            answer = self._read_line(self._process.stdout.fileno())
        except BrokenPipeError:
            answer = b""
        if not answer:
            self.close()
            return {"outcome": "died", "message": "the fork server was killed"}
        reply: dict[str, Any] = json.loads(answer)
        return reply

    def _read_line(self, descriptor: int) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([descriptor], [], [], PATIENCE_S)
            if ready:
                chunk = os.read(descriptor, CHUNK)
                if not chunk:
                    return b""
                line += chunk
            elif os.getppid() != self._launcher:
                raise LauncherGone
        return line


def _environment(threads: int) -> dict[str, str]:
    """Fix the threads of every library before it is imported; waiting threads must not spin."""
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
    }
