"""The lock of a directory: held by one process, freed by the kernel at its death. No states."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cuttle.runs.layout import LOCK_FILE

RETRY_DELAY_S = 0.02


class AlreadyLocked(OSError):
    """Another process works in the directory."""


def acquire(directory: Path, *, timeout_s: float = 0.2) -> int:
    """Take the lock of a directory and return its file descriptor; closing it frees the lock.

    A reader that asks `is_locked` holds the lock for microseconds, hence the timeout.
    """
    descriptor = os.open(directory / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise AlreadyLocked(f"{directory} is in use by another process") from None
            time.sleep(RETRY_DELAY_S)


@contextmanager
def locked(directory: Path, *, timeout_s: float = 0.2) -> Iterator[None]:
    """Hold the lock of a directory for the length of a block."""
    descriptor = acquire(directory, timeout_s=timeout_s)
    try:
        yield
    finally:
        os.close(descriptor)


def is_locked(directory: Path) -> bool:
    """Return whether some process holds the lock now, without waiting."""
    try:
        descriptor = os.open(directory / LOCK_FILE, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:  # no lock, or one that this user may not see: the heartbeat decides
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
