"""May these runs be trained in their experiment: refuses what one report could not compare.

Reads only; how a run stands by itself is decided in `decide`.
"""

from collections.abc import Sequence

from cuttle.runs.comparable import find_mismatch
from cuttle.runs.formatting import pluralize as count
from cuttle.runs.formatting import truncate as some
from cuttle.runs.layout import RunState
from cuttle.runs.reader import RunRecord, read_experiment
from cuttle.sweep.decide import MAX_CHANGES, Action, Decision
from cuttle.sweep.errors import Refusal
from cuttle.sweep.freeze import read_plan
from cuttle.sweep.plan import PlannedRun

BEGUN = (RunState.COMPLETED, RunState.RUNNING, RunState.DAMAGED)
WAY_OUT = "use another experiment=NAME"


def refuse_other_seeds(run: PlannedRun) -> None:
    """Keep the runs of an experiment comparable: whether they are paired is one fact for all."""
    mode, planned = run.config["seed"]["mode"], read_plan(run.run_dir.parent).get("seed_mode")
    if planned not in (None, mode):
        raise Refusal(
            f"{run.run_dir.parent} was planned with seed={planned}, got seed={mode}; {WAY_OUT}"
        )


def refuse_conflicts(decisions: Sequence[Decision]) -> None:
    """Keep what is trained: a run of another config is not silently taken for the one asked for."""
    conflicts = [decision for decision in decisions if decision.action is Action.CONFLICT]
    if conflicts:
        first = conflicts[0]
        is_running = first.record.state is RunState.RUNNING
        others = f" (and {count(len(conflicts) - 1, 'run')} more)" if len(conflicts) > 1 else ""
        raise Refusal(
            f"{first.run.run_dir} {'is being' if is_running else 'was'} trained with another "
            f"config: {first.reason}{others}; {WAY_OUT}"
            f"{'' if is_running else ', or force=true to train all of its runs again'}"
        )


def refuse_other_settings(decisions: Sequence[Decision]) -> None:
    """Keep the runs of an experiment comparable, by the rule of the report."""
    asked = [decision.run for decision in decisions if decision.is_to_do]
    if not asked:
        return
    experiment_dir = asked[0].run_dir.parent
    replaced = {run.run_id for run in asked}
    configs = [
        (record.run_id, record.network_type, record.config)
        for record in (read_experiment(experiment_dir).runs if experiment_dir.is_dir() else ())
        if record.run_id not in replaced and _is_begun(record) and record.config
    ]
    configs += [(run.run_id, run.network_type, run.config) for run in asked]
    factors = asked[0].config["analysis"]["factors"]
    mismatch = find_mismatch(configs, ("network_type", *factors))
    if mismatch and mismatch.second in replaced:
        raise Refusal(
            f"{mismatch.second} would be trained with other settings than {mismatch.first} in "
            f"{experiment_dir}: {some(mismatch.changes, MAX_CHANGES)}; such runs cannot be "
            f"compared: {WAY_OUT}"
        )


def _is_begun(record: RunRecord) -> bool:
    return record.state in BEGUN or record.status.get("round", 0) > 0
