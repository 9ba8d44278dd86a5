"""Kills at random instants change no byte of what a sweep leaves; more in `benchmarks.kills`."""

from pathlib import Path

import pytest

from tests.launch.kills import TRAINING, KillTest

pytestmark = pytest.mark.slow


def test_killed_sweeps_leave_the_files_of_an_undisturbed_one(tmp_path: Path) -> None:
    logs = list(KillTest(tmp_path, seed=0).sweeps(num_kills=5))

    kills = sum(log.kills.total() for log in logs)
    assert kills >= 5
    assert sum(log.kills[TRAINING] for log in logs) >= 1
    assert [complaint for log in logs for complaint in log.complaints] == []
