"""What a launch that dies while it writes its plan leaves behind."""

import errno
from pathlib import Path

import pytest

from cuttle.runs.layout import RunState
from cuttle.runs.reader import RunRecord
from cuttle.runs.status import Status, read_status, write_status
from cuttle.sweep import freeze
from cuttle.sweep.decide import Action, Decision
from cuttle.sweep.plan import PlannedRun


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_results_never_pass_for_those_of_another_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are given up, by force=true, before their config is replaced."""
    write_status(tmp_path, Status(RunState.COMPLETED, "boolean_run_01", "boolean", 1, 7, "old"))
    config = {"training": {"rounds": 4}}
    run = PlannedRun("boolean_run_01", "boolean", 1, 7, config, "new", tmp_path, (), "")
    monkeypatch.setattr(freeze, "write_json", full)  # the metadata, after the config

    with pytest.raises(OSError, match="No space left"):
        freeze._prepare(
            Decision(run, RunRecord(tmp_path), Action.RETRAIN),
            state=RunState.PREPARED,
            provenance={},
        )

    assert (tmp_path / ".hydra" / "config.yaml").exists()
    left = read_status(tmp_path)
    assert left is not None and left.state is RunState.PENDING and left.config_hash == "new"
