"""One run from its frozen config: train, go on, hand the reports to the recorder.

Its parts are built in `parts`; which runs there are and when they start is decided in `sweep`.
"""

import io
import os
import traceback
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from cuttle import arithmetic
from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.variants import CUTTLE_CARDS
from cuttle.parts import build_trainer
from cuttle.runs.layout import CONFIG_FILE, INITIAL_MODEL_FILE, Outcome, RunState
from cuttle.runs.lock import AlreadyLocked, locked
from cuttle.runs.provenance import machine
from cuttle.runs.recorder import Extents, Recorder
from cuttle.runs.status import read_status, utc_now
from cuttle.runs.yaml_file import read_yaml
from cuttle.training.probe import q_sd
from cuttle.training.trainer import Trainer

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
    here = arithmetic.describe(portable=arithmetic.is_portable(config))
    trainer, before = _resumed(recorder, config) or (_begun(recorder, config), None)
    used = arithmetic.continued(before, here)
    recorder.add_metadata({**_facts(trainer, config), "arithmetic": used})
    for report in trainer.rounds(recorder.heartbeat):
        pack = partial(_pack, trainer, report.round, used) if config["checkpoint"] else None
        recorder.record_round(
            metrics=report.metrics, matches=report.matches, timings=report.timings, checkpoint=pack
        )
    recorder.complete(model_bytes(trainer, config))


def _pack(trainer: Trainer, completed_rounds: int, used: dict[str, Any], extents: Extents) -> bytes:
    state = {"round": completed_rounds, "extents": extents, "arithmetic": used}
    return _to_bytes({**state, "trainer": trainer.state_dict()})


def _begun(recorder: Recorder, config: dict[str, Any]) -> Trainer:
    trainer = build_trainer(config)
    recorder.start_over(rounds=config["training"]["rounds"])
    recorder.write_model(INITIAL_MODEL_FILE, model_bytes(trainer, config))
    return trainer


def _resumed(recorder: Recorder, config: dict[str, Any]) -> tuple[Trainer, dict[str, Any]] | None:
    """Return the trainer as an earlier attempt left it, and the arithmetic of that.

    None where the run has to start over.
    """
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
    return trainer, state["arithmetic"]


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
