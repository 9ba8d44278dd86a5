"""The connection to a fork server: what it does when either end of it fails."""

import json
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cuttle.runs.layout import Outcome
from cuttle.sweep import supervisor as module
from cuttle.sweep.fork_server import listen
from cuttle.sweep.supervisor import LauncherGone, Supervisor

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="addresses without a file are Linux's"
)
Serve = Callable[[socket.socket], None]


@pytest.fixture
def serving() -> Iterator[Callable[[Serve], str]]:
    """Start a server that treats its one client as told; gives its address."""
    threads = []

    def begin(serve: Serve) -> str:
        address = f"test-{secrets.token_hex(8)}"
        listener = listen(address)
        assert listener is not None

        def accept() -> None:
            with listener, listener.accept()[0] as client:
                serve(client)

        threads.append(threading.Thread(target=accept))
        threads[-1].start()
        return address

    yield begin
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def requests(client: socket.socket) -> Iterator[dict[str, Any]]:
    with client.makefile() as lines:
        yield from map(json.loads, lines)


def train(supervisor: Supervisor) -> dict[str, Any]:
    return supervisor.train(Path("boolean_run_01"), "hash", claims_interrupted=True)


def test_an_answer_may_come_in_pieces(serving: Callable[[Serve], str]) -> None:
    asked = []

    def serve(client: socket.socket) -> None:
        for request in requests(client):
            asked.append(request)
            if request["call"] == "train":
                client.sendall(b'{"outcome": "comp')
                client.sendall(b'leted", "message": ""}\n')

    supervisor = Supervisor(threads=1, address=serving(serve))

    assert train(supervisor) == {"outcome": Outcome.COMPLETED, "message": ""}
    supervisor.close()
    assert [request["call"] for request in asked] == ["warm_up", "train"]
    assert asked[1]["run_dir"] == "boolean_run_01" and asked[1]["claims_interrupted"]


def test_a_server_that_goes_away_is_a_death(serving: Callable[[Serve], str]) -> None:
    def leave_at_training(client: socket.socket) -> None:
        assert any(request["call"] == "train" for request in requests(client))

    supervisor = Supervisor(threads=1, address=serving(leave_at_training))

    assert train(supervisor) == {"outcome": Outcome.DIED, "message": "the fork server was killed"}


def test_a_server_that_is_killed_before_it_reads_is_a_death(
    serving: Callable[[Serve], str],
) -> None:
    """A connection that is closed with words unread fails instead of coming to an end."""

    def leave_unread(client: socket.socket) -> None:
        while client.recv(4096, socket.MSG_PEEK).count(b"\n") < len(("warm_up", "train")):
            pass

    supervisor = Supervisor(threads=1, address=serving(leave_unread))

    assert train(supervisor) == {"outcome": Outcome.DIED, "message": "the fork server was killed"}


def test_a_worker_stops_waiting_when_its_launcher_is_gone(
    serving: Callable[[Serve], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 0.01)
    address = serving(lambda client: list(requests(client)) and None)
    supervisor = Supervisor(threads=1, address=address, launcher=os.getpid())

    with pytest.raises(LauncherGone):
        train(supervisor)
    supervisor.close()


def test_a_worker_elsewhere_starts_a_server_of_its_own() -> None:
    """The address leads nowhere on another machine. The server leaves with its owner."""
    supervisor = Supervisor(threads=1, address=f"nowhere-{secrets.token_hex(8)}")
    supervisor.start()
    server = supervisor._server
    assert server is not None

    reply = supervisor.check({"network_type": {}}, trains_here=True)
    supervisor.close()

    assert reply["outcome"] == Outcome.FAILED
    assert server.returncode == 0


def test_a_server_that_does_not_leave_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be in the middle of a long import."""
    monkeypatch.setattr(module, "FAREWELL_S", 0.0)
    supervisor = Supervisor(threads=1)
    supervisor.start()
    server = supervisor._server
    assert server is not None

    supervisor.close()

    assert server.returncode == -signal.SIGKILL
