"""The modules of a package by name: statistics, figures, formats."""

import importlib
import pkgutil
from types import ModuleType
from typing import Any


def names(folder: ModuleType) -> list[str]:
    """List the names of the modules; one that begins with an underscore is shared by others."""
    found = (module.name for module in pkgutil.iter_modules(folder.__path__))
    return sorted(name for name in found if not name.startswith("_"))


def load(folder: ModuleType, name: str) -> Any:
    """Import one module."""
    return importlib.import_module(f"{folder.__name__}.{name}")
