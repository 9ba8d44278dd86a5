"""Where results come from: commit, versions, host, command. Nothing is judged here."""

import hashlib
import os
import platform
import shlex
import socket
import subprocess
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from cuttle.runs.layout import PACKAGE_DIR

PACKAGES = ("cuttle", "torch", "numba", "numpy", "hydra-core", "omegaconf", "joblib")
READERS = ("analysis", "play")  # of results: their folders change none
GIT_TIMEOUT_S = 10


def git_state() -> dict[str, Any]:
    """Return the commit and whether code or conf/ differ from it; nulls outside a checkout.

    A new file counts too: that is how a network type is added.
    """
    if not _git("ls-files", "--", "."):
        return {"commit": None, "dirty": None}  # in no repository, or beside the files of another
    commit = _git("rev-parse", "HEAD")
    changes = _git("status", "--porcelain", "--", ".", "../conf")
    return {"commit": commit, "dirty": None if changes is None else bool(changes)}


def _git(*arguments: str) -> str | None:
    """Ask git about this package; a repository of the caller, as in a hook, does not count."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    try:
        finished = subprocess.run(
            ["git", "-C", str(PACKAGE_DIR), *arguments],
            capture_output=True,
            env=environment,
            text=True,
            timeout=GIT_TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return finished.stdout.strip()


def source_files() -> list[Path]:
    """Return the source files that can change a result, committed or not."""
    files = sorted(PACKAGE_DIR.rglob("*.py"))
    return [path for path in files if path.relative_to(PACKAGE_DIR).parts[0] not in READERS]


@cache
def source_hash() -> str:
    """Fingerprint the source files that can change a result, as this process first found them."""
    return hash_source()


def hash_source() -> str:
    """Fingerprint the source files that can change a result, as they are now."""
    digest = hashlib.sha256()
    for path in source_files():
        name = path.relative_to(PACKAGE_DIR)
        digest.update(str(name).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def package_versions() -> dict[str, str | None]:
    """Return the versions of Python, C library and packages that can change a number."""
    versions: dict[str, str | None] = {
        "python": platform.python_version(),
        "libc": " ".join(platform.libc_ver()).strip() or None,
    }
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = None
    return versions


def command_line() -> str:
    """Return the command that started this process, as one could type it."""
    return shlex.join(["python", *sys.argv])


def machine() -> dict[str, Any]:
    """Describe the computer this process runs on."""
    return {
        "host": socket.gethostname(),
        "cpu": cpu_model(),
        "cores": os.cpu_count(),
        "platform": platform.platform(),
    }


def cpu_model() -> str:
    """Return the processor's name as the kernel gives it."""
    return cpu_facts().get("model name", platform.machine())


def cpu_facts() -> dict[str, str]:
    """Return what the kernel says of the first processor, by its names; empty where it does not."""
    try:
        first = Path("/proc/cpuinfo").read_text().partition("\n\n")[0]
    except OSError:
        return {}
    lines = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in lines}
