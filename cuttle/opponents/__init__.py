"""Players that do not learn, one file each: NAME.py holds the class CamelCase(NAME), as
`uct_player.py` would hold `UctPlayer`.

`act` is that of `cuttle.env.match.Player`: int64 action ids for a batch, which may be empty. It
draws from the generator it is given alone and keeps nothing between calls. A class that plays games
out takes `rules=`. The shortest example is `randomized.py`.
"""

import importlib
import inspect
import pkgutil

from cuttle.env.match import Player
from cuttle.game.variants import CUTTLE_CARDS, Rules, checked


def names() -> list[str]:
    """List the opponents, one for each file of this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load(name: str, rules: Rules = CUTTLE_CARDS) -> Player:
    """Build the opponent of that name; raise ValueError for an unknown one.

    The rules are for one that plays games out in its head; the others do not take any.
    """
    if name not in names():
        raise ValueError(f"unknown opponent {name!r}; there are {', '.join(names())}")
    checked(rules)
    module = importlib.import_module(f"{__name__}.{name}")
    class_name = name.title().replace("_", "")
    if not hasattr(module, class_name):
        raise ValueError(f"cuttle/opponents/{name}.py must hold the class {class_name}")
    opponent = getattr(module, class_name)
    takes_rules = "rules" in inspect.signature(opponent).parameters
    player: Player = opponent(rules=rules) if takes_rules else opponent()
    return player
