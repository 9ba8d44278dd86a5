"""One child process per run: the standard library's fork server.

Importing the program takes seconds, a fork some milliseconds: the fork server of a process imports
it once, and every run gets a process of its own, so that no state leaks from run to run and a crash
ends one run only. A child ends with the process that asked for it, and with its fork server.
"""

import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import forkserver, parent_process
from multiprocessing.connection import Connection, wait
from types import ModuleType
from typing import Any

from cuttle.launch import preload
from cuttle.launch.program import load_function
from cuttle.launch.signals import interrupts_blocked

POLL_INTERVAL_S = 0.25  # between two looks at whether somebody is still there
START_TRIES = 5
MAX_TEMPORARY_DIR = 75  # bytes; 32 more name the server's socket, which may have 107
LOST = 255  # exit code that the standard library gives a child whose fork server died

# What the fork server calls before its first child, and its environment, once it is started.
_server: list[tuple[Sequence[str], Mapping[str, str]]] = []


class ChildDied(RuntimeError):
    """A child process ended without an answer."""


class CallFailed(RuntimeError):
    """What was called in a child raised an exception, whose text this is."""


def start_server(names: Sequence[str], environment: Mapping[str, str]) -> None:
    """Start the fork server of this process, once, without waiting for its imports.

    names: functions, as `module:function`, that the server calls before its first child
    environment: variables that libraries read when they are imported
    """
    if _server:
        return
    _server.append((names, environment))
    if multiprocessing.get_start_method(allow_none=True) == "loky":  # of joblib's workers
        multiprocessing.set_start_method("forkserver", force=True)  # which a child knows too
    multiprocessing.get_context("forkserver").set_forkserver_preload([preload.__name__])
    if len(os.fsencode(tempfile.gettempdir())) > MAX_TEMPORARY_DIR:
        tempfile.tempdir = "/tmp"  # of this process; Python 3.14 does so by itself
    with _variables(names, environment), interrupts_blocked():
        forkserver.ensure_running()


def call(name: str, *arguments: Any, environment: Mapping[str, str]) -> Any:
    """Call a function, named `module:function`, in a child process and return what it returns.

    The child is forked where the fork server has this environment, else it is a new interpreter.
    Raises CallFailed with the text of its exception, ChildDied where it ends without an answer.
    """
    names = next((names for names, variables in _server if variables == environment), None)
    context: Any = multiprocessing.get_context("spawn" if names is None else "forkserver")
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = context.Process(target=_child, args=(sender, name, arguments, dict(os.environ)))
    # The names are for a fork server that replaces a dead one.
    with _variables(names or (), environment), interrupts_blocked(), _no_main_module():
        _start(process)
    sender.close()
    has_answer, value = None, None
    try:
        while not wait([receiver, process.sentinel], timeout=POLL_INTERVAL_S):
            continue  # an interrupt is noticed in between
        if receiver.poll():
            has_answer, value = receiver.recv()
    except EOFError:
        pass  # it died, or its fork server did
    except BaseException:
        process.kill()
        raise
    finally:
        process.join()
        receiver.close()
    if has_answer is None:
        raise ChildDied(_cause_of_death(process.exitcode))
    if not has_answer:
        raise CallFailed(value)
    return value


def _start(process: Any) -> None:
    """Start a process; a fork server that died a moment ago is replaced at the next try."""
    for _ in range(START_TRIES - 1):
        try:
            process.start()
            return
        except (ConnectionError, EOFError):
            time.sleep(POLL_INTERVAL_S)
    process.start()


def _child(
    answer_to: Connection, name: str, arguments: tuple[Any, ...], env: dict[str, str]
) -> None:
    """Answer with (True, value), or with (False, text of the exception), and end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the launcher, which ends this
    _end_with_parents()
    os.environ.update({key: value for key, value in env.items() if key not in preload.fixed})
    try:
        if preload.failure:
            raise RuntimeError(preload.failure)
        answer = (True, load_function(name)(*arguments))
    except (ValueError, TypeError, LookupError, RuntimeError, ImportError) as error:
        answer = (False, " ".join(str(error).split()) or type(error).__name__)
    except Exception as error:
        traceback.print_exc()
        answer = (False, f"{type(error).__name__}: {error}")
    sys.stdout.flush()
    sys.stderr.flush()
    answer_to.send(answer)
    os._exit(0)  # no cleanup of what the fork server had imported


def _end_with_parents() -> None:
    """End this process with the one that asked for it, and with the fork server."""
    asker, server = parent_process(), os.getppid()
    assert asker is not None

    def watch() -> None:
        while not wait([asker.sentinel], timeout=POLL_INTERVAL_S) and os.getppid() == server:
            continue
        os._exit(1)

    threading.Thread(target=watch, name="parents", daemon=True).start()


def exit_with(launcher: int) -> None:
    """End this worker, and so its fork server and child, when its launcher is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        stop = threading.Event()
        while os.getppid() == launcher:
            stop.wait(POLL_INTERVAL_S)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="launcher", daemon=True).start()


def _cause_of_death(exitcode: int | None) -> str:
    if exitcode == LOST:
        return "the fork server of the training process was killed"
    if exitcode is not None and exitcode < 0:
        name = signal.Signals(-exitcode).name
        hint = " (often: out of memory)" if name == "SIGKILL" else ""
        return f"the training process was killed by {name}{hint}"
    return f"the training process exited with status {exitcode} without a result"


@contextmanager
def _variables(names: Sequence[str], environment: Mapping[str, str]) -> Iterator[None]:
    """Set what a process that is started now inherits; it finds the same modules as this one."""
    before = dict(os.environ)
    path = os.pathsep.join(filter(None, sys.path))
    fixed = {**environment, "PYTHONPATH": path, "PYTHONSAFEPATH": "1"}
    orders = {preload.VARIABLE: ",".join(names), preload.FIXED_VARIABLE: ",".join(fixed)}
    os.environ.update({**fixed, **orders})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _no_main_module() -> Iterator[None]:
    """Keep a child from importing the main module again: it needs nothing of it."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
