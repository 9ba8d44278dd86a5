"""Hydra 1.4, which is at its third release candidate, launches as the Hydra of this environment.

It is used beside the installed one: found first, it takes its place in launcher, workers and runs.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cuttle.runs.reader import read_experiment
from tests.launch.launching import FAKE, REPOSITORY, SWEEP, Finished, launch, results, states

NEXT = {"hydra-core": "1.4.0rc3", "omegaconf": "2.4.1rc1"}
FETCH_TIMEOUT_S = 120

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def next_hydra(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Hydra 1.4, fetched once; the tests are skipped where that cannot be."""
    folder = tmp_path_factory.mktemp("next_hydra")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    requirements = [f"{name}=={version}" for name, version in NEXT.items()]
    try:
        subprocess.run(
            [*install, str(folder), *requirements],
            capture_output=True,
            text=True,
            timeout=FETCH_TIMEOUT_S,
            check=True,
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        lines = str(error.stderr or error).strip().splitlines()
        pytest.skip(f"Hydra {NEXT['hydra-core']} cannot be fetched: {lines[-1]}")
    return folder


def launch_with(folder: Path, directory: Path, *words: str, **variables: str) -> Finished:
    """Run a launch whose Hydra is the one in a folder."""
    path = os.pathsep.join(map(str, (folder, FAKE, REPOSITORY)))
    return launch(directory, *words, PYTHONPATH=path, **variables)


def test_a_sweep_fails_resumes_and_is_reported(
    next_hydra: Path, tmp_path: Path, undisturbed: Path
) -> None:
    killed = launch_with(next_hydra, tmp_path, *SWEEP, FAULTS="2=kill")
    assert killed.returncode == 1, killed.stdout + killed.stderr
    assert states(tmp_path).pop("boolean_run_02") == "failed"

    resumed = launch_with(next_hydra, tmp_path, *SWEEP, "hydra.launcher.n_jobs=1")
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert "1 trained now, 3 completed before" in resumed.stdout
    assert "resuming after round 1" in _log(tmp_path, "boolean_run_02")
    assert results(tmp_path) == results(undisturbed)
    for run in read_experiment(tmp_path / "multirun" / "test").runs:
        found = {name: run.metadata["versions"].get(name) for name in ("hydra-core", "omegaconf")}
        assert found.items() <= NEXT.items()

    report = subprocess.run(
        [sys.executable, str(REPOSITORY / "analyze.py"), "report", "--no-figures", "test"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (next_hydra, REPOSITORY)))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert report.returncode == 0, report.stderr
    assert (tmp_path / "multirun" / "test" / "analysis" / "report.html").exists()


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("nosuch=1", "error: there is no key 'nosuch'; there are network_type, "),
        ("network_type=boolaen", "error: there is no option network_type=boolaen; there are "),
        ("hydra.run.dir=here", "error: hydra.run.dir=here is not used here: "),
    ],
)
def test_a_refusal_is_one_line_and_leaves_nothing(
    word: str, message: str, next_hydra: Path, tmp_path: Path
) -> None:
    refused = launch_with(next_hydra, tmp_path, "-m", "run=1,2", word)

    assert refused.returncode == 2, refused.stdout + refused.stderr
    assert refused.stderr.splitlines()[-1].startswith(message)
    assert list(tmp_path.iterdir()) == []


def _log(directory: Path, run_id: str) -> str:
    return (directory / "multirun" / "test" / run_id / "train.log").read_text()
