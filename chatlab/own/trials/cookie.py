"""The Cookies of ex17 at the door of a UDP room: who comes in by them, and what a forger gets."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack
from typing import Any

from chatlab.room.addresses import Address
from chatlab.room.errors import CantUse
from chatlab.udp.chat import Delivery, UdpChat
from chatlab.udp.protocol import MAX_DATAGRAM, SignUp, build_sign_up, parse_request

PATIENCE = 1.0  # seconds, for a datagram over the loopback
TOO_LATE = 90.0  # seconds, for a cookie
FORGED = 1000  # addresses of people who know nothing of it
BITS = 64  # of a cookie


class Door:
    """A room that lets in a stranger with a cookie, and gives one to who has none. Pure, as far as the learner's
    Cookies are. `now`: the time at it, in seconds.
    """

    def __init__(self, cookies: Any) -> None:
        self.now = 1000.0
        self._cookies = cookies
        self._chat = UdpChat(log=lambda line: None)

    @property
    def nicknames(self) -> tuple[str, ...]:
        return self._chat.room.nicknames

    def answers(self, datagram: bytes, address: Address) -> list[Delivery]:
        """What follows from a datagram. Raises CantUse if the Cookies answer what the stub does not say."""
        request = parse_request(datagram)
        if address not in self._chat.room and isinstance(request, SignUp):
            holds = self._cookies.holds(request.token, address, self.now)
            if not isinstance(holds, bool):
                raise CantUse(f"holds answered {holds!r}: True or False is wanted")
            if not holds:
                challenge = self._cookies.challenge(datagram, address, self.now)
                if not isinstance(challenge, bytes):
                    raise CantUse(f"challenge answered {challenge!r}: bytes are wanted")
                return [Delivery(challenge, (address,))] if challenge else []
        return self._chat.receive(datagram, address, self.now)


class Loopback:
    """Real sockets around a Door; it answers one datagram at a time."""

    def __init__(self, door: Door, stack: ExitStack) -> None:
        self.door = door
        self._stack = stack
        self._room = self.bound()

    def bound(self) -> socket.socket:
        """To a port of its own, until the stack is closed."""
        sock = self._stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(PATIENCE)
        return sock

    def ask(self, who: str, sock: socket.socket, datagram: bytes) -> str:
        """Send `datagram` from `sock`, print what comes back to it, and return the cookie in that; '' if none is."""
        sock.sendto(datagram, self._room.getsockname())
        heard = ""
        for answer, recipients in self.door.answers(*self._room.recvfrom(MAX_DATAGRAM)):
            for recipient in recipients:
                self._room.sendto(answer, recipient)
            if sock.getsockname() in recipients:
                heard = sock.recv(MAX_DATAGRAM).decode("utf-8", "replace")
        print(f"{who:28}{datagram.decode().rstrip():34}-> {heard or '(nothing)'}")
        return heard.partition("PROVE_TAG:")[2]


def guard(learner: Any, guesses: int) -> None:
    """Let an honest person and a forger come to a room that the learner's Cookies guard. Prints what comes of it."""
    with ExitStack() as stack:
        net = Loopback(door := Door(learner.Cookies()), stack)
        ada, bob, eve, elsewhere = (net.bound() for _ in range(4))
        cookie = net.ask("ada asks", ada, build_sign_up("ada"))
        net.ask("ada shows her cookie", ada, build_sign_up("ada", cookie))
        cookie = net.ask("eve asks", eve, build_sign_up("tom"))
        net.ask("eve, from another port", elsewhere, build_sign_up("tom", cookie))
        net.ask("eve, in few bytes", elsewhere, b"SIGNUP_TAG:tom")
        cookie = net.ask("bob asks", bob, build_sign_up("bob"))
        door.now += TOO_LATE
        net.ask(f"bob, {TOO_LATE:g} s later", bob, build_sign_up("bob", cookie))
        _guess(door, eve.getsockname(), guesses)
        _forge(door)
        print("In the room:", ", ".join(door.nicknames) or "nobody")


def _guess(door: Door, address: Address, guesses: int) -> None:
    before, rng = len(door.nicknames), random.Random(17)
    for _ in range(guesses):
        door.answers(build_sign_up("tom", f"{rng.getrandbits(BITS):016x}"), address)
    print(f"eve guesses {guesses:,} cookies: {len(door.nicknames) - before} let in")


def _forge(door: Door) -> None:
    """No socket can do this; so the room is told the address at once."""
    asked = sent = 0
    for number in range(FORGED):
        datagram = build_sign_up(f"robot{number}")
        asked += len(datagram)
        answers = door.answers(datagram, (f"198.51.100.{number % 250}", 1024 + number))
        sent += sum(len(answer) * len(recipients) for answer, recipients in answers)
    print(f"eve forges {FORGED:,} addresses: she sends {asked:,} bytes, and the room sends {sent:,} to others")
