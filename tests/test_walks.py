"""How often a reader changes files who follows one message through a room, from the call that receives it to the last
one that sends it on: counted while it runs, on the way in and on the way back."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue
from types import FrameType

import pytest

import chatlab
from chatlab.tcp.models.serving import Model
from chatlab.tcp.server import TcpServer
from chatlab.udp.server import UdpServer
from tests.systems import not_here

ROOT = Path(chatlab.__file__).parent
RECEIVING = {"recv", "recv_into", "recvfrom", "recvfrom_into", "recvmsg"}
SENDING = {"send", "sendto", "sendmsg"}
# Ticks of the room and other threads may come in between: of so many messages, the one of median length counts.
MESSAGES = 9
LIMIT = 10.0
MOST_CHANGES = {"udp": 15, "threads": 15, "selectors": 15, "asyncio": 15}


class Walk:
    """The calls and returns of all threads that start while it is recorded."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, str, str]] = []  # event, built-in function, file of chatlab
        self.waits_for_the_next = threading.Event()  # the thread that sends what another one has received

    @contextmanager
    def recorded(self) -> Iterator[None]:
        threading.setprofile(self._note)
        try:
            yield
        finally:
            threading.setprofile(None)

    def is_at_rest(self) -> None:
        """What follows the last send of one message is no part of the next one's way."""
        assert self.waits_for_the_next.wait(LIMIT)

    def files(self) -> list[str]:
        """The files that the message went through, each named again when the way comes back to it."""
        heard = next(number for number, step in enumerate(self.steps) if step[0] == "c_return" and step[1] in RECEIVING)
        sent = max(number for number, step in enumerate(self.steps) if step[0] == "c_call" and step[1] in SENDING)
        return [file for file, _ in groupby(file for _, _, file in self.steps[heard : sent + 1] if file)]

    def _note(self, frame: FrameType, event: str, argument: object) -> None:
        at = frame.f_back if event == "return" else frame
        file = Path(at.f_code.co_filename) if at else Path()
        own = file.relative_to(ROOT).as_posix() if file.is_relative_to(ROOT) else ""
        name = getattr(argument, "__name__", "") if event.startswith("c_") else ""
        if name == "get" and isinstance(getattr(argument, "__self__", None), SimpleQueue):
            (self.waits_for_the_next.set if event == "c_call" else self.waits_for_the_next.clear)()
        if frame.f_code is threading.Condition.wait.__code__ and threading.current_thread().name == "tcp-send":
            if name == "append":  # to those that a notify wakes
                self.waits_for_the_next.set()
            elif event == "return":
                self.waits_for_the_next.clear()
        self.steps.append((event, name, own))


def median(walk: Walk, say: Callable[[], None]) -> list[str]:
    ways = []
    for _ in range(MESSAGES):
        walk.steps.clear()
        say()
        ways.append(walk.files())
    return sorted(ways, key=len)[MESSAGES // 2]


def test_a_datagram() -> None:
    walk = Walk()
    with walk.recorded():
        room = UdpServer(port=0).start()
    with room, udp_socket() as ada, udp_socket() as bob:
        for sock, nickname in ((ada, "ada"), (bob, "bob")):
            sock.sendto(b"SIGNUP_TAG:" + nickname.encode(), room.address)
            assert sock.recv(100) == f"{nickname} joined!".encode()

        def say() -> None:
            ada.sendto(b"hello", room.address)
            while bob.recv(100) != b"ada: hello":
                pass
            walk.is_at_rest()

        files = median(walk, say)
    assert len(files) - 1 <= MOST_CHANGES["udp"], " -> ".join(files)


unseen = not_here(sys.platform == "win32", "asyncio reads and writes past what watches a socket")


@pytest.mark.parametrize("model", ["threads", "selectors", pytest.param("asyncio", marks=unseen)])
def test_a_line(model: Model) -> None:
    walk = Walk()
    with walk.recorded():
        room = TcpServer(port=0, model=model).start()
        with room, member(room, "ada") as ada, member(room, "bob") as bob:

            def say() -> None:
                ada.sendall(b"hello\n")
                heard = b""
                while not heard.endswith(b"ada: hello\n"):
                    heard += bob.recv(100)
                if model == "threads":
                    walk.is_at_rest()

            files = median(walk, say)
    assert len(files) - 1 <= MOST_CHANGES[model], " -> ".join(files)


@contextmanager
def udp_socket() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(LIMIT)
        yield sock


@contextmanager
def member(room: TcpServer, nickname: str) -> Iterator[socket.socket]:
    with socket.create_connection(room.address[:2], LIMIT) as sock:
        sock.sendall(nickname.encode() + b"\n")
        heard = b""
        while b"Connected to the server!\n" not in heard:
            heard += sock.recv(100)
        yield sock
