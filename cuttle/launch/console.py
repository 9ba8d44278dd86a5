"""The program as the shell sees it: arguments, signals, messages, exit status."""

import sys
import warnings
from collections.abc import Callable
from typing import Any

from cuttle.launch.exit_status import get_status
from cuttle.launch.refusal import one_line_errors
from cuttle.launch.signals import stop_on_signals

MULTIRUN_FLAGS = ("-m", "--multirun")


def run_main(main: Callable[[], Any]) -> None:
    """Run the `main` of a Hydra app to its end and exit with the status of its launch."""
    stop_on_signals()
    # Hydra warns of conf/hydra/launcher/ray.yaml, named like the option of the plugin it refines.
    warnings.filterwarnings("ignore", message=r"\n'hydra/launcher/ray' is validated against")
    # Hydra 1.3 refuses a flag between overrides.
    sys.argv[1:] = sorted(sys.argv[1:], key=lambda argument: argument not in MULTIRUN_FLAGS)
    with one_line_errors():
        main()
    sys.exit(get_status())
