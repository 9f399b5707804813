"""Who is who in a trace: people are shown by name, not by port. Pure: records in, names out.

A watched socket brings its name. Whoever only talks to one is named by the talk: an address that signs up with the UDP
room has the name that the room then says has joined; a TCP connection has the last line before it was welcome.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chatlab.addresses import Address
from chatlab.errors import Refusal
from chatlab.events import Joined
from chatlab.nicknames import normalise
from chatlab.tcp.protocol import MAX_LINE, WELCOME, parse_nickname
from chatlab.trace.records import Record, Transport
from chatlab.udp.protocol import SIGN_UP, parse_answer
from chatlab.udp.reliable_protocol import Numbered, parse_frame

# So many names, and so many who have none yet: those who come and go for ever must not fill the memory.
MAX_NAMES = 10_000
ROOM = "room"


class Names:
    """`known`: the name of each address that has one."""

    def __init__(self) -> None:
        self.known: dict[Address, str] = {}
        self._first_words: dict[Address, bytes] = {}  # of those who have no name yet

    def give(self, address: Address, name: str) -> None:
        self.known[address] = name
        _keep_newest(self.known)

    def learn(self, record: Record) -> None:
        """Take a name from what is said, if it tells one."""
        if record.source not in self.known:
            if record.transport is Transport.TCP or _plain(record.data).startswith(SIGN_UP.encode()):
                self._first_words[record.source] = self._first_words.get(record.source, b"") + record.data[-MAX_LINE:]
                _keep_newest(self._first_words)
        elif record.destination in self._first_words and (name := _name_in(record, self._first_words)):
            del self._first_words[record.destination]
            self.give(record.destination, f"{name} (a member)" if name == ROOM else name)


def columns(parties: Iterable[str]) -> tuple[str, ...]:
    """`parties` from left to right: in the order of their coming, with the room in the middle."""
    others = list(dict.fromkeys(parties))
    if ROOM in others:
        others.remove(ROOM)
        others.insert((len(others) + 1) // 2, ROOM)
    return tuple(others)


def _name_in(answer: Record, first_words: dict[Address, bytes]) -> str:
    """The name of whoever the room has answered; '' if the answer does not let them in."""
    if answer.transport is Transport.UDP:
        joined = parse_answer(_plain(answer.data))
        return joined.nickname if isinstance(joined, Joined) else ""
    lines = first_words[answer.destination].split(b"\n")[:-1]
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


def _keep_newest(entries: dict[Address, Any]) -> None:
    if len(entries) > MAX_NAMES:
        del entries[next(iter(entries))]
