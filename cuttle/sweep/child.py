"""What happens in a process forked for one request. Processes are managed in `fork_server`."""

import ctypes
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from cuttle.runs.layout import LOG_FILE, Outcome

PR_SET_PDEATHSIG = 1  # linux/prctl.h

Request = dict[str, Any]
Reply = dict[str, Any]


def run_child(request: Request, reply_to: int) -> NoReturn:
    """Carry one request out, write the reply and leave without the server's cleanup."""
    try:
        reply = HANDLERS[request["call"]](request)
    except BaseException as error:  # a forked process must end here, come what may
        traceback.print_exc()
        reply = {"outcome": Outcome.FAILED, "message": f"{type(error).__name__}: {error}"}
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os.write(reply_to, json.dumps(reply).encode())
        os._exit(0)


def _check(request: Request) -> Reply:
    from cuttle import parts

    try:
        facts = parts.check(request["config"], trains_here=request["trains_here"])
    except (ValueError, TypeError, LookupError, ImportError, AttributeError) as error:
        return {"outcome": Outcome.FAILED, "message": " ".join(str(error).split())}
    return {"outcome": Outcome.COMPLETED, "message": "", **facts}


def _train(request: Request) -> Reply:
    from cuttle import experiment

    run_dir = Path(request["run_dir"])
    log = os.open(run_dir / LOG_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    outcome, message = experiment.train_run(
        run_dir,
        expected_hash=request["config_hash"],
        claims_interrupted=request["claims_interrupted"],
    )
    return {"outcome": outcome, "message": message}


HANDLERS: dict[str, Callable[[Request], Reply]] = {"check": _check, "train": _train}


def die_with(server: int) -> None:
    """Ask the kernel to kill this process when the server dies (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != server:  # it died before the request was made
        os._exit(1)


def cause_of_death(status: int) -> str:
    """Say how a child ended that gave no reply, from its wait status."""
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        hint = " (often: out of memory)" if name == "SIGKILL" else ""
        return f"the training process was killed by {name}{hint}"
    return f"the training process left with status {os.WEXITSTATUS(status)} and no result"
