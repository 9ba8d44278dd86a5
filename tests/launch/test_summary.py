"""What a launch says at its end, from decisions and the files of the runs."""

from dataclasses import replace
from pathlib import Path

import pytest

from cuttle.launch.decide import Action, Decision, decide, estimated_seconds
from cuttle.launch.summary import show_copies, show_summary
from cuttle.runs.layout import OWN_RESULTS, RunState
from cuttle.runs.lock import locked
from cuttle.runs.run_record import REQUIRED_WHEN_COMPLETED, RunRecord
from tests.launch.planned import planned_run, write_state


def decision(root: Path, run: int, state: RunState, action: Action) -> Decision:
    """Make the decision about a run that stands on disk in a state."""
    planned = planned_run(root, run)
    write_state(planned, state)
    if state is RunState.COMPLETED:
        for name in (*REQUIRED_WHEN_COMPLETED, *OWN_RESULTS):
            (planned.run_dir / name).parent.mkdir(exist_ok=True)
            (planned.run_dir / name).write_text("{}")
    return Decision(planned, RunRecord(planned.run_dir), action)


def test_a_stopped_launch_counts_what_it_had_trained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decisions = [
        decision(tmp_path, 1, RunState.COMPLETED, Action.SKIP),
        decision(tmp_path, 2, RunState.COMPLETED, Action.TRAIN),
        decision(tmp_path, 3, RunState.PREPARED, Action.TRAIN),
    ]

    is_well = show_summary(decisions, failures={}, trouble="interrupted")

    assert not is_well
    assert "(1 trained now, 1 completed before)" in capsys.readouterr().out


def test_a_run_that_another_launch_trained_with_another_config_is_no_success(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = decision(tmp_path, 1, RunState.COMPLETED, Action.TRAIN)
    taken = replace(taken, run=replace(taken.run, config_hash="another"))

    assert not show_summary([taken], failures={}, trouble="")

    assert "another launch has changed its config" in capsys.readouterr().out


def test_runs_of_one_seed_are_said_to_be_copies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = [decision(tmp_path, n, RunState.PENDING, Action.TRAIN).run for n in (1, 2, 3)]

    show_copies([runs[0], replace(runs[1], seed=8), runs[2], replace(runs[2], condition="x")])

    assert capsys.readouterr().out == (
        "boolean_run_01 and boolean_run_03 share seed 7: "
        "duplicate runs are not independent evidence\n"
    )


def test_time_is_estimated_from_runs_of_the_same_config_only(tmp_path: Path) -> None:
    timed = decision(tmp_path, 1, RunState.COMPLETED, Action.SKIP)
    write_state(timed.run, RunState.COMPLETED, duration_s=30.0)
    timed = replace(timed, record=timed.record.reread())
    other = replace(timed, run=replace(timed.run, config_hash="another"))
    to_do = [decision(tmp_path, n, RunState.PENDING, Action.TRAIN) for n in (2, 3)]

    assert estimated_seconds([timed, *to_do], num_workers=1) == 60.0
    assert estimated_seconds([other, *to_do], num_workers=1) is None


def test_what_is_left_of_a_resumed_run_is_estimated(tmp_path: Path) -> None:
    timed = decision(tmp_path, 1, RunState.COMPLETED, Action.SKIP)
    write_state(timed.run, RunState.COMPLETED, duration_s=40.0)
    begun = decision(tmp_path, 2, RunState.FAILED, Action.RESUME)
    write_state(begun.run, RunState.FAILED, round=1, rounds=4)
    decisions = [replace(d, record=d.record.reread()) for d in (timed, begun)]

    assert estimated_seconds(decisions, num_workers=1) == 30.0


def test_a_completed_run_of_another_config_is_not_taken_for_the_one_asked_for(
    tmp_path: Path,
) -> None:
    completed = decision(tmp_path, 1, RunState.COMPLETED, Action.SKIP).run

    assert decide(completed, force=False).action is Action.SKIP
    other = replace(completed, config_hash="another")
    assert decide(other, force=False).action is Action.CONFLICT
    assert decide(other, force=True).action is Action.RETRAIN


def test_force_leaves_a_run_alone_that_another_process_trains(tmp_path: Path) -> None:
    running = decision(tmp_path, 1, RunState.RUNNING, Action.SKIP).run

    with locked(running.run_dir):
        assert decide(running, force=True).action is Action.BUSY


def test_a_run_that_lost_its_results_counts_as_begun(tmp_path: Path) -> None:
    lost = planned_run(tmp_path, 1)
    write_state(lost, RunState.COMPLETED)

    record = RunRecord(lost.run_dir)

    assert record.state is RunState.DAMAGED
    assert record.is_begun
