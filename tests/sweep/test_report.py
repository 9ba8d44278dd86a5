"""What a launch says at its end, from decisions and the files of the runs."""

from pathlib import Path

import pytest

from cuttle.runs.layout import RunState, run_name
from cuttle.runs.reader import RunRecord
from cuttle.runs.status import Status, write_status
from cuttle.sweep.decide import Action, Decision
from cuttle.sweep.plan import PlannedRun
from cuttle.sweep.report import show_summary


def decision(root: Path, run: int, state: RunState, action: Action) -> Decision:
    """Make the decision about a run that stands on disk in a state."""
    run_id = run_name("boolean", run)
    run_dir = root / run_id
    run_dir.mkdir()
    write_status(run_dir, Status(state, run_id, "boolean", run, 7, "hash"))
    planned = PlannedRun(run_id, "boolean", run, 7, {"force": False}, "hash", run_dir, (), "")
    return Decision(planned, RunRecord(run_dir), action)


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
