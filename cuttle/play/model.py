"""Load a trained model as a player; a model file is not trusted."""

import textwrap
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from cuttle.env.match import Player
from cuttle.game.variants import PRESETS


def load_model(run_dir: Path | str, rules_name: str) -> Player:
    """Load the final network of a run as a player.

    Raises ValueError where there is none, one that cannot be read or one trained under other rules,
    and for rules that are no preset.
    """
    from cuttle.launch.build import build_rules
    from cuttle.runs.layout import FINAL_MODEL_FILE

    if rules_name not in PRESETS:
        raise ValueError(f"rules must be one of {', '.join(PRESETS)}, got {rules_name}")
    path = Path(run_dir) / FINAL_MODEL_FILE
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


def _check_weights(wanted: dict[str, Any], given: dict[str, Any]) -> None:
    """Raise ValueError unless tensors have the shapes wanted, and no more values than memory."""
    shapes, found = (
        {name: tuple(value.shape) for name, value in state.items() if hasattr(value, "shape")}
        for state in (wanted, given)
    )
    for name in sorted(shapes | found):
        if shapes.get(name) != found.get(name):
            raise ValueError(
                f"weights {name} must have the shape {shapes.get(name)}, got {found.get(name)}"
            )
        if given[name].nbytes > given[name].untyped_storage().nbytes():
            raise ValueError(f"weights {name} of the shape {found[name]} repeat a few values")


def _read_player(path: Path) -> tuple[Player, dict[str, Any]]:
    """Build the network of a model file, with its weights; return the config in it too."""
    import torch  # a second to import, and needed for models only

    from cuttle.env.observation import split
    from cuttle.launch.build import build_network
    from cuttle.training.generators import Generators
    from cuttle.training.player import GreedyPlayer
    from cuttle.training.saved import held, load, restore_network

    with path.open("rb") as file:
        model = load(file)
    config, skeleton = model["config"], None
    # Shapes without memory, as the config may ask for any size; a constructor that reads values
    # cannot be built so.
    with suppress(ValueError), torch.device("meta"):
        skeleton = build_network(config)
    _check_weights(model["weights"] if skeleton is None else held(skeleton), model["weights"])
    with Generators(model["seed"], "build").lent():  # what it draws then, it draws again
        network = build_network(config)
    restore_network(network, model["weights"])
    network.eval()

    def q_values(observation: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            values: np.ndarray = network(*map(torch.from_numpy, split(observation))).numpy()
        return values

    suit_averaging = config["training"]["evaluation"]["suit_averaging"]
    return GreedyPlayer(q_values, suit_averaging=suit_averaging), config
