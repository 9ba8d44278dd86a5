"""Runs that fail, die or are stopped: others go on, causes are named, a later launch mends."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from cuttle.runs.layout import RunState
from cuttle.runs.reader import read_experiment
from tests.launch.here import launch_here
from tests.launch.kills import victims
from tests.launch.launching import (
    REPOSITORY,
    SWEEP,
    TIMEOUT_S,
    all_gone,
    command,
    environment,
    kill_all,
    launch,
    processes_in,
    results,
    start,
    states,
    status,
    wait_for,
)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("fork_server")]

PARALLEL = (*SWEEP, "hydra.launcher.n_jobs=2")
FAULTS = {
    "raise": "RuntimeError: asked to fail",
    "unpicklable": "TwoArgumentsError: 1 and 2",
    "exit": "SystemExit: 3",
    "interrupt": "KeyboardInterrupt: KeyboardInterrupt",
    "kill": "ProcessDied: the training process was killed by SIGKILL (often: out of memory)",
    "vanish": "ProcessDied: the training process exited with status 0 without a result",
    "full": "OSError: [Errno 28] No space left on device: 'metrics.jsonl'",
}


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_failing_runs_neither_stop_nor_hide_the_others(n_jobs: int, tmp_path: Path) -> None:
    sweep = ("-m", "experiment=test", "run=range(1,10)")
    faults = ",".join(f"{run}={fault}" for run, fault in enumerate(FAULTS, start=2))

    begin = launch if n_jobs == 2 else launch_here

    finished = begin(tmp_path, *sweep, f"hydra.launcher.n_jobs={n_jobs}", FAULTS=faults)

    assert finished.returncode == 1
    assert "2 trained now" in finished.stdout
    assert "Traceback" not in finished.stdout + finished.stderr
    for run, cause in enumerate(FAULTS.values(), start=2):
        failed = status(tmp_path, f"boolean_run_0{run}")
        assert failed["state"] == "failed" and failed["round"] == 1
        assert cause in finished.stdout
        assert f"boolean_run_0{run}/train.log" in finished.stdout
    assert launch_here(tmp_path, *sweep).returncode == 0
    log = (tmp_path / "multirun" / "test" / "boolean_run_02" / "train.log").read_text()
    assert FAULTS["raise"] in log and "Traceback" in log  # of the first attempt
    assert status(tmp_path, "boolean_run_02")["attempt"] == 2
    assert status(tmp_path, "boolean_run_01")["attempt"] == 1


def change_metadata(key: str, run_dir: Path) -> None:
    path = run_dir / "run_metadata.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), key: "another"}))


def cut_checkpoint(run_dir: Path) -> None:
    path = run_dir / "checkpoint.pt"
    path.write_bytes(path.read_bytes()[:-100])


def make_pipe(name: str, run_dir: Path) -> None:
    (run_dir / name).unlink()
    os.mkfifo(run_dir / name)


OTHER = "starts over: code or versions have changed"
UNUSABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "other code": (partial(change_metadata, "source_hash"), OTHER),
    "other versions": (partial(change_metadata, "versions"), OTHER),
    "damaged checkpoint": (cut_checkpoint, "the checkpoint cannot be used; starting over"),
    "pipe for a checkpoint": (partial(make_pipe, "checkpoint.pt"), "not a regular file"),
    "pipe for rows": (partial(make_pipe, "metrics.jsonl"), "not a regular file"),
    "no first model": (lambda run_dir: (run_dir / "models/model_initial.pt").unlink(), ""),
}


@pytest.mark.parametrize(("change", "said"), UNUSABLE.values(), ids=list(UNUSABLE))
def test_a_run_that_cannot_be_resumed_starts_over(
    change: Callable[[Path], object], said: str, begun: Path, undisturbed: Path
) -> None:
    run_dir = begun / "multirun" / "test" / "boolean_run_02"
    change(run_dir)

    finished = launch_here(begun, *SWEEP)

    log = (run_dir / "train.log").read_text()
    assert finished.returncode == 0
    assert said in finished.stdout + log and "resuming after" not in log
    assert results(begun) == results(undisturbed)


def test_no_run_is_made_of_two_kinds_of_arithmetic(begun: Path, undisturbed: Path) -> None:
    # Portable runs have an interpreter of their own, which must find the fake trainer too.
    path = environment()["PYTHONPATH"]

    finished = launch_here(begun, *SWEEP, "portable=true", PYTHONPATH=path)

    assert finished.returncode == 0
    assert "boolean_run_02 starts over: it was begun with another value of" in finished.stdout
    assert results(begun) == results(undisturbed)


def test_a_run_that_goes_on_in_other_arithmetic_says_so(begun: Path) -> None:
    finished = launch_here(begun, *SWEEP, MKL_ENABLE_INSTRUCTIONS="SSE4_2")

    assert finished.returncode == 0
    runs = [begun / "multirun" / "test" / f"boolean_run_0{run}" for run in (1, 2)]
    whole, resumed = (
        json.loads((run_dir / "run_metadata.json").read_text())["arithmetic"] for run_dir in runs
    )
    assert "earlier" not in whole
    assert resumed == {
        **whole,
        "variables": {"MKL_ENABLE_INSTRUCTIONS": "SSE4_2"},
        "earlier": [whole],
    }


@pytest.mark.parametrize("asked", [("run=1",), (*SWEEP, "hydra.launcher.n_jobs=1")])
def test_a_launch_outlives_the_shell_that_started_it(
    asked: tuple[str, ...], tmp_path: Path, undisturbed: Path
) -> None:
    line = shlex.join(command("experiment=test", *asked))
    subprocess.run(
        ["sh", "-c", f"nohup {line} > /dev/null 2>&1 &"],
        cwd=tmp_path,
        env=environment(ROUND_S="0.5"),
        check=True,
    )

    wait_for(lambda: set(states(tmp_path).values()) == {"completed"})
    assert all_gone(tmp_path)
    assert results(tmp_path).items() <= results(undisturbed).items()


def test_fail_fast_stops_the_sweep_at_the_first_failure(tmp_path: Path) -> None:
    finished = launch(tmp_path, *SWEEP, "fail_fast=true", FAULTS="1=raise,2=wait,3=wait,4=wait")

    assert finished.returncode == 1
    assert "boolean_run_01 failed and fail_fast=true" in finished.stdout
    assert "completed" not in states(tmp_path).values()
    assert all_gone(tmp_path)


@pytest.mark.parametrize(
    ("number", "times", "n_jobs", "to_group"),
    [
        (signal.SIGINT, 4, 2, True),  # Ctrl-C on a terminal, impatiently
        (signal.SIGINT, 1, 1, False),
        (signal.SIGTERM, 2, 2, False),
        (signal.SIGTERM, 1, 1, True),
    ],
)
def test_a_stop_is_prompt_and_resumable(
    number: signal.Signals,
    times: int,
    n_jobs: int,
    to_group: bool,
    tmp_path: Path,
    undisturbed: Path,
) -> None:
    sweep = (*SWEEP, f"hydra.launcher.n_jobs={n_jobs}")
    process = start(tmp_path, *sweep, ROUND_S="20", PATH="")  # a container may have no `pgrep`
    wait_for(lambda: "running" in states(tmp_path).values())

    for _ in range(times):
        time.sleep(0.2)
        (os.killpg if to_group else os.kill)(process.pid, number)
    output, _ = process.communicate(timeout=TIMEOUT_S)

    assert process.returncode == 130, output
    assert all_gone(tmp_path)
    assert "Traceback" not in output
    assert not re.search(r"\d running", output)  # the summary waits for their end
    stopped = {run.state for run in read_experiment(tmp_path / "multirun" / "test").runs}
    assert RunState.INTERRUPTED in stopped and RunState.COMPLETED not in stopped
    assert launch_here(tmp_path, *SWEEP).returncode == 0
    assert results(tmp_path) == results(undisturbed)


def test_a_killed_launcher_leaves_no_process_behind(tmp_path: Path, undisturbed: Path) -> None:
    process = start(tmp_path, *PARALLEL, ROUND_S="0.5")
    wait_for(lambda: "running" in states(tmp_path).values())

    process.kill()
    process.communicate()

    assert all_gone(tmp_path)
    assert launch_here(tmp_path, *SWEEP).returncode == 0
    assert results(tmp_path) == results(undisturbed)


def test_a_signal_while_the_interpreter_ends_disturbs_nothing(tmp_path: Path) -> None:
    process = start(tmp_path, "-m", "experiment=test", "run=1,2", "hydra.launcher.n_jobs=2")
    assert process.stdout is not None
    next(line for line in process.stdout if line.startswith("next:"))
    time.sleep(0.2)  # Hydra has still to return

    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=TIMEOUT_S)

    assert output == ""
    assert process.returncode == 0


def test_workers_without_a_task_end_with_a_killed_launcher(tmp_path: Path) -> None:
    script = """
import os, signal
from joblib import Parallel, delayed
from cuttle.launch.isolate import exit_with

tied = {"initializer": exit_with, "initargs": (os.getpid(),)}
Parallel(n_jobs=2, **tied)(delayed(os.getpid)() for _ in range(2))
os.kill(os.getpid(), signal.SIGKILL)
"""
    finished = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment(), check=False
    )

    assert finished.returncode == -signal.SIGKILL
    assert all_gone(tmp_path)


@pytest.mark.parametrize("kind", ["worker", "fork server"])
def test_a_killed_helper_loses_no_run(kind: str, tmp_path: Path, undisturbed: Path) -> None:
    process = start(tmp_path, *PARALLEL, ROUND_S="0.5")
    wait_for(lambda: bool(victims(tmp_path, kind)))

    os.kill(victims(tmp_path, kind)[0], signal.SIGKILL)
    output, _ = process.communicate(timeout=TIMEOUT_S)

    assert process.returncode == 1, output
    assert "Traceback" not in output
    assert all_gone(tmp_path)
    assert launch_here(tmp_path, *SWEEP).returncode == 0
    assert results(tmp_path) == results(undisturbed)


def test_edits_while_a_sweep_runs_change_none_of_its_runs(
    tmp_path: Path, undisturbed: Path
) -> None:
    code, work = tmp_path / "code", tmp_path / "work"
    for name in ("conf", "cuttle", "tests/launch/fake"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / name, code / Path(name).name, ignore=ignored)
    shutil.copytree(REPOSITORY / "hydra_plugins", code / "hydra_plugins", ignore=ignored)
    shutil.copy(REPOSITORY / "train.py", code)
    work.mkdir()
    options = ("--config-dir", code / "fake" / "conf", "training=fake")
    path, compiled = f"{code / 'fake'}:{code}", f"{REPOSITORY}/cuttle/__pycache__"
    process = subprocess.Popen(
        [sys.executable, code / "train.py", *options, *PARALLEL],
        cwd=work,
        env={**os.environ, "PYTHONPATH": path, "ROUND_S": "0.5", "NUMBA_CACHE_DIR": compiled},
    )
    wait_for(lambda: "prepared" in states(work).values())  # before a worker has started

    for path in (code / "conf" / "network_type").iterdir():
        path.write_text("damaged: [")
    (code / "fake" / "conf" / "training" / "fake.yaml").write_text("defaults: [full]\nrounds: 9\n")
    for path in (
        code / "cuttle" / "launch" / "attempt.py",
        code / "cuttle" / "launch" / "train_run.py",
        code / "cuttle" / "networks" / "boolean.py",
        code / "cuttle" / "runs" / "recorder.py",
    ):
        path.write_text("raise RuntimeError('edited')\n")

    assert process.wait(timeout=TIMEOUT_S) == 0
    assert results(work) == results(undisturbed)


def test_two_launchers_share_the_work(tmp_path: Path, undisturbed: Path) -> None:
    launchers = [
        start(tmp_path, *SWEEP, f"hydra.launcher.n_jobs={n_jobs}", ROUND_S="0.2")
        for n_jobs in (1, 2)
    ]
    try:
        outputs = [launcher.communicate(timeout=TIMEOUT_S)[0] for launcher in launchers]
    finally:
        kill_all(processes_in(tmp_path))

    codes = {launcher.returncode for launcher in launchers}
    assert 0 in codes and codes <= {0, 3}, outputs  # 3: the other launch trains the rest
    assert results(tmp_path) == results(undisturbed)
    attempts = [status(tmp_path, f"boolean_run_0{run}")["attempt"] for run in range(1, 5)]
    assert attempts == [1, 1, 1, 1]


def test_a_launch_of_other_settings_is_refused_while_another_trains(
    tmp_path: Path, undisturbed: Path
) -> None:
    training = start(tmp_path, *SWEEP, "hydra.launcher.n_jobs=1", FAULTS="1=wait")
    wait_for(lambda: "running" in states(tmp_path).values())

    others = [
        launch_here(tmp_path, "-m", "experiment=test", runs, "training.rounds=4")
        for runs in ("run=range(1,5)", "run=7,8")
    ]
    same = launch_here(tmp_path, "experiment=test", "run=1")

    assert same.returncode == 3  # the other launch trains it
    assert [other.returncode for other in others] == [2, 2]
    assert "boolean_run_01 is being trained with another config: training" in others[0].stderr
    assert "run_07 would be trained with settings that differ from boolean_run_" in others[1].stderr
    (tmp_path / "go").touch()
    training.communicate(timeout=TIMEOUT_S)
    assert training.returncode == 0
    assert results(tmp_path) == results(undisturbed)


def test_a_run_whose_place_is_taken_does_not_keep_the_others_from_training(
    tmp_path: Path, undisturbed: Path
) -> None:
    place = tmp_path / "multirun" / "test" / "boolean_run_02"
    place.parent.mkdir(parents=True)
    place.write_text("no directory")

    finished = launch_here(tmp_path, *SWEEP)

    assert finished.returncode == 1
    assert "boolean_run_02  damaged  status.json cannot be read" in finished.stdout
    assert "3 trained now" in finished.stdout
    place.unlink()
    assert launch_here(tmp_path, *SWEEP).returncode == 0
    assert results(tmp_path) == results(undisturbed)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, with room for three runs or so."""
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("needs root to mount a small file system")
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8M", "tmpfs", str(tmp_path)], check=False
    )
    if mount.returncode != 0:
        pytest.skip("mounting is not allowed here")
    yield tmp_path
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def test_a_full_and_a_read_only_disk_fail_clearly_and_lose_nothing(
    small_disk: Path, undisturbed: Path
) -> None:
    full = launch_here(small_disk, *SWEEP)
    before = states(small_disk)

    assert full.returncode == 1
    assert "No space left on device" in full.stdout and "Traceback" not in full.stderr
    assert before["boolean_run_01"] == "completed" and before["boolean_run_04"] == "failed"

    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    read_only = launch_here(small_disk, *SWEEP)

    assert read_only.returncode == 2
    assert "Read-only file system" in read_only.stderr and read_only.stderr.count("\n") == 1
    assert states(small_disk) == before

    subprocess.run(["mount", "-o", "remount,rw,size=20M", str(small_disk)], check=True)
    assert launch_here(small_disk, *SWEEP).returncode == 0
    assert results(small_disk) == results(undisturbed)
