"""The arithmetic of a training: its processor's own, or one that x86-64 processors share.

Libraries choose kernels by the processor, and kernels that add in another order round to other
bits. `portable=true` pins the choice by variables that are read when torch is loaded, so they are
set for the process that trains before it imports anything. Torch is not imported here.
"""

import os
import platform
from collections.abc import Mapping
from typing import Any

from cuttle.runs.provenance import cpu_facts

PORTABLE, NATIVE = "portable", "native"
PINS = {
    "MKL_CBWR": "COMPATIBLE",  # products: MKL's one branch that all makers' processors share
    "ATEN_CPU_CAPABILITY": "avx2",  # sums and norms; torch's own word for no more than AVX2
    "ONEDNN_MAX_CPU_ISA": "SSE41",  # convolutions, in network types that have some
}
THREADED_LIBRARIES = ("OMP", "MKL", "OPENBLAS", "NUMBA")
NEEDED_FLAGS = ("avx2", "fma")  # of the kernels that these choose, and of the C library's log
# As far as libraries choose by them. The order is that of their age.
FLAGS = (
    "sse4_2", "avx", "fma", "avx2", "avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512_vnni",
    "avx512_bf16", "amx_tile",
)  # fmt: skip
# Other variables that move a library's choice: recorded where they are set.
VARIABLES = (
    *PINS, "DNNL_MAX_CPU_ISA", "GLIBC_TUNABLES", "MKL_DEBUG_CPU_TYPE", "MKL_ENABLE_INSTRUCTIONS",
    "NUMBA_CPU_FEATURES", "NUMBA_CPU_NAME",
)  # fmt: skip


def is_portable(config: Mapping[str, Any]) -> bool:
    """Return which mode a config asks for; those older than the key ask for the native one."""
    return bool(config.get("portable", False))


def environment(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables to be set in a process before it imports what trains.

    They fix threads and kernels of every library; waiting threads must not spin.
    """
    threads = str(config.get("threads", 1))
    fixed = {f"{library}_NUM_THREADS": threads for library in THREADED_LIBRARIES}
    return {**fixed, "OMP_WAIT_POLICY": "PASSIVE", **(PINS if is_portable(config) else {})}


def require_portable() -> None:
    """Raise ValueError where this process could not keep the promise of `portable=true`."""
    flags = processor().get("flags", [])
    if missing := [flag for flag in NEEDED_FLAGS if flag not in flags]:
        raise ValueError(
            "portable=true needs an x86-64 processor with AVX2 and FMA; this one, "
            f"{platform.machine()}, lacks {' and '.join(missing)}"
        )
    if any(os.environ.get(name) != value for name, value in PINS.items()):
        words = " ".join(f"{name}={value}" for name, value in PINS.items())
        raise ValueError(f"portable=true needs a process started with {words}")


def describe(*, portable: bool) -> dict[str, Any]:
    """Describe what the bytes of a training in this process depend on besides versions."""
    return {
        "mode": PORTABLE if portable else NATIVE,
        "processor": processor(),
        "variables": {name: os.environ[name] for name in VARIABLES if name in os.environ},
    }


def processor() -> dict[str, Any]:
    """Describe this machine's processor as far as libraries choose kernels by it."""
    facts: dict[str, Any] = {"architecture": platform.machine()}
    if not (values := cpu_facts()):
        return facts
    names = {"vendor": "vendor_id", "family": "cpu family", "model": "model"}
    facts |= {name: values[key] for name, key in names.items() if key in values}
    available = values.get("flags", "").split()
    return {**facts, "flags": [flag for flag in FLAGS if flag in available]}


def continued(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a training resumed here, with every other arithmetic of its earlier rounds."""
    earlier = list(before.get("earlier", ())) if before else []
    if before and _differences(before, now):
        earlier.append({key: before[key] for key in now})
    return {**now, "earlier": earlier} if earlier else dict(now)


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """List what keeps two trainings, as `describe` describes them, from giving equal bytes."""
    begun = [text for earlier in then.get("earlier", ()) for text in _differences(earlier, now)]
    return _differences(then, now) + [f"in its first rounds {text}" for text in begun]


def _differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    if then.get("mode") == now["mode"] == PORTABLE:
        return []
    return [
        f"{key} was {_in_one_line(then.get(key))} and is {_in_one_line(now[key])}"
        for key in ("mode", "processor", "variables")
        if then.get(key) != now[key]
    ]


def _in_one_line(value: Any) -> str:
    """Write a value of `describe` in one line."""
    if isinstance(value, Mapping):
        return " ".join(f"{key} {_in_one_line(item)}" for key, item in value.items()) or "none"
    if isinstance(value, list):
        return "+".join(map(str, value))
    return "unknown" if value is None else str(value)
