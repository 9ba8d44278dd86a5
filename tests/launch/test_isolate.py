"""A child process for each call: what it gives back, how it can end, and what ends with it."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cuttle.launch import isolate
from cuttle.launch.arithmetic import environment
from tests.launch.launching import REPOSITORY, all_gone, processes_in, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("fork_server")]

ENVIRONMENT = environment({"threads": 1})
NAP_S = 600


def add(first: int, second: int) -> int:
    return first + second


def fail() -> None:
    raise ValueError("two\n lines")


def kill(number: int) -> None:
    os.kill(os.getpid(), number)


def kill_fork_server() -> None:
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(NAP_S)


def has_imported(module: str) -> bool:
    return module in sys.modules


def parent() -> int:
    return os.getppid()


def leave(status: int) -> None:
    os._exit(status)


def variable(name: str) -> str | None:
    return os.environ.get(name)


def module_state() -> int:
    """Count the calls that this process has seen."""
    seen.append(1)
    return len(seen)


seen: list[int] = []


def nap() -> None:
    time.sleep(NAP_S)


def call(function: str, *arguments: object) -> object:
    return isolate.call(f"{__name__}:{function}", *arguments, environment=ENVIRONMENT)


def test_no_state_leaks_from_call_to_call() -> None:
    assert [call("module_state"), call("module_state")] == [1, 1]


def test_an_exception_is_its_text_in_one_line() -> None:
    with pytest.raises(isolate.CallFailed, match=r"^two lines$"):
        call("fail")


@pytest.mark.parametrize(
    ("function", "argument", "cause"),
    [
        ("kill", signal.SIGKILL, r"killed by SIGKILL \(often: out of memory\)"),
        ("kill", signal.SIGSEGV, "killed by SIGSEGV$"),
        ("leave", 0, "exited with status 0 without a result"),
        ("leave", 3, "exited with status 3 without a result"),
    ],
)
def test_a_child_that_dies_is_told_by_its_cause(function: str, argument: int, cause: str) -> None:
    with pytest.raises(isolate.ChildDied, match=cause):
        call(function, int(argument))


def test_a_killed_fork_server_ends_one_call_and_the_next_has_another() -> None:
    with pytest.raises(isolate.ChildDied, match="fork server of the training process was"):
        call("kill_fork_server")

    assert call("has_imported", "torch")  # by the other, before its first child


def test_a_fork_server_killed_before_it_forks_is_replaced() -> None:
    server = isolate.call(f"{__name__}:parent", environment=ENVIRONMENT)
    os.kill(server, signal.SIGSTOP)
    threading.Timer(1.0, lambda: os.kill(server, signal.SIGKILL)).start()

    assert call("add", 1, 2) == 3


def test_a_call_in_another_environment_gets_an_interpreter_of_its_own() -> None:
    name = f"{__name__}:variable"

    values = [
        isolate.call(name, "OMP_NUM_THREADS", environment={"OMP_NUM_THREADS": number})
        for number in ("1", "2")
    ]

    assert values == ["1", "2"]


def test_a_caller_s_own_variables_reach_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")  # set after the fork server was started

    assert call("variable", "CUDA_VISIBLE_DEVICES") == "3"


def program(text: str, directory: Path) -> "subprocess.Popen[str]":
    """Start a program that knows `isolate`, in a directory by which its processes are found."""
    head = f"from cuttle.launch import isolate\nENVIRONMENT = {ENVIRONMENT!r}\n"
    return subprocess.Popen(
        [sys.executable, "-c", head + text],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("starts_server", [True, False])
def test_a_child_ends_with_the_process_that_asked_for_it(
    starts_server: bool, tmp_path: Path
) -> None:
    start = "isolate.start_server([], ENVIRONMENT)\n" if starts_server else ""
    caller = program(f"{start}isolate.call('{__name__}:nap', environment=ENVIRONMENT)\n", tmp_path)
    wait_for(lambda: len(processes_in(tmp_path)) >= (4 if starts_server else 3))  # and trackers

    caller.kill()
    caller.communicate()

    assert all_gone(tmp_path)


def test_code_that_cannot_be_loaded_is_said_at_every_call(tmp_path: Path) -> None:
    text = f"""
isolate.start_server(['{__name__}:gone'], ENVIRONMENT)
for _ in range(2):
    try:
        isolate.call('{__name__}:add', 1, 2, environment=ENVIRONMENT)
    except isolate.CallFailed as error:
        print(error)
"""
    output, _ = program(text, tmp_path).communicate()

    said = f"the training code does not start: AttributeError: module '{__name__}' has no"
    lines = output.splitlines()
    assert len(lines) == 2 and all(line.startswith(said) for line in lines), output
    assert all_gone(tmp_path)


def test_a_worker_kills_itself_when_its_launcher_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: queue.Queue[tuple[int, ...]] = queue.Queue()
    monkeypatch.setattr(os, "kill", lambda *asked: killed.put(asked))
    handler = signal.getsignal(signal.SIGINT)

    isolate.exit_with(os.getpid())  # which is no parent of this process

    signal.signal(signal.SIGINT, handler)
    assert killed.get(timeout=60) == (os.getpid(), signal.SIGKILL)


def test_the_variables_of_a_call_do_not_stay_with_its_caller() -> None:
    isolate.call(f"{__name__}:add", 1, 2, environment={"ONLY_IN_THE_CHILD": "1"})

    assert "ONLY_IN_THE_CHILD" not in os.environ
