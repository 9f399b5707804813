"""Members on bare sockets: what the room looks like to any program that follows the protocol."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from chatlab.room.addresses import Address
from chatlab.udp.client import UdpClient
from chatlab.udp.client_stay import Stay
from chatlab.udp.protocol import build_sign_up
from chatlab.udp.sockets.buffers import enlarge_buffers
from tests.systems import SLOWER

LIMIT = 5.0 * SLOWER  # seconds to wait for what must come
LATEST = 2.0 * SLOWER  # seconds that a healthy member's words may take
PAUSE = 0.1  # seconds between two words of a healthy member


def stay_of(client: UdpClient) -> Stay:
    """The latest."""
    assert client._stay
    return client._stay


class Heard(NamedTuple):
    """A datagram, and when it came (time.monotonic)."""

    datagram: bytes
    at: float


class Voice:
    """A socket that talks to the room, and a thread that reads all that comes, so that none is lost in the kernel.

    With a nickname, it is a member. A context manager.
    """

    def __init__(self, room: Address, nickname: str = "") -> None:
        self.nickname = nickname
        self.heard: list[Heard] = []
        self._arrived = threading.Condition()
        self._socket = socket.socket(socket.AF_INET6 if ":" in room[0] else socket.AF_INET, socket.SOCK_DGRAM)
        enlarge_buffers(self._socket)
        self._socket.bind((room[0], 0))
        self._room = room
        self._closing = False
        self._thread = threading.Thread(target=self._listen, name=f"voice-{nickname}")

    def __enter__(self) -> Voice:
        self._thread.start()
        try:
            if self.nickname:
                self.send(build_sign_up(self.nickname))
                self.hears(f"{self.nickname} joined!")
        except AssertionError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        """Leave without a word."""
        self._closing = True
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    @property
    def address(self) -> Address:
        return self._socket.getsockname()  # type: ignore[no-any-return]

    def send(self, datagram: bytes) -> None:
        self._socket.sendto(datagram, self._room)

    def say(self, text: str) -> None:
        self.send(text.encode())

    def hears(self, wanted: str | Callable[[bytes], object], limit: float = LIMIT) -> bytes:
        """The first datagram that is `wanted`, or for which `wanted` holds. Fails if it does not come in `limit` s."""
        holds = (lambda datagram: datagram == wanted.encode()) if isinstance(wanted, str) else wanted
        self.hears_times(1, holds, limit)
        return next(filter(holds, self.words()))

    def hears_times(self, count: int, holds: Callable[[bytes], object], limit: float = LIMIT) -> None:
        """It has heard `count` datagrams for which `holds` holds, or fails if they do not come in `limit` s."""
        with self._arrived:
            found = self._arrived.wait_for(lambda: sum(bool(holds(word)) for word, _ in self.heard) >= count, limit)
            assert found, f"{self.nickname} did not hear it {count} times; the last words: {self.heard[-5:]}"

    def words(self) -> list[bytes]:
        """What it has heard so far."""
        with self._arrived:
            return [datagram for datagram, _ in self.heard]

    def _listen(self) -> None:
        while True:
            try:
                datagram, sender = self._socket.recvfrom(65_535)
            except ConnectionResetError:  # Windows: about a datagram that nobody received
                continue
            if self._closing:
                return
            if sender[1] == self._room[1]:
                with self._arrived:
                    self.heard.append(Heard(datagram, time.monotonic()))
                    self._arrived.notify_all()


@contextmanager
def healthy_talk(room: Address) -> Iterator[tuple[Voice, Voice]]:
    """Two members talk all the while. At the end: nothing of theirs was lost or late, and a newcomer can join."""
    said: dict[str, float] = {}
    enough = threading.Event()

    def talk() -> None:
        while True:
            for voice in (ada, bob):
                text = f"line {len(said)}"
                said[f"{voice.nickname}: {text}"] = time.monotonic()
                voice.say(text)
            if enough.wait(PAUSE):
                return

    with Voice(room, "healthy-ada") as ada, Voice(room, "healthy-bob") as bob:
        talker = threading.Thread(target=talk, name="healthy-talk")
        talker.start()
        try:
            yield ada, bob
        finally:
            enough.set()
            talker.join()
        last = list(said)[-1]
        for voice in (ada, bob):
            voice.hears(last)
            heard = {datagram.decode(): at for datagram, at in reversed(voice.heard)}
            lost = [line for line in said if line not in heard]
            assert not lost, f"{voice.nickname} did not hear {lost} of {len(said)}"
            slowest = max(heard[line] - at for line, at in said.items())
            assert slowest <= LATEST, f"{voice.nickname} waited {slowest:.1f} s"
        with Voice(room, "newcomer") as newcomer:
            newcomer.send(b"SIGNOUT_TAG:")
            ada.hears("newcomer left!")
