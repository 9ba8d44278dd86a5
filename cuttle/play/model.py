"""Load a trained model as a player; a model file is not trusted."""

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cuttle.env.match import Player
from cuttle.game.variants import PRESETS

if TYPE_CHECKING:
    import torch


def load_model(run_dir: Path, rules_name: str) -> Player:
    """Load the final network of a run as a player.

    Raises ValueError where there is none, one that cannot be read or one trained under other rules.
    """
    from cuttle.launch.build import build_rules
    from cuttle.runs.layout import FINAL_MODEL_FILE

    path = run_dir / FINAL_MODEL_FILE
    if not _is_file(path):
        raise ValueError(f"{path} is missing; give the directory of a completed run")
    try:
        player, config = _read_player(path)
        rules = build_rules(config["rules"])
    except Exception as error:  # a damaged file fails in many ways
        reason = textwrap.shorten(f"{type(error).__name__}: {error}", 160)  # characters
        raise ValueError(f"{path} cannot be loaded: {reason}") from error
    if rules != PRESETS[rules_name]:
        name = next((name for name, preset in PRESETS.items() if preset == rules), None)
        trained = f"with the rules {name}" if name else "with custom rules"
        way_out = f"add --rules {name}" if name else "no --rules names these"
        raise ValueError(f"{run_dir} was trained {trained}, not {rules_name}; {way_out}")
    return player


def _is_file(path: Path) -> bool:
    """Return whether there is a regular file; raise ValueError for a path that none can have."""
    try:
        return path.is_file()
    except OSError as error:
        raise ValueError(f"{str(path)[:60]}... cannot be opened: {error.strerror}") from error


def _check_shapes(network: "torch.nn.Module", weights: dict[str, "torch.Tensor"]) -> None:
    """Raise ValueError if weights are not those of a network, which may lie on no device."""
    wanted = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    given = {name: tuple(tensor.shape) for name, tensor in weights.items()}
    if wrong := sorted(name for name in wanted | given if wanted.get(name) != given.get(name)):
        name = wrong[0]
        raise ValueError(
            f"weights {name} must have the shape {wanted.get(name)}, got {given.get(name)}"
        )


def _read_player(path: Path) -> tuple[Player, dict[str, Any]]:
    """Build the network of a model file, with its weights; return the config in it too."""
    import torch  # a second to import, and needed for models only

    from cuttle.env.observation import split
    from cuttle.launch.build import build_network
    from cuttle.training.player import GreedyPlayer
    from cuttle.training.saved import load

    with path.open("rb") as file:
        model = load(file)
    config = model["config"]
    with torch.device("meta"):  # shapes without memory: the config may ask for any size
        _check_shapes(build_network(config), model["weights"])
    network = build_network(config)
    network.load_state_dict(model["weights"])
    network.eval()

    def q_values(observation: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            values: np.ndarray = network(*map(torch.from_numpy, split(observation))).numpy()
        return values

    suit_averaging = config["training"]["evaluation"]["suit_averaging"]
    return GreedyPlayer(q_values, suit_averaging=suit_averaging), config
