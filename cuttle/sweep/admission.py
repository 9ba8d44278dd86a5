"""May these runs be trained in their experiment: refuses what one report could not compare.

Reads only; how a run stands by itself is decided in `decide`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cuttle.runs.identity import common_differences
from cuttle.runs.layout import RunState
from cuttle.runs.reader import read_experiment
from cuttle.runs.words import plural, summed_up
from cuttle.sweep.decide import Action, Decision
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
        others = f" (and {plural(len(conflicts) - 1)} more)" if len(conflicts) > 1 else ""
        raise Refusal(
            f"{first.run.run_dir} {'is being' if is_running else 'was'} trained with another "
            f"config: {first.reason}{others}; {WAY_OUT}"
            f"{'' if is_running else ', or force=true to train it again'}"
        )


def refuse_other_settings(decisions: Sequence[Decision]) -> None:
    """Keep the runs of an experiment comparable: in all but type and seed they are set alike."""
    asked = [decision.run for decision in decisions if decision.is_to_do]
    if not asked:
        return
    for run in asked:
        _refuse_difference(run, asked[0].run_id, asked[0].config)
    experiment_dir = asked[0].run_dir.parent
    base = read_plan(experiment_dir).get("base_config")
    if experiment_dir.is_dir() and not (base and _fits(base, asked[0].config)):
        _compare_with_trained(asked, experiment_dir)


def _compare_with_trained(asked: Sequence[PlannedRun], experiment_dir: Path) -> None:
    replaced = {run.run_id for run in asked}
    for record in read_experiment(experiment_dir).runs:
        is_begun = record.state in BEGUN or record.status.get("round", 0) > 0
        if is_begun and record.run_id not in replaced and record.config:
            _refuse_difference(asked[0], record.run_id, record.config)


def _refuse_difference(run: PlannedRun, other_id: str, other: dict[str, Any]) -> None:
    if not _fits(other, run.config):
        changes = summed_up(common_differences(other, run.config))
        raise Refusal(
            f"{run.run_id} would be trained with other settings than {other_id} in "
            f"{run.run_dir.parent}: {changes}; such runs cannot be compared: {WAY_OUT}"
        )


def _fits(old: dict[str, Any], new: dict[str, Any]) -> bool:
    return not common_differences(old, new)
