"""Freeze a launch before training: experiment, configs, metadata, states.

From here on nobody reads conf/ again, so editing it changes no run of this launch.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from cuttle.launch.decide import Action, Decision, refuse_other_seeds
from cuttle.launch.overrides import REPEAT
from cuttle.launch.plan import Plan, PlannedRun
from cuttle.launch.refusal import Refusal, describe
from cuttle.launch.source import keep_source
from cuttle.runs.files import (
    TEMPORARY_PREFIX,
    read_json,
    remove_temporary_files,
    write_json,
    write_text,
)
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
from cuttle.runs.reader import factor_entries, planned_entries
from cuttle.runs.status import Status, read_status, utc_now, write_status

SCHEMA = 2
HISTORY_LIMIT = 1000  # command lines kept
EXPERIMENT_TIMEOUT_S = 30.0  # another launch holds the lock for moments only


def freeze(
    plan: Plan, decisions: Sequence[Decision], *, state: RunState, facts: Mapping[str, Any]
) -> tuple[list[PlannedRun], dict[str, str]]:
    """Prepare the runs to do and return them; what another launch took meanwhile is left out.

    The second value gives, by run id, why a run could not be prepared.
    facts: the program's facts about itself and its runs, for the metadata
    """
    is_new = not plan.experiment_dir.exists()
    try:
        plan.experiment_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        place = f"{plan.experiment_dir} cannot be made ({error.strerror})"
        raise Refusal(f"{place}; use another root=") from error
    provenance = {
        "git": git_state(),
        "source_hash": source_hash(),
        "versions": package_versions(),
        "command_line": command_line(),
        **facts,
        **machine(),
    }
    with locked(plan.experiment_dir, timeout_s=EXPERIMENT_TIMEOUT_S):
        for leftover in plan.experiment_dir.glob(f"{TEMPORARY_PREFIX}*"):
            leftover.unlink(missing_ok=True)
        try:
            _write_experiment(plan, provenance)
        except OSError:
            if is_new and not (plan.experiment_dir / EXPERIMENT_FILE).exists():  # nor any run
                shutil.rmtree(plan.experiment_dir, ignore_errors=True)
            raise
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
    """Return whether a run has come further than it is about to be set back to."""
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
    """Return the status of a run that is about to be trained; its past stays on record."""
    run = decision.run
    status = Status(state=state, config_hash=run.config_hash, **_entry(run))
    if found is None:
        return status
    kept = ["attempt", "created_at"]
    if decision.action is Action.RESUME:
        kept += ["duration_s", "round", "rounds", "win_rates"]
    return replace(status, **{name: getattr(found, name) for name in kept})


def _write_run(run: PlannedRun, provenance: dict[str, Any]) -> None:
    write_text(run.run_dir / CONFIG_FILE, OmegaConf.to_yaml(OmegaConf.create(run.config)))
    write_text(
        run.run_dir / OVERRIDES_FILE, OmegaConf.to_yaml(OmegaConf.create(list(run.overrides)))
    )
    write_text(run.run_dir / HYDRA_FILE, run.hydra.yaml(run.overrides))
    write_json(run.run_dir / METADATA_FILE, {"schema": SCHEMA, **_entry(run), **provenance})


def _entry(run: PlannedRun) -> dict[str, Any]:
    """Return the entry of a run in the plan of the experiment."""
    return {
        "run_id": run.run_id,
        "condition": run.condition,
        "levels": run.levels,
        "run": run.run,
        "seed": run.seed,
    }


def _write_experiment(plan: Plan, provenance: dict[str, Any]) -> None:
    """Extend the plan on disk, which another launch may have extended since it was read."""
    found = read_plan(plan.experiment_dir)
    mode = found.get("seed_mode")
    refuse_other_seeds(plan, mode if isinstance(mode, str) else None)
    keep_source(plan.experiment_dir)  # before the plan: a disk may be too full for the archive
    planned = {entry["run_id"]: entry for entry in planned_entries(found)}
    planned |= {run.run_id: _entry(run) for run in plan.runs}
    seed = plan.runs[0].config["seed"]
    now, history = utc_now(), found.get("history")
    entry = {
        "at": now,
        "command_line": provenance["command_line"],
        "git": provenance["git"],
        "num_runs": len(plan.runs),
    }
    write_json(
        plan.experiment_dir / EXPERIMENT_FILE,
        {
            "schema": SCHEMA,
            "name": plan.experiment_dir.name,
            "description": plan.runs[0].config.get("description") or found.get("description", ""),
            "created_at": found.get("created_at", now),
            "git": found.get("git", provenance["git"]),
            "rules_version": provenance.get("rules_version"),
            "seed_mode": seed["mode"],
            "factors": _merged_factors(factor_entries(found), plan.factors),
            "planned": list(planned.values()),
            **_base(plan, found),
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


def _merged_factors(
    recorded: dict[str, dict[str, Any]], factors: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Extend the recorded factors: none is ever dropped, none changes its base."""
    merged = {}
    for factor in [*factors, *(key for key in recorded if key not in factors)]:
        old, new = recorded.get(factor, {}), factors.get(factor, {})
        keys = dict.fromkeys([*old.get("keys", []), *new.get("keys", [])])
        merged[factor] = {"base": new.get("base", old.get("base")), "keys": list(keys)}
    return merged


def _base(plan: Plan, found: dict[str, Any]) -> dict[str, Any]:
    """Keep the first launch's base unless none of what it trained is left."""
    is_begun = plan.experiment is not None and any(run.is_begun for run in plan.experiment.runs)
    if is_begun and isinstance(found.get("base_config"), dict):
        return {"base_config": found["base_config"], "choices": found.get("choices", plan.choices)}
    config = {key: value for key, value in plan.base_config.items() if key != REPEAT}
    config["seed"] = {**config["seed"], "value": None}
    return {"base_config": config, "choices": plan.choices}
