"""The signals of the launching process: what it does at them, and what others inherit."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import FrameType

STOP_SIGNAL = signal.SIGUSR1  # from the launcher to itself; SIGINT may be ignored, as under nohup
LOKY_TRACKER = "joblib.externals.loky.backend.resource_tracker"


def stop_on_signals() -> None:
    """Let Ctrl-C, SIGTERM and SIGHUP raise KeyboardInterrupt, unless they are ignored (nohup)."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    signal.signal(STOP_SIGNAL, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Start processes that do not hear Ctrl-C: it is for the launcher, which ends them.

    A blocked signal is inherited. This process hears it at the end of the block, or through another
    thread.
    """
    trackers = [resource_tracker, sys.modules.get(LOKY_TRACKER)]
    for tracker in filter(None, trackers):
        tracker.ensure_running()  # starting one inside the block would unblock the signal
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
