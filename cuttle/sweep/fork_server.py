"""A process with everything imported that forks one child per training. Decides nothing.

Importing torch takes over a second, a fork some milliseconds; each run still gets a process of
its own, so no state leaks from run to run and a crash ends one run only. Requests and replies are
JSON lines on stdin and stdout, one at a time. The server ends when its stdin does.
"""

import ctypes
import json
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

REQUESTS = 0  # file descriptors
PR_SET_PDEATHSIG = 1  # linux/prctl.h
CHUNK = 65536

Reply = dict[str, Any]


def main() -> None:
    """Import the training code, then answer requests until the client is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the launcher's to handle
    replies = os.dup(1)
    os.dup2(2, 1)  # a stray print must not look like a reply
    import_error = _preload()
    while request := _read_line():
        reply = import_error or _serve(json.loads(request))
        os.write(replies, json.dumps(reply).encode() + b"\n")


def _preload() -> Reply | None:
    try:
        from cuttle import experiment

        experiment.warm_up()
    except Exception as error:
        return {"outcome": "failed", "message": f"the training code does not start: {error!r}"}
    return None


def _read_line() -> bytes:
    """Return the next request; empty when the client has gone."""
    line = b""
    while not line.endswith(b"\n"):
        chunk = os.read(REQUESTS, CHUNK)
        if not chunk:
            return b""
        line += chunk
    return line


def _serve(request: dict[str, Any]) -> Reply:
    read_end, write_end = os.pipe()
    server = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        _die_with(server)
        _run_child(request, write_end)
    os.close(write_end)
    answer = _wait(child, read_end)
    os.close(read_end)
    _, status = os.waitpid(child, 0)
    if answer:
        reply: Reply = json.loads(answer)
        return reply
    return {"outcome": "died", "message": _cause_of_death(status), "pid": child}


def _wait(child: int, read_end: int) -> bytes:
    """Collect the child's answer; kill it when the client goes away first."""
    answer = b""
    while True:
        ready, _, _ = select.select([REQUESTS, read_end], [], [])
        if read_end in ready:
            chunk = os.read(read_end, CHUNK)
            if not chunk:
                return answer
            answer += chunk
        elif not os.read(REQUESTS, CHUNK):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            os._exit(1)


def _run_child(request: dict[str, Any], write_end: int) -> None:
    """Carry one request out and leave without the server's cleanup."""
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), REQUESTS)
        reply = HANDLERS[request["call"]](request)
        os.write(write_end, json.dumps(reply).encode())
    except BaseException as error:
        traceback.print_exc()
        message = {"outcome": "failed", "message": f"{type(error).__name__}: {error}"}
        os.write(write_end, json.dumps(message).encode())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _check(request: dict[str, Any]) -> Reply:
    from cuttle import experiment

    try:
        facts = experiment.check(request["config"])
    except (ValueError, TypeError, LookupError) as error:
        return {"outcome": "failed", "message": str(error) or type(error).__name__}
    return {"outcome": "completed", "message": "", **facts}


def _train(request: dict[str, Any]) -> Reply:
    from cuttle import experiment
    from cuttle.runs.layout import LOG_FILE

    run_dir = Path(request["run_dir"])
    log = os.open(run_dir / LOG_FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    outcome = experiment.train_run(run_dir, expected_hash=request["config_hash"])
    return {"outcome": outcome.kind.value, "message": outcome.message}


HANDLERS: dict[str, Callable[[dict[str, Any]], Reply]] = {"check": _check, "train": _train}


def _die_with(server: int) -> None:
    """Ask the kernel to kill this process when the server dies (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != server:  # it died before the request was made
        os._exit(1)


def _cause_of_death(status: int) -> str:
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        hint = " (often: out of memory)" if name == "SIGKILL" else ""
        return f"the training process was killed by {name}{hint}"
    return f"the training process left with status {os.WEXITSTATUS(status)} and no result"


if __name__ == "__main__":
    main()
