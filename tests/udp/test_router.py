"""A client behind a router that changes its port: what the room sees as a stranger is the same client."""

from __future__ import annotations

import select
import socket
import sys
import threading
from collections.abc import Iterator

import pytest

from chatlab.room.addresses import Address
from chatlab.room.events import Event, Gone, Joined, Said
from chatlab.udp import member
from chatlab.udp.client import UdpClient
from chatlab.udp.limits import Limits
from chatlab.udp.reliable import member as reliable_member
from chatlab.udp.server import UdpServer
from tests.systems import not_here

from ..waiting import Heard
from .voice import LIMIT, Voice

TICK = 0.02


on_linux = not_here(sys.platform != "linux", "only Linux tells a server whose port is closed")


class Router:
    """Carries the datagrams of one client to `room` and back, from a port of its own that `change_port` changes.

    `tells`: whether its machine reports the old port as closed, as routers seldom do.
    """

    def __init__(self, room: Address, *, tells: bool) -> None:
        self._room = room
        self._tells = tells
        self._inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._inside.bind(("127.0.0.1", 0))
        self._outside = self._open()
        self._forgotten: list[socket.socket] = []
        self._client: Address | None = None
        self._change = threading.Event()
        self._changed = threading.Event()
        self._open_to_all = True
        self._thread = threading.Thread(target=self._carry, name="router")

    @property
    def address(self) -> tuple[str, int]:
        return self._inside.getsockname()[:2]  # type: ignore[no-any-return]

    def __enter__(self) -> Router:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._open_to_all = False
        self._thread.join()
        for sock in (self._inside, self._outside, *self._forgotten):
            sock.close()

    def change_port(self) -> None:
        self._changed.clear()
        self._change.set()
        assert self._changed.wait(LIMIT)

    def _open(self) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.connect(self._room)
        return sock

    def _carry(self) -> None:
        while self._open_to_all:
            if self._change.is_set():
                self._change.clear()
                old, self._outside = self._outside, self._open()
                if self._tells:
                    old.close()
                else:
                    self._forgotten.append(old)
                self._changed.set()
            for sock in select.select([self._inside, self._outside], [], [], TICK)[0]:
                if sock is self._inside:
                    datagram, self._client = sock.recvfrom(65_535)
                    self._outside.send(datagram)
                elif self._client:
                    self._inside.sendto(sock.recv(65_535), self._client)


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("RETRY", 0.1), ("ALIVE", 0.25), ("DEAF", 0.5)):
        monkeypatch.setattr(member, name, seconds)
    monkeypatch.setattr(reliable_member, "ALIVE", 0.25)


@pytest.fixture(params=[False, True], ids=["plain", "reliable"])
def reliable(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def log() -> Heard[str]:
    return Heard()


@pytest.fixture(params=[pytest.param(True, marks=on_linux), False], ids=["the old port is closed", "it is silent"])
def router(request: pytest.FixtureRequest, reliable: bool, log: Heard[str]) -> Iterator[tuple[UdpServer, Router]]:
    """A silent router leaves the old self in the room until its lease ends: here after a second and a half."""
    with (
        UdpServer(port=0, reliable=reliable, limits=Limits(idle_limit=1.5), log=log) as room,
        Router(room.address, tells=request.param) as router,
    ):
        yield room, router


@pytest.mark.usefixtures("_impatient")
def test_a_client_that_speaks_is_told_and_is_in_again(router: tuple[UdpServer, Router], reliable: bool) -> None:
    room, way = router
    ear: Heard[Event] = Heard()
    with UdpClient("ada", way.address, on_event=ear, reliable=reliable) as ada:
        ada.say("hi")
        ear.next(Said("ada", "hi"))
        way.change_port()
        ada.say("does anybody hear me? I can't hear anybody")
        gone = ear.next(Gone)
        assert isinstance(gone, Gone)
        assert gone.reason.startswith("the room does not know you any more; ")
        ear.next(Joined("ada"))
        ada.say("back")
        ear.next(Said("ada", "back"))
        assert room.nicknames == ("ada",)


@pytest.mark.usefixtures("_impatient")
def test_a_client_that_only_listens_hears_the_room_again(
    router: tuple[UdpServer, Router], reliable: bool, log: Heard[str]
) -> None:
    room, way = router
    ear: Heard[Event] = Heard()
    with UdpClient("ada", way.address, on_event=ear, reliable=reliable):
        log.next()
        way.change_port()
        log.wait_for(lambda line: line.startswith("ada left: "))
        log.wait_for_count(3)
        with UdpClient("bob", room, reliable=reliable) as bob:
            bob.say("are you here?")
            ear.next(Said("bob", "are you here?"))


def test_nobody_else_gets_the_nickname_of_one_who_is_there(room: UdpServer) -> None:
    """A lease is never moved: it ends by a sign-out, a closed port, or silence."""
    with Voice(room.address, "ada") as ada, Voice(room.address) as eve:
        for _ in range(5):
            eve.send(b"SIGNUP_TAG:ada".ljust(128))
        eve.hears(lambda datagram: datagram.startswith(b"REFUSED_TAG:taken"))
        ada.say("still me")
        ada.hears("ada: still me")
