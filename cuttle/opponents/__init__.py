"""Players that do not learn, one file each: NAME.py holds the class CamelCase(NAME), as
`uct_player.py` would hold `UctPlayer`.

`act` is that of `cuttle.env.match.Player`: int64 action ids for a batch, which may be empty. It
draws from the generator it is given alone and keeps nothing between calls. A class that plays games
out takes `rules=`. The shortest example is `randomized.py`.
"""

import importlib
import inspect
import pkgutil

import numpy as np

from cuttle.env.match import Player
from cuttle.env.vector import VectorEnv
from cuttle.game.variants import CUTTLE_CARDS, Rules, checked


def names() -> list[str]:
    """List the opponents, one for each file of this folder."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def load(name: str, rules: Rules = CUTTLE_CARDS) -> Player:
    """Build the opponent of that name; raise ValueError for an unknown or a broken one.

    It is broken, too, where it cannot take the first action of two games.
    The rules are for one that plays games out in its head; the others do not take any.
    """
    if name not in names():
        raise ValueError(f"unknown opponent {name!r}; there are {', '.join(names())}")
    checked(rules)
    file, class_name = f"cuttle/opponents/{name}.py", name.title().replace("_", "")
    player: Player | None = None
    try:
        module = importlib.import_module(f"{__name__}.{name}")
        if opponent := getattr(module, class_name, None):
            takes_rules = "rules" in inspect.signature(opponent).parameters
            player = opponent(rules=rules) if takes_rules else opponent()
            rng = np.random.default_rng(0)
            games = VectorEnv(2, rng, rules=rules)
            games.step(player.act(games.observation, games.legal_mask, rng))
    except Exception as error:  # whatever its author has overlooked
        reason = str(error).partition("\n")[0]
        raise ValueError(f"{file} fails: {type(error).__name__}: {reason}") from error
    if player is None:
        raise ValueError(f"{file} must hold the class {class_name}")
    return player
