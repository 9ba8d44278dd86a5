"""Command `verify`. Trains nothing in this process."""

import os
import subprocess
import sys
from pathlib import Path

from cuttle.runs.layout import PACKAGE_DIR
from cuttle.runs.locate import find_side, is_run

VERIFIER = "cuttle.launch.verify"  # a process of its own: reading must not import what trains


def verify_run(root: Path, text: str) -> int:
    """Run the verifier on a run directory, or raise ValueError; return its exit status."""
    path = find_side(root, text)
    if not is_run(path):
        raise ValueError(f"{path} is not a run directory; give one: EXPERIMENT/RUN")
    command = [sys.executable, "-m", VERIFIER, str(path)]
    # also where the package is not installed but lies beside analyze.py
    known = [str(PACKAGE_DIR.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(known)}
    return subprocess.run(command, env=environment, check=False).returncode
