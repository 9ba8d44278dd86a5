"""joblib's worker processes, tied to the launcher from their first moment on. Trains nothing.

A worker holds both ends of its queue, so it does not notice a launcher that dies before its first
task; joblib's own limit for idle workers fails where the launcher was killed while starting them.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any

from joblib.externals.loky.backend import resource_tracker as loky_resource_tracker
from joblib.parallel import LokyBackend, register_parallel_backend

WATCH_INTERVAL_S = 0.5


class TiedBackend(LokyBackend):  # type: ignore[misc]  # joblib ships no types
    """joblib's default backend, whose workers end with the process that started them.

    Ctrl-C is for that process: in a worker that is just starting it would print a traceback.
    """

    def configure(self, *arguments: Any, **options: Any) -> Any:
        """Let every worker begin by watching this process."""
        tie = {"initializer": end_with, "initargs": (os.getpid(),)}
        with _starting_processes_deaf_to_interrupts():
            return super().configure(*arguments, **tie, **options)

    def submit(self, *arguments: Any, **options: Any) -> Any:
        """Submit a task; the first one starts the workers."""
        with _starting_processes_deaf_to_interrupts():
            return super().submit(*arguments, **options)


@contextmanager
def _starting_processes_deaf_to_interrupts() -> Iterator[None]:
    """Hold SIGINT back: a process inherits that, this one gets it at the end of the block."""
    for tracker in (resource_tracker, loky_resource_tracker):
        tracker.ensure_running()  # a start of it in the block would let SIGINT through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def tie_workers() -> None:
    """Let joblib start workers that end with this process."""
    register_parallel_backend("loky", TiedBackend)


def end_with(launcher: int) -> None:
    """Kill this process when its launcher is gone; the fork server notices and follows."""

    def watch() -> None:
        while os.getppid() == launcher:
            time.sleep(WATCH_INTERVAL_S)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="launcher-watch", daemon=True).start()
