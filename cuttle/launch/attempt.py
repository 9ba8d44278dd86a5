"""One attempt at a frozen run: in its own process; the program trains.

Which runs there are and when they start is decided in the launching process.
"""

import errno
import os
import stat
import traceback
from pathlib import Path

from cuttle.launch.program import load_function
from cuttle.runs.formatting import format_os_error
from cuttle.runs.layout import CONFIG_FILE, LOG_FILE, Outcome, RunState
from cuttle.runs.lock import AlreadyLocked, locked
from cuttle.runs.recorder import Recorder
from cuttle.runs.status import read_status, utc_now
from cuttle.runs.yaml_file import read_yaml


def attempt(
    run_dir: Path, train: str, expected_hash: str, resume_interrupted: bool
) -> tuple[Outcome, str]:
    """Train, or resume, the run whose config is frozen in a directory.

    Returns how it ended and, of a failure, why.
    train: the program's function, as `module:function`
    resume_interrupted: also resume a run whose status is running while nobody holds its lock: on a
        cluster it was preempted; elsewhere this launch has tried it before
    """
    try:
        with locked(run_dir):
            return _attempt_locked(run_dir, train, expected_hash, resume_interrupted)
    except AlreadyLocked:
        return Outcome.BUSY, ""


def _attempt_locked(
    run_dir: Path, train: str, expected_hash: str, resume_interrupted: bool
) -> tuple[Outcome, str]:
    status = read_status(run_dir)
    if status is None or status.config_hash != expected_hash:
        return Outcome.FAILED, "another launch has changed the config of this run"
    is_interrupted = status.state is RunState.RUNNING  # its lock was free
    if status.state is not RunState.PREPARED and not (is_interrupted and resume_interrupted):
        return Outcome.DONE, ""
    try:
        _write_output_to(run_dir / LOG_FILE)
    except OSError as error:
        return Outcome.FAILED, format_os_error(error)
    recorder = Recorder(run_dir, status)
    print(f"{utc_now()} attempt {recorder.status.attempt}, process {os.getpid()}", flush=True)
    try:
        load_function(train)(recorder, read_yaml(run_dir / CONFIG_FILE))
        if recorder.status.state is not RunState.COMPLETED:
            raise RuntimeError(f"{train} returned without recorder.complete(...)")
    except BaseException as error:  # whatever ends a run must be on record; the process ends anyway
        traceback.print_exc()
        recorder.fail(error)
        return Outcome.FAILED, recorder.status.reason()
    print(f"{utc_now()} completed", flush=True)
    return Outcome.COMPLETED, ""


def _write_output_to(log: Path) -> None:
    """Send what this process prints to a file; raise OSError where something else is in its place.

    A link is not followed, a pipe not waited for.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK
    descriptor = os.open(log, flags, 0o644)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(log))
    for standard in (1, 2):
        os.dup2(descriptor, standard)
    os.close(descriptor)
