"""Put the fakes in place of what is slow in every process that finds this folder.

WARM_UP=real leaves in place what a launch loads before the first training.
"""

import importlib.util
import os
import sys
from pathlib import Path

FAKES = {"cuttle.training.trainer": "fake_trainer.py"}
if os.environ.get("WARM_UP") != "real":
    FAKES["cuttle.training.probe"] = "fake_probe.py"


class FakeFinder:
    """Answer for the names of the faked modules."""

    @staticmethod
    def find_spec(name: str, _path: object = None, _target: object = None) -> object:
        """Point the name of a real module at the file of its fake."""
        if name not in FAKES:
            return None
        location = Path(__file__).with_name(FAKES[name])
        return importlib.util.spec_from_file_location(name, location)


sys.meta_path.insert(0, FakeFinder())
