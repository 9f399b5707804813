"""A thousand members, and how long they take."""

from __future__ import annotations

import socket
import sys
import time
from contextlib import ExitStack

from chatlab.room.addresses import Address
from chatlab.udp.protocol import build_sign_up

from ..programs import Program
from ..systems import SLOWER, wine_differs
from .voice import LIMIT

if sys.platform != "win32":
    import resource

MEMBERS = 1000


class Crowd:
    """Members that one thread reads, one after the other, so that the kernel drops nothing of what they hear."""

    def __init__(self, room: Address, size: int, stack: ExitStack) -> None:
        self.room = room[:2]
        self.sockets = [stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(size)]
        for sock in self.sockets:
            sock.connect(self.room)
            sock.setblocking(False)

    def hear(self, wanted: dict[socket.socket, bytes], limit: float) -> None:
        """Read until each socket has heard what is wanted of it."""
        deadline = time.monotonic() + limit
        while wanted:
            assert time.monotonic() < deadline, f"{len(wanted)} of {len(self.sockets)} have not heard it in {limit} s"
            for sock in self.sockets:
                self.read(sock, wanted)

    def read(self, sock: socket.socket, wanted: dict[socket.socket, bytes]) -> None:
        try:
            while datagram := sock.recv(2000):
                if datagram == wanted.get(sock):
                    del wanted[sock]
        except BlockingIOError:
            pass

    def join(self, limit: float) -> None:
        """Sign up, each again every half a second until it is answered, as a client does."""
        deadline = time.monotonic() + limit
        wanted = {sock: f"member-{number} joined!".encode() for number, sock in enumerate(self.sockets)}
        while wanted:
            assert time.monotonic() < deadline, f"{len(wanted)} were not admitted in {limit} s"
            for number, sock in enumerate(self.sockets):
                if sock in wanted:
                    sock.send(build_sign_up(f"member-{number}"))
                if number % 10 == 0:
                    for reader in self.sockets:
                        self.read(reader, wanted)


@wine_differs("it takes minutes to look at a thousand sockets in turn, again and again")
def test_1000_members_are_admitted_within_10_s_and_each_hears_a_line_within_3_s() -> None:
    with Program("-m", "chatlab.udp.server", "--port", "0") as server, ExitStack() as stack:
        port = int(server.wait_for_line("The room is open").rpartition(" ")[2])
        _allow_sockets(MEMBERS + 100)
        crowd = Crowd(("127.0.0.1", port), MEMBERS, stack)
        started = time.monotonic()
        crowd.join(limit=10 * SLOWER)
        print(f"{MEMBERS} members admitted in {time.monotonic() - started:.1f} s")
        crowd.sockets[0].send(b"hello")
        started = time.monotonic()
        crowd.hear(dict.fromkeys(crowd.sockets, b"member-0: hello"), limit=3 * SLOWER)
        print(f"each heard a line within {time.monotonic() - started:.2f} s")
        server.terminate()
        assert server.wait(LIMIT) == 0
        assert server.errors == ""


def _allow_sockets(count: int) -> None:
    """Some systems start programs with room for 256 open files. Windows has no such limit."""
    if sys.platform != "win32":
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if 0 <= soft < count:
            resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
