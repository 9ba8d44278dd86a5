"""A trained model as a player. Nothing is trained or shown here."""

import os
import textwrap
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from cuttle.env.match import Player
from cuttle.game.variants import PRESETS


def load_model(run_dir: Path, rules_name: str) -> Player:
    """Load the final network of a run as a player.

    Raises ValueError where there is none, or one trained under other rules.
    """
    from cuttle.parts import build_rules
    from cuttle.runs.layout import FINAL_MODEL_FILE

    path = run_dir / FINAL_MODEL_FILE
    if not os.path.isfile(path):
        raise ValueError(f"{str(path)[-160:]} is missing; give the directory of a completed run")
    try:
        player, config = _read_player(path)
        rules = build_rules(config["rules"])
    except Exception as error:  # a damaged file fails in many ways
        reason = textwrap.shorten(f"{type(error).__name__}: {error}", 160)  # characters
        raise ValueError(f"{path} cannot be loaded: {reason}") from error
    if rules != PRESETS[rules_name]:
        name = next((name for name, preset in PRESETS.items() if preset == rules), None)
        trained = f"the rules {name}" if name else "rules of its own"
        way_out = f"add --rules {name}" if name else "no --rules names these"
        raise ValueError(f"{run_dir} was trained by {trained}, not {rules_name}; {way_out}")
    return player


def _read_player(path: Path) -> tuple[Player, dict[str, Any]]:
    """Build the network of a model file, with its weights; return the config in it too."""
    import torch  # a second to import, and needed for models only

    from cuttle.env.observation import split
    from cuttle.parts import build_network
    from cuttle.training.player import GreedyPlayer

    _refuse_bomb(path)
    model = torch.load(path, weights_only=True)
    config = model["config"]
    network = build_network(config)
    network.load_state_dict(model["weights"])
    network.eval()

    def q_values(observation: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            values: np.ndarray = network(*map(torch.from_numpy, split(observation))).numpy()
        return values

    over_suits = config["training"]["evaluation"]["over_suits"]
    return GreedyPlayer(q_values, over_suits=over_suits), config


def _refuse_bomb(path: Path) -> None:
    """Raise ValueError for an archive that unpacks to more than its size: torch writes none."""
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(item.file_size for item in archive.infolist())
    if unpacked > path.stat().st_size:
        raise ValueError(f"it unpacks to {unpacked:,} bytes, more than the file has")
