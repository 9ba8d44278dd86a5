"""Write down what will be trained before it is: experiment, configs, metadata, states.

From here on nobody reads conf/ again, so editing it changes no run of this launch.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from cuttle.runs.comparable import find_mismatch
from cuttle.runs.files import read_json, remove_temporary_files, write_json, write_text
from cuttle.runs.layout import (
    CHECKPOINT_FILE,
    CONFIG_FILE,
    EXPERIMENT_FILE,
    HYDRA_FILE,
    METADATA_FILE,
    OVERRIDES_FILE,
    RunState,
)
from cuttle.runs.lock import AlreadyLocked, locked
from cuttle.runs.provenance import (
    command_line,
    git_state,
    machine,
    package_versions,
    source_hash,
)
from cuttle.runs.reader import planned_entries
from cuttle.runs.status import Status, read_status, utc_now, write_status
from cuttle.sweep.decide import Action, Decision
from cuttle.sweep.errors import describe
from cuttle.sweep.plan import PlannedRun

SCHEMA = 1
HISTORY_LIMIT = 1000  # command lines kept
EXPERIMENT_PATIENCE_S = 30.0  # another launch holds the lock for moments only
PER_RUN_KEYS = ("run", "network_type")


def freeze(
    decisions: Sequence[Decision], *, state: RunState, rules_version: str
) -> tuple[list[PlannedRun], dict[str, str]]:
    """Prepare the runs to do and return them; what another launch took meanwhile is left out.

    The second value says by run id why those cannot be prepared whose directory refuses it.
    """
    experiment_dir = decisions[0].run.run_dir.parent
    experiment_dir.mkdir(parents=True, exist_ok=True)
    provenance = {
        "git": git_state(),
        "source_hash": source_hash(),
        "versions": package_versions(),
        "command_line": command_line(),
        "rules_version": rules_version,
        **machine(),
    }
    with locked(experiment_dir, patience_s=EXPERIMENT_PATIENCE_S):
        for leftover in experiment_dir.glob(".tmp-*"):
            leftover.unlink(missing_ok=True)
        _write_experiment(experiment_dir, [d.run for d in decisions], provenance)
    frozen: list[PlannedRun] = []
    failures: dict[str, str] = {}
    for decision in (decision for decision in decisions if decision.is_to_do):
        try:
            if _prepare(decision, state=state, provenance=provenance):
                frozen.append(decision.run)
        except OSError as error:
            failures[decision.run.run_id] = describe(error)
    return frozen, failures


def _prepare(decision: Decision, *, state: RunState, provenance: dict[str, Any]) -> bool:
    run = decision.run
    (run.run_dir / CONFIG_FILE).parent.mkdir(parents=True, exist_ok=True)
    try:
        with locked(run.run_dir):
            found = _read_status(run.run_dir)
            if _is_left_alone(found, decision, state):
                return False
            remove_temporary_files(run.run_dir)
            if decision.action is not Action.RESUME:
                (run.run_dir / CHECKPOINT_FILE).unlink(missing_ok=True)
                # Given up before the config is replaced: results must not pass for another's.
                write_status(run.run_dir, _prepared(decision, found, RunState.PENDING))
            _write_run(run, provenance)
            write_status(run.run_dir, _prepared(decision, found, state))
    except AlreadyLocked:
        return False
    return True


def _is_left_alone(found: Status | None, decision: Decision, state: RunState) -> bool:
    """Tell whether a run has come further than it is about to be set back to."""
    if found is None or decision.action is Action.RETRAIN:
        return False
    if state is RunState.PENDING:  # only to be planned: what another launch does or did, stays
        return found.state is not RunState.PENDING
    return found.state is RunState.COMPLETED


def _read_status(run_dir: Path) -> Status | None:
    try:
        return read_status(run_dir)
    except ValueError:  # damaged, and given up by force=true
        return None


def _prepared(decision: Decision, found: Status | None, state: RunState) -> Status:
    run = decision.run
    resumed = found if found is not None and decision.action is Action.RESUME else None
    return Status(
        state=state,
        run_id=run.run_id,
        network_type=run.network_type,
        run=run.run,
        seed=run.seed,
        config_hash=run.config_hash,
        attempt=found.attempt if found else 0,
        created_at=found.created_at if found else utc_now(),
        duration_s=resumed.duration_s if resumed else 0.0,
        round=resumed.round if resumed else 0,
        rounds=run.rounds,
        win_rates=resumed.win_rates if resumed else {},
    )


def _write_run(run: PlannedRun, provenance: dict[str, Any]) -> None:
    write_text(run.run_dir / CONFIG_FILE, OmegaConf.to_yaml(OmegaConf.create(run.config)))
    write_text(
        run.run_dir / OVERRIDES_FILE, OmegaConf.to_yaml(OmegaConf.create(list(run.overrides)))
    )
    write_text(run.run_dir / HYDRA_FILE, run.hydra)
    identity = {
        "schema": SCHEMA,
        "run_id": run.run_id,
        "network_type": run.network_type,
        "run": run.run,
        "seed": run.seed,
    }
    write_json(run.run_dir / METADATA_FILE, {**identity, **provenance})


def _write_experiment(
    experiment_dir: Path, runs: Sequence[PlannedRun], provenance: dict[str, Any]
) -> None:
    found = read_plan(experiment_dir)
    config = runs[0].config
    planned = {entry["run_id"]: entry for entry in planned_entries(found)}
    history = found.get("history")
    for run in runs:
        planned[run.run_id] = {
            "run_id": run.run_id,
            "network_type": run.network_type,
            "run": run.run,
            "seed": run.seed,
        }
    now = utc_now()
    entry = {"at": now, "command_line": provenance["command_line"], "git": provenance["git"]}
    write_json(
        experiment_dir / EXPERIMENT_FILE,
        {
            "schema": SCHEMA,
            "name": experiment_dir.name,
            "description": config["description"] or found.get("description", ""),
            "created_at": found.get("created_at", now),
            "git": found.get("git", provenance["git"]),
            "rules_version": provenance["rules_version"],
            "seed_mode": config["seed"]["mode"],
            "paired": config["seed"]["mode"] == "paired",
            "planned": list(planned.values()),
            "base_config": _base_config(config, found.get("base_config")),
            "history": [*(history if isinstance(history, list) else []), entry][-HISTORY_LIMIT:],
        },
    )


def read_plan(experiment_dir: Path) -> dict[str, Any]:
    """Read what is planned for an experiment; empty where there is nothing or it is damaged."""
    try:
        found = read_json(experiment_dir / EXPERIMENT_FILE)
    except (FileNotFoundError, ValueError):  # a damaged plan is written anew; the runs count
        return {}
    return found if isinstance(found, dict) else {}


def _base_config(config: dict[str, Any], found: Any) -> dict[str, Any]:
    """Keep the first launch's config unless none of what it trained is left."""
    if isinstance(found, dict):
        kept = {**found, "network_type": config["network_type"]}
        factor_keys = ("network_type", *config["analysis"]["factors"])
        if find_mismatch([("", "found", kept), ("", "asked for", config)], factor_keys) is None:
            return found
    base = {key: value for key, value in config.items() if key not in PER_RUN_KEYS}
    return {**base, "seed": {"mode": config["seed"]["mode"], "base": config["seed"]["base"]}}
