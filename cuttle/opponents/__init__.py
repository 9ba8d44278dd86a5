"""Players that do not learn, one file each: NAME.py holds the class CamelCase(NAME)."""

import importlib
import pkgutil

from cuttle.env.match import Player


def names() -> list[str]:
    """List the opponents, one for each file of this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load(name: str) -> Player:
    """Build the opponent of that name; raise ValueError for an unknown one."""
    if name not in names():
        raise ValueError(f"unknown opponent {name!r}; there are {', '.join(names())}")
    module = importlib.import_module(f"{__name__}.{name}")
    player: Player = getattr(module, name.title().replace("_", ""))()
    return player
