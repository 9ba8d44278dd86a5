"""joblib's worker processes, tied to the launcher from their first moment on. Trains nothing.

A worker holds both ends of its queue, so it does not notice a launcher that dies before its first
task; joblib's own limit for idle workers fails where the launcher was killed while starting them.
"""

import os
import signal
import threading
import time
from typing import Any

from joblib.parallel import LokyBackend, register_parallel_backend

WATCH_INTERVAL_S = 0.5


class TiedBackend(LokyBackend):  # type: ignore[misc]  # joblib ships no types
    """joblib's default backend, whose workers end with the process that started them."""

    def configure(self, *arguments: Any, **options: Any) -> Any:
        """Let every worker begin by watching this process."""
        tie = {"initializer": end_with, "initargs": (os.getpid(),)}
        return super().configure(*arguments, **tie, **options)


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
