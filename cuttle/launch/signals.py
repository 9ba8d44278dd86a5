"""The signals of the launching process: what it does at them, and what others inherit."""

import math
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import FrameType

STOP_SIGNAL = signal.SIGUSR1  # from the launcher to itself; SIGINT may be ignored, as under nohup
OTHERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
REPEAT_S = 3.0  # signals this close are one stop, whose clearing up must not be broken off
LOKY_TRACKER = "joblib.externals.loky.backend.resource_tracker"


def stop_on_signals() -> None:
    """Let Ctrl-C, SIGTERM and SIGHUP raise KeyboardInterrupt, unless they are ignored (nohup)."""
    last = -math.inf

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        nonlocal last
        if time.monotonic() - last > REPEAT_S:
            last = time.monotonic()
            raise KeyboardInterrupt

    for number in OTHERS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)
    signal.signal(STOP_SIGNAL, interrupt)


def ignore_signals() -> None:
    """Let no signal break off the end of the interpreter, where joblib still ends its workers."""
    for number in (*OTHERS, STOP_SIGNAL):
        signal.signal(number, signal.SIG_IGN)


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
