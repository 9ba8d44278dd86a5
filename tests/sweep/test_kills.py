"""Kills at random instants change no byte of what a sweep leaves; more in `benchmarks.kills`."""

from pathlib import Path

import pytest

from tests.sweep.kills import campaign

pytestmark = pytest.mark.slow


def test_killed_sweeps_leave_the_files_of_an_undisturbed_one(tmp_path: Path) -> None:
    tolls = list(campaign(tmp_path, num_kills=5, seed=0))

    assert sum(toll.kills.total() for toll in tolls) >= 5
    assert [complaint for toll in tolls for complaint in toll.complaints] == []
