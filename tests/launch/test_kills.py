"""Kills at random instants change no byte of what a sweep leaves; more in `benchmarks.kills`."""

from pathlib import Path

import pytest

from tests.launch.kills import TRAINING, Campaign

pytestmark = pytest.mark.slow


def test_killed_sweeps_leave_the_files_of_an_undisturbed_one(tmp_path: Path) -> None:
    tolls = list(Campaign(tmp_path, seed=0).sweeps(num_kills=5))

    kills = sum(toll.kills.total() for toll in tolls)
    assert kills >= 5
    assert sum(toll.kills[TRAINING] for toll in tolls) >= 1
    assert [complaint for toll in tolls for complaint in toll.complaints] == []
