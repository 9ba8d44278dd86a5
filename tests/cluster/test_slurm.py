"""A sweep on a real SLURM of one node: its jobs are interrupted, queued again, and go on."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.launch.launching import command, environment, launch, results, states, status

CLUSTER, INTERRUPT = (Path(__file__).with_name(f"{name}.sh") for name in ("slurm", "interrupt"))
SWEEP = ("-m", "experiment=test", "run=1,2,3")
TIMEOUT_S = 400
INTERRUPTIONS = {  # as SLURM signals jobs before their time is over; by taking their node away
    "out of time": "scancel --signal=USR2 --state=RUNNING --partition=low",
    "preempted": "sbatch --partition=high --exclusive --wait --wrap 'sleep 4'",
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.geteuid() != 0 or not all(map(shutil.which, ("slurmctld", "slurmd", "munged"))),
        reason="needs root and the packages slurmctld, slurmd, slurm-client and munge",
    ),
]


@pytest.mark.parametrize("interruption", INTERRUPTIONS)
def test_an_interrupted_job_goes_on_to_the_same_bytes(interruption: str, tmp_path: Path) -> None:
    pytest.importorskip("submitit")
    words = (*SWEEP, "hydra/launcher=slurm", "hydra.launcher.partition=low")
    cluster, quiet = tmp_path / "cluster", tmp_path / "quiet"
    cluster.mkdir()
    quiet.mkdir()

    finished = subprocess.run(
        [CLUSTER, INTERRUPT, INTERRUPTIONS[interruption], *command(*words)],
        cwd=cluster,
        env=environment(ROUND_S="3"),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )

    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert set(states(cluster).values()) == {"completed"}
    assert status(cluster, "boolean_run_01")["attempt"] == 2
    log = (cluster / "multirun" / "test" / "boolean_run_01" / "train.log").read_text()
    assert "resuming after round" in log
    assert launch(quiet, *SWEEP).returncode == 0
    assert results(cluster) == results(quiet)
