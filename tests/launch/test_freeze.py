"""What a launch that dies while it writes its plan leaves behind."""

import errno
from dataclasses import replace
from pathlib import Path

import pytest

from cuttle.launch import freeze
from cuttle.launch.decide import Action, Decision
from cuttle.launch.plan import Plan, PlannedRun
from cuttle.launch.refusal import Refusal
from cuttle.runs.layout import CHECKPOINT_FILE, CONFIG_FILE, EXPERIMENT_FILE, RunState
from cuttle.runs.lock import AlreadyLocked, locked
from cuttle.runs.reader import read_experiment
from cuttle.runs.run_record import RunRecord
from cuttle.runs.status import read_status
from tests.launch.planned import planned_run, write_state


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def prepare(run: PlannedRun, action: Action) -> bool:
    decision = Decision(run, RunRecord(run.run_dir), action)
    return freeze._prepare(decision, state=RunState.PREPARED, provenance={})


def test_results_never_pass_for_those_of_another_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are given up, by force=true, before their config is replaced."""
    run = planned_run(tmp_path, 1, config={"training": {"rounds": 4}})
    write_state(run, RunState.COMPLETED, config_hash="old")
    monkeypatch.setattr(freeze, "write_json", full)  # the metadata, after the config

    with pytest.raises(OSError, match="No space left"):
        prepare(run, Action.RETRAIN)

    assert (run.run_dir / ".hydra" / "config.yaml").exists()
    left = read_status(run.run_dir)
    assert left is not None and left.state is RunState.PENDING
    assert left.config_hash == run.config_hash


def test_a_run_that_another_launch_works_on_is_left_to_it(tmp_path: Path) -> None:
    run = planned_run(tmp_path, 1)
    write_state(run, RunState.PENDING)

    with locked(run.run_dir):
        assert not prepare(run, Action.TRAIN)

    assert not (run.run_dir / CONFIG_FILE).exists()
    assert prepare(run, Action.TRAIN)


def test_a_run_that_another_launch_has_completed_meanwhile_stays(tmp_path: Path) -> None:
    run = planned_run(tmp_path, 1)
    write_state(run, RunState.COMPLETED)

    assert not prepare(run, Action.TRAIN)

    left = read_status(run.run_dir)
    assert left is not None and left.state is RunState.COMPLETED


@pytest.mark.parametrize("action", [Action.RETRAIN, Action.TRAIN, Action.RESUME])
def test_a_checkpoint_stays_for_the_run_that_is_resumed(action: Action, tmp_path: Path) -> None:
    run = planned_run(tmp_path, 1)
    write_state(run, RunState.FAILED)
    (run.run_dir / CHECKPOINT_FILE).write_bytes(b"state")

    prepare(run, action)

    assert (run.run_dir / CHECKPOINT_FILE).exists() == (action is Action.RESUME)


def plan_of(root: Path, run: int, factor: str, *, mode: str = "independent") -> Plan:
    """Plan a launch of one run that varies one factor."""
    planned = planned_run(root, run, config={"seed": {"mode": mode}})
    return Plan((planned,), root, {factor: {"base": 1, "keys": [factor]}}, {"seed": {}}, {}, None)


PROVENANCE = {"command_line": "", "git": {}}


def test_a_plan_is_extended_by_what_another_launch_plans(tmp_path: Path) -> None:
    for run, factor in ((1, "first"), (2, "second")):
        freeze._write_experiment(plan_of(tmp_path, run, factor), PROVENANCE)

    experiment = read_experiment(tmp_path)

    assert [run.run_id for run in experiment.runs] == ["boolean_run_01", "boolean_run_02"]
    assert len(experiment.meta["planned"]) == 2
    assert set(experiment.factors) == {"first", "second"}


def test_two_launches_that_begin_an_experiment_at_once_agree_on_its_seeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze._write_experiment(plan_of(tmp_path, 1, "first"), PROVENANCE)
    monkeypatch.setattr(freeze, "keep_source", full)  # a refusal comes before its first write

    with pytest.raises(Refusal, match="planned with seed=independent, got seed=paired"):
        freeze._write_experiment(plan_of(tmp_path, 2, "first", mode="paired"), PROVENANCE)

    assert len(read_experiment(tmp_path).meta["planned"]) == 1


def test_nothing_is_planned_where_the_disk_is_too_full_for_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory that was there is left as it was, a new one is taken back."""
    monkeypatch.setattr(freeze, "keep_source", full)
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    (old / "notes").touch()

    plan = plan_of(tmp_path / "elsewhere", 1, "first")
    for directory in (old, new):
        asked = replace(plan, experiment_dir=directory)
        with pytest.raises(OSError, match="No space left"):
            freeze.freeze(asked, [], state=RunState.PREPARED, facts={})

    assert sorted(path.name for path in old.iterdir()) == [".lock", "notes"]
    assert not new.exists()


def test_a_plan_is_written_by_one_launch_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(freeze, "EXPERIMENT_TIMEOUT_S", 0.05)

    with locked(tmp_path), pytest.raises(AlreadyLocked):
        freeze.freeze(plan_of(tmp_path, 1, "first"), [], state=RunState.PREPARED, facts={})

    assert not (tmp_path / EXPERIMENT_FILE).exists()
