"""What a launch that dies while it writes its plan leaves behind."""

import errno
from pathlib import Path

import pytest

from cuttle.launch import freeze
from cuttle.launch.decide import Action, Decision
from cuttle.runs.layout import RunState
from cuttle.runs.reader import RunRecord
from cuttle.runs.status import read_status
from tests.launch.planned import planned_run, write_state


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_results_never_pass_for_those_of_another_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are given up, by force=true, before their config is replaced."""
    run = planned_run(tmp_path, 1, config={"training": {"rounds": 4}})
    write_state(run, RunState.COMPLETED, config_hash="old")
    monkeypatch.setattr(freeze, "write_json", full)  # the metadata, after the config

    with pytest.raises(OSError, match="No space left"):
        freeze._prepare(
            Decision(run, RunRecord(run.run_dir), Action.RETRAIN),
            state=RunState.PREPARED,
            provenance={},
        )

    assert (run.run_dir / ".hydra" / "config.yaml").exists()
    left = read_status(run.run_dir)
    assert left is not None and left.state is RunState.PENDING
    assert left.config_hash == run.config_hash
