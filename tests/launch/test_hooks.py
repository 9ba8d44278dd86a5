"""Users' own callbacks are called, of sweeps and of single runs, also where a run fails."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.launch.here import launch_here
from tests.launch.launching import Finished, launch, states

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("fork_server")]

HOOK = (
    "+hydra.callbacks.note_down._target_=tests.launch.hooks.note_down.NoteDown",
    "+hydra.callbacks.note_down.path=notes.jsonl",
)
DIES = "+hydra.callbacks.note_down.dies=true"


def noted(directory: Path, *words: str, **variables: str) -> tuple[Finished, list[list[Any]]]:
    """Launch with the hook; return the launch and the events without their processes."""
    run = launch if "hydra.launcher.n_jobs=2" in words else launch_here
    finished = run(directory, "experiment=test", *HOOK, *words, **variables)
    lines = (directory / "notes.jsonl").read_text().splitlines()
    return finished, [json.loads(line)[:2] for line in lines]


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_sweep_calls_them_with_each_run_also_a_failing_one(n_jobs: int, tmp_path: Path) -> None:
    launcher = f"hydra.launcher.n_jobs={n_jobs}"

    finished, events = noted(tmp_path, "-m", "run=1,2", launcher, FAULTS="2=raise")

    assert finished.returncode == 1
    assert states(tmp_path) == {"boolean_run_01": "completed", "boolean_run_02": "failed"}
    assert events[0] == ["multirun_start", "test"] and events[-1] == ["multirun_end", None]
    assert sorted(events[1:-1], key=str) == [
        ["job_end", [1, "COMPLETED"]],
        ["job_end", [2, "FAILED"]],
        ["job_start", 1],
        ["job_start", 2],
    ]


@pytest.mark.parametrize(("faults", "ended"), [("", "COMPLETED"), ("3=raise", "FAILED")])
def test_a_single_run_calls_them_also_a_failing_one(
    faults: str, ended: str, tmp_path: Path
) -> None:
    finished, events = noted(tmp_path, "run=3", FAULTS=faults)

    assert finished.returncode == (ended == "FAILED")
    assert finished.stderr == ""  # the summary has said all there is
    assert events == [
        ["run_start", None],
        ["job_start", 3],
        ["job_end", [3, ended]],
        ["run_end", None],
    ]


def test_a_hook_that_raises_stops_no_training(tmp_path: Path) -> None:
    finished, events = noted(tmp_path, "-m", "run=1,2", DIES)

    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert set(states(tmp_path).values()) == {"completed"}
    assert events[-1] == ["multirun_end", None]
