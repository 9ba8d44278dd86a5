"""The core works without the libraries of the extra `envs`."""

import subprocess
import sys

SCRIPT = """
import sys
sys.modules["gymnasium"] = sys.modules["pettingzoo"] = None  # importing either now fails
import cuttle.env.match, cuttle.env.render, cuttle.env.seated, cuttle.env.vector
import cuttle.play
from cuttle import opponents
for name in opponents.names():
    opponents.load(name)
"""


def test_core_imports_without_gymnasium_and_pettingzoo() -> None:
    finished = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False
    )

    assert finished.returncode == 0, finished.stderr
