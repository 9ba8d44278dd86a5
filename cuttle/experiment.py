"""One run from its frozen config: build the parts, train, hand the reports to the recorder.

Which runs there are and when they start is decided in `sweep`; what training does, in `training`.
"""

import importlib
import io
import os
import pkgutil
import traceback
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cuttle import networks, opponents
from cuttle.env.observation import SCALAR_DIM, ZONES
from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.variants import CUTTLE_CARDS, PRESETS, RULES_VERSION, Rules, checked
from cuttle.networks.trunk import TrunkSettings
from cuttle.runs.diff import flatten
from cuttle.runs.layout import CONFIG_FILE, INITIAL_MODEL_FILE, Outcome, RunState
from cuttle.runs.lock import AlreadyLocked, locked
from cuttle.runs.provenance import machine
from cuttle.runs.recorder import Extents, Recorder
from cuttle.runs.status import read_status, utc_now
from cuttle.runs.yaml_file import read_yaml
from cuttle.training.probe import q_sd
from cuttle.training.settings import TrainingSettings
from cuttle.training.trainer import Trainer

NETWORK_PACKAGE = "cuttle.networks."
DEVICES = ("cpu", "cuda")
MODEL_KEYS = ("run", "network_type", "trunk", "training", "rules", "seed")


def train_run(
    run_dir: Path, *, expected_hash: str, claims_interrupted: bool = False
) -> tuple[Outcome, str]:
    """Train, or go on training, the run whose config is frozen in a directory.

    Returns how it ended and, of a failure, why.
    An interrupted run is gone on with only where its job was given back by a cluster: elsewhere
    another worker of the same launch has tried it.
    """
    try:
        with locked(run_dir):
            return _train_locked(run_dir, expected_hash, claims_interrupted)
    except AlreadyLocked:
        return Outcome.BUSY, ""


def _train_locked(
    run_dir: Path, expected_hash: str, claims_interrupted: bool
) -> tuple[Outcome, str]:
    status = read_status(run_dir)
    if status is None or status.config_hash != expected_hash:
        return Outcome.FAILED, "another launch has changed the config of this run"
    is_interrupted = status.state is RunState.RUNNING  # its lock was free
    if status.state is not RunState.PREPARED and not (is_interrupted and claims_interrupted):
        return Outcome.DONE, ""
    recorder = Recorder(run_dir, status)
    print(f"{utc_now()} attempt {recorder.status.attempt}, process {os.getpid()}", flush=True)
    try:
        _train(recorder, read_yaml(run_dir / CONFIG_FILE))
    except BaseException as error:  # whatever ends a run must be on record; the process ends anyway
        traceback.print_exc()
        recorder.fail(error)
        return Outcome.FAILED, recorder.status.reason()
    print(f"{utc_now()} completed", flush=True)
    return Outcome.COMPLETED, ""


def _train(recorder: Recorder, config: dict[str, Any]) -> None:
    trainer = _resumed(recorder, config) or _begun(recorder, config)
    recorder.add_metadata(_facts(trainer, config))
    for report in trainer.rounds(recorder.heartbeat):
        pack = partial(_pack, trainer, report.round) if config["checkpoint"] else None
        recorder.record_round(
            metrics=report.metrics, matches=report.matches, timings=report.timings, checkpoint=pack
        )
    recorder.complete(model_bytes(trainer, config))


def _pack(trainer: Trainer, completed_rounds: int, extents: Extents) -> bytes:
    state = {"round": completed_rounds, "extents": extents, "trainer": trainer.state_dict()}
    return _to_bytes(state)


def _begun(recorder: Recorder, config: dict[str, Any]) -> Trainer:
    trainer = build_trainer(config)
    recorder.start_over(rounds=config["training"]["rounds"])
    recorder.write_model(INITIAL_MODEL_FILE, model_bytes(trainer, config))
    return trainer


def _resumed(recorder: Recorder, config: dict[str, Any]) -> Trainer | None:
    """Return the trainer as an earlier attempt left it; None where the run has to start over."""
    content = recorder.checkpoint() if config["checkpoint"] else None
    if content is None:
        return None
    try:
        state = torch.load(io.BytesIO(content), weights_only=True)
        trainer = build_trainer(config)
        trainer.load_state_dict(state["trainer"])
        is_whole = recorder.resume(
            completed_rounds=state["round"],
            rounds=config["training"]["rounds"],
            extents=state["extents"],
        )
    except Exception:  # a damaged checkpoint fails in many ways; all mean: start over
        traceback.print_exc()
        is_whole = False
    if not is_whole:
        print("the checkpoint cannot be used, the run starts over", flush=True)
        return None
    print(f"going on after round {state['round']}", flush=True)
    return trainer


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
    network_class = getattr(importlib.import_module(module_name), class_name)
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
    build_rules(config["rules"])
    build_network(config)
    _check_device(config["device"], is_here=trains_here)
    _check_analysis(config, settings.evaluation.opponents)
    return {"rules_version": RULES_VERSION}


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


def warm_up() -> None:
    """Load what every run needs and loads late, so that forked children find it loaded.

    The first optimizer imports a compiler (1 s), the first game loads the compiled rules.
    """
    torch.set_num_threads(1)  # a parallel region before the fork would break the children
    torch.optim.Adam([torch.zeros(1, requires_grad=True)])
    q_sd(lambda observation: np.zeros((len(observation), NUM_ACTIONS), np.float32), CUTTLE_CARDS)


def model_bytes(trainer: Trainer, config: dict[str, Any]) -> bytes:
    """Serialise weights, seed and config; `torch.load(weights_only=True)` reads them."""
    return _to_bytes(
        {
            "weights": trainer.model_state(),
            "seed": config["seed"]["value"],
            "config": {key: config[key] for key in MODEL_KEYS},
        }
    )


def _facts(trainer: Trainer, config: dict[str, Any]) -> dict[str, Any]:
    return {
        **machine(),
        "pid": os.getpid(),
        "threads": config["threads"],
        "parameters": trainer.num_parameters,
        "initial_q_sd": trainer.initial_q_sd,
    }


def _to_bytes(value: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()
