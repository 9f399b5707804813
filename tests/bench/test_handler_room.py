"""A room made of a handler of `socketserver`: it opens, says who is here, and ends whatever its threads wait for."""

from __future__ import annotations

import socketserver
import threading
from typing import Any

import pytest

from chatlab.bench.handler_room import HandlerRoom
from chatlab.room.events import Event, Joined
from chatlab.service.interfaces import HasAddress
from chatlab.tcp.client import TcpClient
from chatlab.trace import Trace
from tests.tcp.raw_client import RawClient, eventually
from tests.waiting import Heard


class Doorman(socketserver.StreamRequestHandler):
    """It lets everybody in, and says all to all, one after the other."""

    server: Any

    def handle(self) -> None:
        self.wfile.write(b"NICK\n")
        self.nickname = self.rfile.readline().strip()
        self.wfile.write(b"Connected to the server!\n")
        self.server.members.append(self)
        for line in self.rfile:
            for member in self.server.members:
                member.wfile.write(line)


def stuck(room: HasAddress) -> tuple[RawClient, RawClient]:
    """Two members of it: one reads nothing, and says so much that its thread waits for it."""
    tom = RawClient(room.address, "tom", deaf=True)
    ada = RawClient(room.address, "ada")
    ada.socket.setblocking(False)
    with pytest.raises(BlockingIOError):
        while True:
            ada.socket.send(b"x" * 1000 + b"\n")
    return tom, ada


def test_a_client_of_ours_gets_in() -> None:
    heard = Heard[Event]()
    with HandlerRoom(Doorman) as room, TcpClient("ada", room, on_event=heard):
        heard.wait_for(lambda event: event == Joined("ada"))
        eventually(lambda: room.nicknames == ("ada",))  # it writes the welcome first
        assert room.outboxes == {}
    assert not room.running


def test_it_ends_although_its_threads_wait_and_starts_again() -> None:
    room = HandlerRoom(Doorman, send_buffer=4096, trace=Trace())
    assert room.nicknames == ()
    for _ in range(2):
        with room:
            members = stuck(room)
        for member in members:
            member.socket.close()
    eventually(lambda: not [t for t in threading.enumerate() if "process_request_thread" in t.name])


def test_it_may_be_closed_with_nobody_there() -> None:
    room = HandlerRoom(Doorman).start()
    room.close()
    room.close()
    assert room.failure is None
