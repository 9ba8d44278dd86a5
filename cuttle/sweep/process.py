"""The launching process as the shell sees it: its signals and arguments. Launches nothing."""

import signal
import sys
import warnings
from types import FrameType

MULTIRUN_FLAGS = ("-m", "--multirun")
STOP_SIGNAL = signal.SIGUSR1  # from the launcher to itself; SIGINT may be ignored, as under nohup


def prepare_process() -> None:
    """Let SIGTERM and SIGHUP stop the launcher as Ctrl-C does, and take -m at any place."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
            signal.signal(number, _interrupt)
    signal.signal(STOP_SIGNAL, _interrupt)
    # Hydra warns of conf/hydra/launcher/ray.yaml, named like the option of the plugin it refines.
    warnings.filterwarnings("ignore", message=r"\n'hydra/launcher/ray' is validated against")
    # Hydra 1.3 refuses a flag between overrides.
    sys.argv[1:] = sorted(sys.argv[1:], key=lambda argument: argument not in MULTIRUN_FLAGS)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
