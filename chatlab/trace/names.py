"""Who is who in a trace: people are shown by name, not by port. Pure: records in, names out.

A watched socket brings its name. An end that only talks to one is named by the talk: an address that signs up with the
UDP room has the nickname that the room then says has joined; a TCP connection has the last line before its welcome. An
address from which somebody else signs up later has another name from then on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from chatlab.room.addresses import Address
from chatlab.room.errors import Refusal
from chatlab.room.events import Joined
from chatlab.room.nicknames import normalise
from chatlab.tcp.protocol import MAX_LINE, WELCOME, parse_nickname
from chatlab.trace.records import Named, Record, Step, Transport
from chatlab.udp.protocol import SIGN_UP, SignUp, parse_answer, parse_request
from chatlab.udp.reliable.frames import Numbered, parse_frame

# Bounds on named addresses, on addresses still without a name, and on names per address, so that visitors can't fill
# the memory.
MAX_NAMES = 10_000
MAX_NAMES_OF_ONE = 10
ROOM = "room"


class _Joining(NamedTuple):
    """An end wants to join since `since`, by these `words`: the wanted nickname (UDP), or all lines so far (TCP)."""

    since: float
    words: bytes


class Names:
    """`known`: the names of each address that has one, from the oldest to the newest."""

    def __init__(self) -> None:
        self.known: dict[Address, tuple[Named, ...]] = {}
        self._learned: dict[Address, None] = {}  # those of `known` that were not given
        self._joining: dict[Address, _Joining] = {}

    def give(self, address: Address, name: str) -> None:
        """It stays, whatever is said at that address."""
        self.known[address] = (Named(float("-inf"), name),)
        self._learned.pop(address, None)

    def learn(self, record: Record) -> None:
        """Take a name from what is said, if it tells one."""
        if record.source not in self.known or record.source in self._learned:
            if joining := self._joining_by(record):
                self._joining[record.source] = joining
                keep_newest(self._joining)
        elif (joining := self._joining.get(record.destination)) and (name := _name_in(record, joining.words)):
            del self._joining[record.destination]
            self._add(record.destination, joining.since, f"{name} (a member)" if name == ROOM else name)

    def _joining_by(self, record: Record) -> _Joining | None:
        so_far = self._joining.get(record.source)
        if record.step is Step.CONNECTED:
            return _Joining(record.time, b"")
        if record.transport is Transport.TCP:
            if record.source in self.known and not so_far:  # it is in
                return None
            since, words = so_far or (record.time, b"")
            return _Joining(since, (words + record.data)[-MAX_LINE:])
        if nickname := _wanted_nickname(record.data):
            return _Joining(so_far.since if so_far else record.time, nickname)
        return None

    def _add(self, address: Address, since: float, name: str) -> None:
        names = self.known.get(address, ())
        if names and (address not in self._learned or names[-1].name == name):
            return
        self.known[address] = (*names[1 - MAX_NAMES_OF_ONE :], Named(since, name))
        self._learned[address] = None
        if len(self._learned) > MAX_NAMES:
            del self.known[next(iter(self._learned))]
            keep_newest(self._learned)


def columns(parties: Iterable[str]) -> tuple[str, ...]:
    """`parties` from left to right: in the order of their coming, with the room in the middle."""
    others = list(dict.fromkeys(parties))
    if ROOM in others:
        others.remove(ROOM)
        others.insert((len(others) + 1) // 2, ROOM)
    return tuple(others)


def _wanted_nickname(datagram: bytes) -> bytes:
    """b'' if it is no sign-up, or nobody can have that nickname."""
    plain = _plain(datagram)
    if not plain.startswith(SIGN_UP.encode()):
        return b""
    request = parse_request(plain)
    try:
        return normalise(request.nickname).encode() if isinstance(request, SignUp) else b""
    except Refusal:
        return b""


def _name_in(answer: Record, words: bytes) -> str:
    """The nickname of the end that the room has answered; '' if the answer does not let it in."""
    if answer.transport is Transport.UDP:
        joined = parse_answer(_plain(answer.data))
        return joined.nickname if isinstance(joined, Joined) and joined.nickname.encode() == words else ""
    lines = words.split(b"\n")[:-1]
    if not lines or WELCOME.encode() not in answer.data.splitlines():
        return ""
    try:
        return normalise(parse_nickname(lines[-1].removesuffix(b"\r")))
    except Refusal:
        return ""


def _plain(datagram: bytes) -> bytes:
    """What a reliable room's datagram carries."""
    frame = parse_frame(datagram)
    return frame.payload if isinstance(frame, Numbered) else datagram


def keep_newest(entries: dict[Any, Any]) -> None:
    """Forget the oldest of more than MAX_NAMES entries."""
    while len(entries) > MAX_NAMES:
        del entries[next(iter(entries))]
