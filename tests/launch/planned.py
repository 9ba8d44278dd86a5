"""Planned runs and their states on disk, made by hand. No tests here."""

from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from cuttle.launch.compose import HydraPart
from cuttle.launch.plan import PlannedRun
from cuttle.runs.layout import CONFIG_FILE, RunState, run_name
from cuttle.runs.status import Status, write_status


def planned_run(root: Path, run: int, *, config: dict[str, Any] | None = None) -> PlannedRun:
    """Plan one run of the condition `boolean` with seed 7, in a directory that is made."""
    run_id = run_name("boolean", run)
    run_dir = root / run_id
    (run_dir / CONFIG_FILE).parent.mkdir(parents=True)
    return PlannedRun(
        run_id=run_id,
        condition="boolean",
        levels={"network_type": "boolean"},
        run=run,
        seed=7,
        config=config or {"force": False, "init_only": False},
        config_hash="hash",
        run_dir=run_dir,
        overrides=(),
        hydra=HydraPart(OmegaConf.create(), ()),
    )


def write_state(run: PlannedRun, state: RunState, **fields: Any) -> None:
    """Write the status of a run."""
    identity = {
        "run_id": run.run_id,
        "condition": run.condition,
        "levels": run.levels,
        "run": run.run,
        "seed": run.seed,
        "config_hash": run.config_hash,
    }
    write_status(run.run_dir, Status(**{"state": state, **identity, **fields}))
