"""The parts of a run as its config describes them: built, or refused by what is wrong with them.

Nothing is trained or written here.
"""

import importlib
import pkgutil
from contextlib import suppress
from typing import Any

import torch

from cuttle import networks, opponents
from cuttle.env.observation import SCALAR_DIM, ZONES
from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.variants import PRESETS, RULES_VERSION, Rules, checked
from cuttle.networks.trunk import TrunkSettings
from cuttle.runs.diff import flatten
from cuttle.training.initialisation import initialise
from cuttle.training.settings import TrainingSettings
from cuttle.training.streams import stream
from cuttle.training.trainer import Trainer

NETWORK_PACKAGE = "cuttle.networks."
DEVICES = ("cpu", "cuda")


def build_trainer(config: dict[str, Any]) -> Trainer:
    """Build network and trainer as a resolved config describes them."""
    torch.set_num_threads(config["threads"])
    return Trainer(
        network=build_network(config),
        settings=TrainingSettings.from_mapping(config["training"]),
        seed=config["seed"]["value"],
        rules=build_rules(config["rules"]),
        device=config["device"],
    )


def build_rules(section: dict[str, Any]) -> Rules:
    """Look a preset of the rules up and apply the fields given beside its name."""
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in section.items()
    }
    name = fields.pop("name")
    if name not in PRESETS:
        raise ValueError(f"rules.name must be one of {', '.join(PRESETS)}, got {name}")
    if unknown := sorted(fields.keys() - set(Rules._fields)):
        raise ValueError(f"rules has no key {unknown[0]!r}; there are {', '.join(Rules._fields)}")
    return checked(PRESETS[name]._replace(**fields))


def build_network(config: dict[str, Any]) -> torch.nn.Module:
    """Build the network that a config describes; only classes of our own can be named."""
    section = config["network_type"]
    target = str(section["_target_"])
    module_name, _, class_name = target.rpartition(".")
    if not target.startswith(NETWORK_PACKAGE):
        raise ValueError(f"network_type._target_ must start with {NETWORK_PACKAGE}, got {target}")
    sizes = {key: value for key, value in section.items() if key not in ("_target_", "name")}
    for key, size in sizes.items():
        if isinstance(size, int) and size < 1:
            raise ValueError(f"network_type.{key} must be at least 1, got {size}")
    try:
        network_class = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"network_type._target_={target}: {error}") from error
    trunk = build_trunk_settings(config["trunk"])
    try:
        network: torch.nn.Module = network_class(zones=len(ZONES), trunk=trunk, **sizes)
    except (TypeError, RuntimeError) as error:
        raise ValueError(f"network_type={section['name']} with {sizes}: {error}") from error
    return network


def build_trunk_settings(section: dict[str, Any]) -> TrunkSettings:
    """Read what all network types share; raise ValueError naming what is wrong."""
    sizes = dict.fromkeys(("members", "hidden_units"), int)
    kinds = {**sizes, **dict.fromkeys(("scalars", "normalise", "share_value"), bool)}
    if unknown := sorted(section.keys() - kinds.keys()):
        raise ValueError(f"trunk has no key {unknown[0]!r}; there are {', '.join(kinds)}")
    for key, kind in kinds.items():
        if type(section.get(key)) is not kind:
            raise ValueError(f"trunk.{key} must be {kind.__name__}, got {section.get(key)!r}")
        if kind is int and section[key] < 1:
            raise ValueError(f"trunk.{key} must be at least 1, got {section[key]}")
    scalars = SCALAR_DIM if section["scalars"] else 0
    return TrunkSettings(**{**section, "scalars": scalars, "num_actions": NUM_ACTIONS})


def check(config: dict[str, Any], *, trains_here: bool) -> dict[str, Any]:
    """Build what a config describes, short of a trainer, or raise an error naming what is wrong.

    Returns what the metadata of its run will say of this code: `rules_version`.
    """
    settings = TrainingSettings.from_mapping(config["training"])
    rules = build_rules(config["rules"])
    for opponent in settings.evaluation.opponents:
        opponents.load(opponent, rules)
    _check_network(config, settings)
    _check_device(config["device"], is_here=trains_here)
    _check_analysis(config, settings.evaluation.opponents)
    return {"rules_version": RULES_VERSION}


def _check_network(config: dict[str, Any], settings: TrainingSettings) -> None:
    """Draw and use a network as training will; raise ValueError for what is not as it must be."""
    network, name = build_network(config), config["network_type"]["name"]
    initialise(network, settings.initialisation, stream(0, "check"))
    inputs = torch.zeros(2, len(ZONES), dtype=torch.int64), torch.zeros(2, SCALAR_DIM)
    action = torch.zeros(2, dtype=torch.int64)
    allowed = torch.ones(2, NUM_ACTIONS, dtype=torch.bool)
    forms: tuple[tuple[str, tuple[torch.Tensor, ...], int], ...] = (
        ("forward(zones, scalars)", inputs, NUM_ACTIONS),
        ("forward(zones, scalars, action)", (*inputs, action), config["trunk"]["members"]),
        ("forward(zones, scalars, allowed)", (*inputs, allowed), NUM_ACTIONS),
    )
    for form, arguments, width in forms:
        try:
            got = tuple(network(*arguments).shape)
        except Exception as error:  # whatever its author has overlooked
            raise ValueError(f"network_type={name}: {form} fails: {error}") from error
        if got != (2, width):
            raise ValueError(
                f"network_type={name}: {form} must give (2, {width}) for two rows, gives {got}"
            )


def _check_analysis(config: dict[str, Any], opponents: tuple[str, ...]) -> None:
    """Raise ValueError for a wish that the analysis could not fulfil once all is trained."""
    section = config["analysis"]
    primary, margin = section["primary_opponent"], section["equivalence_margin"]
    if primary not in opponents:
        raise ValueError(
            f"analysis.primary_opponent must be one of training.evaluation.opponents, "
            f"{', '.join(opponents)}, got {primary!r}: add analysis.primary_opponent={opponents[0]}"
        )
    if not isinstance(margin, int | float) or not 0.0 < margin < 1.0:
        raise ValueError(f"analysis.equivalence_margin must lie between 0 and 1, got {margin!r}")
    if not isinstance(section["factors"], list):
        raise ValueError(f"analysis.factors must be a list of keys, got {section['factors']!r}")
    for key in section["factors"]:
        if key not in flatten(config):
            raise ValueError(f"analysis.factors names {key!r}, which the config does not have")


def _check_device(name: str, *, is_here: bool) -> None:
    """Raise ValueError for a device that cannot be trained on, or that is not on this machine."""
    if name.partition(":")[0] not in DEVICES:
        raise ValueError(f"device must be {' or '.join(DEVICES)}, got {name}")
    if not is_here:
        return
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"device={name} cannot be used here, try device=cpu: {reason}") from error


def import_named() -> None:
    """Import what configs name, so that an edit of it reaches none of the runs begun later."""
    for package in (networks, opponents):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            with suppress(Exception):  # a config that names it is told why; the others do without
                importlib.import_module(module.name)
