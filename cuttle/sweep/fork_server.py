"""A process with everything imported that forks one child per training. Decides nothing.

Importing torch takes over a second, a fork some milliseconds; each run still gets a process of
its own, so no state leaks from run to run and a crash ends one run only. Clients are the launcher,
on standard input, and its workers, on a socket; requests and replies are JSON lines. A child dies
with the client that asked for it; when the launcher dies, so do the server and all its children.
"""

import json
import os
import selectors
import signal
import socket
import struct
import sys
from dataclasses import dataclass

from cuttle.runs.layout import Outcome
from cuttle.sweep.child import Reply, Request, cause_of_death, die_with, run_child

OWNER = 0  # file descriptor
CHUNK = 65536
PEER_CREDENTIALS = struct.Struct("3i")  # process, user, group


@dataclass(eq=False)
class Client:
    """One connection; its requests are carried out one at a time."""

    connection: socket.socket
    received: bytes = b""
    child: int | None = None  # process id
    answer: bytes = b""


class ForkServer:
    """Serve the owner and whoever connects to the socket."""

    def __init__(self, owner: socket.socket, listener: socket.socket | None) -> None:
        """Listen; imports come later, so that clients need not wait to connect."""
        self._selector = selectors.DefaultSelector()
        self._clients: list[Client] = []
        self._owner = self._welcome(owner)
        self._import_error: Reply | None = None
        self._is_warm = False
        if listener is not None:
            self._selector.register(listener, selectors.EVENT_READ, lambda: self._accept(listener))

    def serve(self) -> None:
        """Import the training code, then answer requests until the owner is gone."""
        try:
            from cuttle import experiment, parts  # noqa: F401  # what the children need

            parts.import_named()
        except Exception as error:  # told to whoever asks for something
            message = f"the training code does not start: {type(error).__name__}: {error}"
            self._import_error = {"outcome": Outcome.FAILED, "message": message}
        while self._owner in self._clients:
            for key, _ in self._selector.select():
                key.data()
        self._end_children()

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        if _user_of(connection) == os.getuid():
            self._welcome(connection)
        else:
            connection.close()

    def _welcome(self, connection: socket.socket) -> Client:
        client = Client(connection)
        self._clients.append(client)
        self._selector.register(connection, selectors.EVENT_READ, lambda: self._hear(client))
        return client

    def _hear(self, client: Client) -> None:
        try:
            chunk = client.connection.recv(CHUNK)
        except ConnectionError:
            chunk = b""
        client.received += chunk
        if chunk:
            self._next_request(client)
        else:
            self._part_with(client)

    def _part_with(self, client: Client) -> None:
        self._clients.remove(client)
        self._selector.unregister(client.connection)
        client.connection.close()
        if client.child is not None and client is not self._owner:
            os.kill(client.child, signal.SIGKILL)

    def _end_children(self) -> None:
        """Kill all trainings and wait until they are gone, so that their locks are free."""
        for client in (self._owner, *self._clients):
            if client.child is not None:
                os.kill(client.child, signal.SIGKILL)
                os.waitpid(client.child, 0)

    def _next_request(self, client: Client) -> None:
        while client.child is None and b"\n" in client.received:
            line, _, client.received = client.received.partition(b"\n")
            request: Request = json.loads(line)
            if self._import_error is not None:
                _send(client, self._import_error)
            elif request["call"] == "warm_up":
                self._warm_up()
            else:
                self._fork(client, request)

    def _warm_up(self) -> None:
        if not self._is_warm:
            from cuttle import experiment

            experiment.warm_up()
            self._is_warm = True

    def _fork(self, client: Client, request: Request) -> None:
        read_end, write_end = os.pipe()
        server = os.getpid()
        client.child = os.fork()
        if client.child == 0:
            self._leave_to_server(read_end)
            die_with(server)
            run_child(request, write_end)
        os.close(write_end)
        self._selector.register(
            read_end, selectors.EVENT_READ, lambda: self._collect(client, read_end)
        )

    def _leave_to_server(self, read_end: int) -> None:
        """Close what a child has inherited, lest a client wait for the end of a dead server."""
        os.close(read_end)
        for key in self._selector.get_map().values():
            if key.fd != OWNER:
                os.close(key.fd)
        os.dup2(os.open(os.devnull, os.O_RDONLY), OWNER)

    def _collect(self, client: Client, read_end: int) -> None:
        if chunk := os.read(read_end, CHUNK):
            client.answer += chunk
            return
        self._selector.unregister(read_end)
        os.close(read_end)
        assert client.child is not None
        _, status = os.waitpid(client.child, 0)
        answer, client.answer, client.child = client.answer, b"", None
        if client in self._clients:
            died: Reply = {"outcome": Outcome.DIED, "message": cause_of_death(status)}
            _send(client, json.loads(answer) if answer else died)
            self._next_request(client)


def _send(client: Client, reply: Reply) -> None:
    try:
        client.connection.sendall(json.dumps(reply).encode() + b"\n")
    except ConnectionError:
        return  # it has gone; the selector says so next


def _user_of(connection: socket.socket) -> int:
    size = PEER_CREDENTIALS.size
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    _, user, _ = PEER_CREDENTIALS.unpack(credentials)
    return int(user)


def listen(address: str) -> socket.socket | None:
    """Listen at an address without a file (Linux only); an empty one means: for the owner alone."""
    if not address:
        return None
    listener = socket.socket(socket.AF_UNIX)
    listener.bind("\0" + address)
    listener.listen()
    return listener


if __name__ == "__main__":
    # Ctrl-C, and the warning of a cluster that takes its node back, are for the clients to handle;
    # if they leave because of it, the server notices.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    ForkServer(socket.socket(fileno=OWNER), listen(sys.argv[1])).serve()
    os._exit(0)  # there is nothing to clean up, and somebody waits
