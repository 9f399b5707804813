"""What the room promises under load: others notice nothing."""

from __future__ import annotations

import random
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import ClassVar

import pytest

from chatlab.room.addresses import Address
from chatlab.room.text import clean
from chatlab.udp.limits import Limits
from chatlab.udp.protocol import SIGN_OUT, SIGN_UP, build_sign_up
from chatlab.udp.reliable.frames import HEADER_BYTES
from chatlab.udp.server import UdpServer
from chatlab.udp.sockets import receiving_socket
from chatlab.udp.sockets.receiving_socket import Batch
from chatlab.udp.sockets.room_socket import RoomSocket

from ..programs import Program
from ..systems import SLOWER
from ..tcp.raw_client import eventually
from .voice import LIMIT, PAUSE, Voice, healthy_talk

# A pause after every 40 datagrams. PAUSES make it a thousand times what a member may say. Without them the kernel's
# buffer overflows now and then on a busy machine, and what it drops no room can save.
PAUSES = "0.002"
FLOOD = """
import socket, sys, time
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.connect(("127.0.0.1", int(sys.argv[1])))
    sock.send(b"SIGNUP_TAG:flood")
    sock.recv(100)
    print("in", flush=True)
    while True:
        for _ in range(40):
            try:
                sock.send(b"flood")
            except OSError:
                pass
        time.sleep(float(sys.argv[2]))
"""
SECONDS = 2  # of flood
FLOODED = 1_000 if sys.platform == "win32" else 10_000  # datagrams, or it was no flood: Windows' sleep takes 16 ms


def test_10_000_datagrams_of_random_bytes_change_nothing_for_two_who_talk(room: UdpServer) -> None:
    dice, datagrams = random.Random(7), int(10_000 / SLOWER)
    with healthy_talk(room.address) as (ada, bob), ExitStack() as stack:
        strangers = []
        for _ in range(10):
            strangers.append(stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)))
            strangers[-1].connect(room.address[:2])
        for number in range(datagrams):
            beginning = dice.choice((b"", b"", SIGN_UP.encode(), SIGN_OUT.encode(), b"healthy-ada: "))
            dice.choice(strangers).send(beginning + dice.randbytes(dice.choice((0, 1, 10, 100, 1100))))
            if number % 100 == 0:  # so that no datagram is lost for want of room in the kernel
                bob.say(f"after {number}")
                bob.hears(f"healthy-bob: after {number}")
        bob.say("at last")
        bob.hears("healthy-bob: at last")
        assert room.counts.received > datagrams
        assert not any(name.startswith("healthy") for name in room.nicknames[2:])
        for text in map(bytes.decode, ada.words()):
            assert clean(text) == text


def test_a_flood_by_one_member_costs_the_others_nothing(room: UdpServer) -> None:
    with healthy_talk(room.address) as (ada, _), Program("-c", FLOOD, str(room.address[1]), PAUSES) as flood:
        began = time.monotonic()
        flood.wait_for_line("in")
        ada.hears("flood: flood")
        healthy_words = int(2 * SECONDS / PAUSE)
        ada.hears_times(healthy_words, lambda word: word.startswith(b"healthy-"), limit=4 * SECONDS * SLOWER)
        eventually(lambda: room.counts.received > FLOODED)
        flood.kill()
        seconds = time.monotonic() - began
        assert ada.words().count(b"flood: flood") <= 100 + 20 * (seconds + 1)


class Gate:
    """A `log` at which the broadcasting thread stands, at each line, while the next batch grows."""

    def __init__(self) -> None:
        self._reached = threading.Semaphore(0)
        self._passes = threading.Semaphore(0)

    def __call__(self, line: str) -> None:
        self._reached.release()
        assert self._passes.acquire(timeout=LIMIT)

    def wait_until_reached(self) -> None:
        assert self._reached.acquire(timeout=LIMIT)

    def let_pass(self, lines: int = 100) -> None:
        self._passes.release(lines)


class SmallBatch(Batch):
    """One that tells when the datagram `last` has come."""

    latest: ClassVar[SmallBatch]
    last_came: ClassVar[threading.Event]

    def __init__(self, share: float, size: int) -> None:
        super().__init__(share, size)
        SmallBatch.latest = self

    def add(self, datagram: bytes, address: Address) -> None:
        super().add(datagram, address)
        if datagram == b"last":
            SmallBatch.last_came.set()


@pytest.fixture
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    SmallBatch.last_came = threading.Event()
    monkeypatch.setattr(receiving_socket, "Batch", SmallBatch)
    monkeypatch.setattr(receiving_socket, "BATCH_DATAGRAMS", 50)


@pytest.mark.usefixtures("_small_batches")
def test_what_waits_while_the_room_is_busy_is_cut_and_one_member_has_a_share_of_it() -> None:
    gate, limits = Gate(), Limits(rate_limit=2)
    with UdpServer(port=0, limits=limits, log=gate) as room, Voice(room.address) as ada, Voice(room.address) as flood:
        ada.send(build_sign_up("ada"))
        gate.wait_until_reached()
        for _ in range(60):
            flood.send(b"flood" * 1000)
        ada.send(b"last")
        assert SmallBatch.last_came.wait(LIMIT)
        waiting = SmallBatch.latest.arrivals
        gate.let_pass()
        ada.hears("ada: last")
        assert [arrival.datagram for arrival in waiting].count(b"last") == 1
        assert len(waiting) == limits.burst + 1
        assert {len(arrival.datagram) for arrival in waiting[:-1]} == {limits.max_bytes + 1 + HEADER_BYTES}


@pytest.mark.usefixtures("_small_batches")
def test_a_room_that_is_closed_does_not_first_handle_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    gate, woken = Gate(), threading.Event()
    with UdpServer(port=0, log=gate) as room, Voice(room.address) as ada, Voice(room.address) as bob:
        wake = room._socket.wake

        def note() -> None:
            wake()
            woken.set()

        monkeypatch.setattr(room._socket, "wake", note)
        bob.send(build_sign_up("bob"))
        gate.wait_until_reached()
        ada.send(build_sign_up("ada"))  # one batch with what she says then
        for number in range(40):
            ada.say(str(number))
        ada.send(b"last")
        assert SmallBatch.last_came.wait(LIMIT)
        gate.let_pass(lines=1)
        gate.wait_until_reached()
        closing = threading.Thread(target=room.close, name="closing")
        closing.start()
        assert woken.wait(LIMIT)
        gate.let_pass()
        closing.join(LIMIT)
        ada.hears("ada left!")
        assert ada.words() == [b"ada joined!", b"ada left!"]


def test_a_room_closes_under_a_flood(room: UdpServer) -> None:
    with Program("-c", FLOOD, str(room.address[1]), "0") as flood:
        flood.wait_for_line("in")
        started = time.monotonic()
        room.close()
        assert time.monotonic() - started < 1 * SLOWER


def test_a_socket_that_never_runs_dry_does_not_keep_the_room_from_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(sock: RoomSocket, *, wait: bool) -> Iterator[tuple[bytes, Address]]:
        while True:
            yield b"", ("127.0.0.1", 9)

    def handle_and_note(room: UdpServer, batch: Batch) -> None:
        handle(room, batch)
        handled.set()

    handle, handled = UdpServer._handle, threading.Event()
    monkeypatch.setattr(RoomSocket, "receive_all", endless)
    monkeypatch.setattr(UdpServer, "_handle", handle_and_note)
    room = UdpServer(port=0).start()
    assert handled.wait(LIMIT)
    closing = threading.Thread(target=room.close, name="closing", daemon=True)
    closing.start()
    closing.join(LIMIT)
    assert not closing.is_alive()
    assert room.counts.received > 0
