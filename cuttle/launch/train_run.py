"""Train one frozen run: build, resume from a checkpoint, record every round."""

import io
import os
import traceback
from functools import partial
from typing import Any

import numpy as np
import torch

from cuttle.game.actions import NUM_ACTIONS
from cuttle.game.variants import CUTTLE_CARDS
from cuttle.launch import arithmetic
from cuttle.launch.build import build_trainer, import_named
from cuttle.runs.layout import FINAL_MODEL_FILE, INITIAL_MODEL_FILE, OWN_RESULTS
from cuttle.runs.provenance import machine
from cuttle.runs.recorder import FileOffsets, Recorder
from cuttle.training.probe import q_sd
from cuttle.training.saved import load, to_bytes
from cuttle.training.trainer import Trainer

MODEL_KEYS = ("run", "network_type", "trunk", "training", "rules", "seed")


def train(recorder: Recorder, config: dict[str, Any]) -> None:
    """Train, or resume, one run and record it; the caller holds its lock."""
    here = arithmetic.describe(portable=arithmetic.is_portable(config))
    trainer, before = _resumed(recorder, config) or (_begun(recorder, config), None)
    used = arithmetic.continued(before, here)
    recorder.add_metadata({**_facts(trainer, config), "arithmetic": used})
    for report in trainer.rounds(recorder.heartbeat):
        pack = partial(_pack, trainer, report.round, used) if config["checkpoint"] else None
        recorder.record_round(
            metrics=report.metrics, matches=report.matches, timings=report.timings, checkpoint=pack
        )
    recorder.write_model(FINAL_MODEL_FILE, model_bytes(trainer, config))
    recorder.complete(OWN_RESULTS)


def _pack(
    trainer: Trainer, completed_rounds: int, used: dict[str, Any], offsets: FileOffsets
) -> bytes:
    state = {"round": completed_rounds, "offsets": offsets, "arithmetic": used}
    return to_bytes({**state, "trainer": trainer.state_dict()})


def _begun(recorder: Recorder, config: dict[str, Any]) -> Trainer:
    trainer = build_trainer(config)
    recorder.reset(rounds=config["training"]["rounds"])
    recorder.write_model(INITIAL_MODEL_FILE, model_bytes(trainer, config))
    return trainer


def _resumed(recorder: Recorder, config: dict[str, Any]) -> tuple[Trainer, dict[str, Any]] | None:
    """Return the trainer as an earlier attempt left it, and the arithmetic of that.

    None where the run has to start over.
    """
    if not config["checkpoint"]:
        return None
    try:
        content = recorder.checkpoint()
        if content is None:
            return None
        state = load(io.BytesIO(content))
        trainer = build_trainer(config)
        trainer.load_state_dict(state["trainer"])
        is_whole = recorder.resume(
            completed_rounds=state["round"],
            rounds=config["training"]["rounds"],
            offsets=state["offsets"],
        )
    except Exception:  # a damaged checkpoint fails in many ways; all mean: start over
        traceback.print_exc()
        is_whole = False
    if not is_whole:
        print("the checkpoint cannot be used; starting over", flush=True)
        return None
    print(f"resuming after round {state['round']}", flush=True)
    return trainer, state["arithmetic"]


def warm_up() -> None:
    """Load what every run needs and loads late, so that forked children find it loaded.

    The first game loads the compiled rules. What a config may name is imported too, so that an edit
    of it reaches no run that begins later.
    """
    import_named()
    torch.set_num_threads(1)  # a parallel region before the fork would break the children
    q_sd(lambda observation: np.zeros((len(observation), NUM_ACTIONS), np.float32), CUTTLE_CARDS)


def model_bytes(trainer: Trainer, config: dict[str, Any]) -> bytes:
    """Serialise weights, seed and config; `torch.load(weights_only=True)` reads them."""
    return to_bytes(
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
