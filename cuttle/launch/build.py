"""Build the parts of a run, or refuse them with the reason.

Nothing is trained or written here.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import torch
from omegaconf import OmegaConf

from cuttle import networks, opponents
from cuttle.config.reading import read
from cuttle.config.schema import Config, RulesSection, TrainingSettings, TrunkSection
from cuttle.env.observation import SCALAR_DIM, ZONES
from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.variants import PRESETS, RULES_VERSION, Rules
from cuttle.launch.arithmetic import is_portable, require_portable
from cuttle.networks.trunk import TrunkSettings
from cuttle.training.generators import Generators
from cuttle.training.network_check import check_network
from cuttle.training.trainer import Trainer

NETWORK_PACKAGE = "cuttle.networks."


def build_trainer(config: Mapping[Any, Any]) -> Trainer:
    """Build network and trainer as a config, plain or OmegaConf's, describes them."""
    config = plain(config)
    torch.set_num_threads(config["threads"])
    _check_arithmetic(config, is_here=True)
    seed = _seed(config)
    with Generators(seed, "build").lent():  # a type may draw buffers, which `initialise` leaves
        network = build_network(config)
    return Trainer(
        network=network,
        settings=read(TrainingSettings, config["training"], "training"),
        seed=seed,
        rules=build_rules(config["rules"]),
        device=config["device"],
    )


def plain(config: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a config, or a section of one, as plain values with its interpolations resolved."""
    if OmegaConf.is_config(config):
        config = OmegaConf.to_container(config, resolve=True)  # type: ignore[assignment]  # no list
    return {
        str(key): plain(value) if isinstance(value, Mapping) else value
        for key, value in config.items()
    }


def _seed(config: dict[str, Any]) -> int:
    """Return the seed of a run, which the launch works out and others have to give."""
    seed = (config.get("seed") or {}).get("value")
    if not isinstance(seed, int):
        raise ValueError(
            f"seed.value must be a whole number of at least 0, got {seed}: compose the config with "
            "seed=fixed seed.value=7, or load that of a run, .hydra/config.yaml"
        )
    return seed


def build_rules(section: Mapping[Any, Any]) -> Rules:
    """Read the rules of a config: a preset's name, and every field."""
    fields = vars(read(RulesSection, plain(section), "rules"))
    if fields["name"] not in PRESETS:
        raise ValueError(f"rules.name must be one of {', '.join(PRESETS)}, got {fields['name']}")
    return Rules(**{field: fields[field] for field in Rules._fields})


def build_network(config: Mapping[Any, Any]) -> torch.nn.Module:
    """Build the network that a config describes; only classes of our own can be named."""
    config = plain(config)
    section = config["network_type"]
    target = str(section["_target_"])
    module_name, _, class_name = target.rpartition(".")
    if not target.startswith(NETWORK_PACKAGE):
        raise ValueError(f"network_type._target_ must start with {NETWORK_PACKAGE}, got {target}")
    # Options that were written for version 0.1 name themselves.
    sizes = {key: value for key, value in section.items() if key not in ("_target_", "name")}
    for key, size in sizes.items():
        if key.endswith("_dim") and isinstance(size, int) and size < 1:
            raise ValueError(f"network_type.{key} must be at least 1, got {size}")
    try:
        network_class = getattr(importlib.import_module(module_name), class_name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"network_type._target_={target}: {error}") from error
    trunk = build_trunk_settings(config["trunk"])
    try:
        network: torch.nn.Module = network_class(zones=len(ZONES), trunk=trunk, **sizes)
    except Exception as error:  # whatever its author has overlooked
        reason = str(error).partition("\n")[0]  # of torch, before a trace of C++
        raise ValueError(f"network_type._target_={target} with {sizes}: {reason}") from error
    return network


def build_trunk_settings(section: Mapping[Any, Any]) -> TrunkSettings:
    """Read what all network types share; raise ValueError naming what is wrong."""
    trunk = read(TrunkSection, plain(section), "trunk")
    return TrunkSettings(
        ensemble_size=trunk.ensemble_size,
        hidden_units=trunk.hidden_units,
        num_actions=NUM_ACTIONS,
        scalars=SCALAR_DIM if trunk.scalars else 0,
        normalise=trunk.normalise,
        dueling=trunk.dueling,
    )


def check(config: dict[str, Any], is_here: bool) -> dict[str, Any]:
    """Build what a config describes, short of a trainer, or raise an error naming what is wrong.

    Returns what goes into the metadata of its run: `rules_version`.
    is_here: whether it will be trained on this machine
    """
    settings = read(Config, config).training
    rules = build_rules(config["rules"])
    _check_opponents(settings.evaluation.opponents, rules)
    network, target = build_network(config), config["network_type"]["_target_"]
    try:
        check_network(network, settings, config["trunk"]["ensemble_size"])
    except ValueError as error:
        raise ValueError(f"network_type._target_={target}: {error}") from error
    _check_arithmetic(config, is_here=is_here)
    _check_device(config["device"], is_here=is_here)
    _check_analysis(config, settings.evaluation.opponents)
    return {"rules_version": RULES_VERSION}


def _check_opponents(names: tuple[str, ...], rules: Rules) -> None:
    for name in names:
        try:
            opponents.load(name, rules)
        except ValueError as error:
            raise ValueError(f"training.evaluation.opponents: {error}") from error


def _check_analysis(config: dict[str, Any], opponents: tuple[str, ...]) -> None:
    """Raise ValueError for an option that the analysis could not honour after training."""
    section = config["analysis"]
    primary = section["primary_opponent"]
    if primary not in opponents:
        raise ValueError(
            f"analysis.primary_opponent must be one of training.evaluation.opponents, "
            f"{', '.join(opponents)}, got {primary!r}: add analysis.primary_opponent={opponents[0]}"
        )


def _check_device(name: str, *, is_here: bool) -> None:
    """Raise ValueError for a device that is not on the machine that trains."""
    if not is_here:
        return
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"device={name} cannot be used here, try device=cpu: {reason}") from error


def _check_arithmetic(config: dict[str, Any], *, is_here: bool) -> None:
    """Raise ValueError where `portable=true` could not keep its promise."""
    if not is_portable(config):
        return
    if config["device"] != "cpu":
        raise ValueError(f"portable=true needs device=cpu, got device={config['device']}")
    if not is_here:
        return
    require_portable()
    if not torch.backends.mkl.is_available():  # type: ignore[no-untyped-call]  # torch's
        raise ValueError("portable=true needs a torch with MKL, such as that of the package index")
    if torch.backends.cpu.get_cpu_capability() != "AVX2":
        raise ValueError("portable=true must be set before torch is imported")


def import_named() -> None:
    """Import what configs name, so that an edit of it reaches none of the runs begun later."""
    for package in (networks, opponents):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            with suppress(Exception):  # a config that names it is told why; the others do without
                importlib.import_module(module.name)
