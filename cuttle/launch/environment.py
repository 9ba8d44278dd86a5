"""Environment variables of training processes."""

from collections.abc import Mapping
from typing import Any

from cuttle.launch.arithmetic import is_portable, pins

THREAD_VARIABLES = ("OMP", "MKL", "OPENBLAS", "NUMBA")


def environment(config: Mapping[str, Any]) -> dict[str, str]:
    """Fix threads and kernels of every library; waiting threads must not spin."""
    threads = str(config.get("threads", 1))
    fixed = {f"{library}_NUM_THREADS": threads for library in THREAD_VARIABLES}
    return {**fixed, "OMP_WAIT_POLICY": "PASSIVE", **pins(portable=is_portable(config))}
