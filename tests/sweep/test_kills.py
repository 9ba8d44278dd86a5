"""Fifty and more kills at random instants change no byte of what a sweep leaves."""

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.sweep.kills import differing, harass
from tests.sweep.launching import kill_all, launch, processes_in, results

pytestmark = pytest.mark.slow

SWEEP = ("-m", "experiment=test", "run=range(1,7)", "hydra.launcher.n_jobs=2")
ROUND_S = "0.4"
NUM_KILLS = 50
MAX_SWEEPS = 30


def test_fifty_kills_leave_the_files_of_an_undisturbed_sweep(tmp_path: Path) -> None:
    rng = random.Random(0)
    quiet = tmp_path / "quiet"
    quiet.mkdir()
    started = time.monotonic()
    assert launch(quiet, *SWEEP, ROUND_S=ROUND_S).returncode == 0
    duration_s = time.monotonic() - started
    undisturbed = results(quiet)
    kills: Counter[str] = Counter()

    for number in range(MAX_SWEEPS):
        directory = tmp_path / f"sweep_{number}"
        directory.mkdir()
        try:
            toll = harass(directory, SWEEP, rng, gap_s=duration_s, ROUND_S=ROUND_S)
        finally:
            kill_all(processes_in(directory))
        kills += toll.kills
        assert toll.complaints == []
        assert differing(directory, undisturbed) == []
        if kills.total() >= NUM_KILLS:
            break

    assert kills.total() >= NUM_KILLS, kills
