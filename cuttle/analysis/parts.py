"""The files of a folder as parts: statistics, figures, formats. Runs none of them."""

import importlib
import pkgutil
from types import ModuleType
from typing import Any


def names(folder: ModuleType) -> list[str]:
    """List the parts there are, one a file."""
    return sorted(module.name for module in pkgutil.iter_modules(folder.__path__))


def load(folder: ModuleType, name: str) -> Any:
    """Import one part."""
    return importlib.import_module(f"{folder.__name__}.{name}")
