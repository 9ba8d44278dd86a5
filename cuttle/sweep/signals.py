"""Signals of the launching process. Workers and trainings follow their launcher by themselves."""

import signal
from types import FrameType


def end_like_ctrl_c() -> None:
    """Let SIGTERM and SIGHUP stop the launcher as Ctrl-C does."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
