"""The room's side of the TCP talk: bytes and the time in, bytes out. Pure: no socket, thread or clock.

    a connection is  and                                 then
    new              comes                               it is a stranger, asked for a nickname
    a stranger       sends a nickname that it can have   it is a member, and told so; the others hear of it
    a stranger       sends another line                  it is asked again and told why; ERROR after `nickname_tries`
    a stranger       takes longer than `nickname_time`   ERROR, however it dribbles
    a member         sends a line                        the others hear it under the member's own nickname
    a member         sends more lines than it may        throttled: they wait; don't read from it meanwhile
    either           sends a line that is too long       ERROR
    either           ends its stream, or is lost         it is out

A connection goes out by `leave`, whatever the cause; unless it is lost, its last delivery is marked. All three models
feed this same chat. Lesson 09 builds the strangers' half, lesson 11 the goodbyes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from chatlab.room.addresses import Address, shown
from chatlab.room.errors import LineTooLong, Refusal
from chatlab.room.rate_limit import TokenBucket
from chatlab.room.room import Announcement, Room
from chatlab.room.text import decode
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.limits import DEFAULT_LIMITS, Limits, Reason
from chatlab.tcp.protocol import Answer, Choose, Hangup, Welcome, build_answer, parse_nickname

# How often `tick` wants to be called, in seconds: by it the throttled go on.
TICK = 0.1

# Whatever the server knows one connection by.
Connection = TypeVar("Connection", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Delivery(Generic[Connection]):
    """`lines` are to go to each of `recipients`.

    They are what one connection says to the same people, encoded once. If they are the `last`, their one recipient's
    connection ends with them; they may then be b''.
    """

    lines: bytes
    recipients: tuple[Connection, ...]
    last: bool = False


@dataclass(slots=True)
class Counts:
    """Lines since the server was made."""

    received: int = 0
    sent: int = 0


@dataclass(slots=True)
class Talk:
    """What the room keeps of a connection. `bucket`: of a member only."""

    lines: LineBuffer
    address: Address
    choose_by: float
    tries: int = 0
    bucket: TokenBucket | None = None


class TcpChat(Generic[Connection]):
    """The room, and how the talk stands with each connection. `log` gets one line for each who comes or goes."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS, *, log: Callable[[str], None]) -> None:
        self.limits = limits
        self.counts = Counts()
        self.room: Room[Connection] = Room(limits.max_members, echo=False)
        self._talks: dict[Connection, Talk] = {}
        self._strangers: dict[Connection, None] = {}  # in the order of their coming
        self._throttled: dict[Connection, None] = {}
        self._log = log

    def connect(self, connection: Connection, address: Address, now: float) -> list[Delivery[Connection]]:
        """`connection` has come from `address`."""
        self._talks[connection] = Talk(LineBuffer(self.limits.max_bytes), address, now + self.limits.nickname_time)
        self._strangers[connection] = None
        return [self._delivery([Choose()], (connection,))]

    def receive(self, connection: Connection, data: bytes, now: float) -> list[Delivery[Connection]]:
        """What follows from bytes of `connection`; b'' is the end of its stream. Nothing follows after its end."""
        talk = self._talks.get(connection)
        if talk is None:
            return []
        if not data:
            return self.leave(connection, Reason.LEFT)
        talk.lines.feed(data)
        return self._read(connection, talk, now)

    def is_throttled(self, connection: Connection) -> bool:
        """Whether lines of `connection` wait for their time. Whoever goes on reading from it has to keep what comes."""
        return connection in self._throttled

    def tick(self, now: float) -> list[Delivery[Connection]]:
        """What is due by now. To be called every TICK seconds or oftener."""
        deliveries = []
        for connection in tuple(self._throttled):
            deliveries += self._read(connection, self._talks[connection], now)
        while self._strangers and self._talks[next(iter(self._strangers))].choose_by <= now:
            deliveries += self.leave(next(iter(self._strangers)), Reason.NO_NICKNAME)
        return deliveries

    def leave(self, connection: Connection, reason: Reason) -> list[Delivery[Connection]]:
        """The one way out. A connection that is out already can't leave: []."""
        if self._talks.pop(connection, None) is None:
            return []
        self._strangers.pop(connection, None)
        self._throttled.pop(connection, None)
        why = reason.text(self.limits)
        deliveries: list[Delivery[Connection]] = []
        if reason is Reason.LEFT:
            deliveries.append(Delivery(b"", (connection,), last=True))
        elif reason is not Reason.LOST:
            deliveries.append(self._delivery([Hangup(why)], (connection,), last=True))
        if connection in self.room:
            left = self.room.leave(connection)
            self._log(f"{left.event.nickname} left: {why} ({len(self.room)} here)")
            deliveries.append(self._delivery([left.event], left.hearers))
        return deliveries

    def close(self) -> list[Delivery[Connection]]:
        """Everybody leaves, each told of its own leaving alone."""
        return [self.leave(connection, Reason.CLOSING)[0] for connection in tuple(self._talks)]

    def _read(self, connection: Connection, talk: Talk, now: float) -> list[Delivery[Connection]]:
        """Go through the lines that are there, as far as they may be said by now."""
        deliveries: list[Delivery[Connection]] = []
        said: list[Announcement[Connection]] = []
        farewell: list[Delivery[Connection]] = []
        try:
            for line in self._lines(connection, talk, now):
                if talk.bucket is None:
                    deliveries += self._from_stranger(connection, talk, line, now)
                elif text := decode(line):
                    said.append(self.room.say(connection, text))
        except LineTooLong:
            farewell = self.leave(connection, Reason.TOO_LONG)
        if said:
            deliveries.append(self._delivery([one.event for one in said], said[-1].hearers))
        return deliveries + farewell

    def _lines(self, connection: Connection, talk: Talk, now: float) -> Iterator[bytes]:
        """The lines that count by now. Raises LineTooLong."""
        while connection in self._talks and talk.lines.ready:
            if talk.bucket and not talk.bucket.take(now):
                self._throttled[connection] = None
                return
            yield talk.lines.next_line()
            self.counts.received += 1
        self._throttled.pop(connection, None)

    def _from_stranger(self, connection: Connection, talk: Talk, line: bytes, now: float) -> list[Delivery[Connection]]:
        try:
            joined = self.room.join(connection, parse_nickname(line))
        except Refusal as refusal:
            talk.tries += 1
            if talk.tries >= self.limits.nickname_tries:
                return self.leave(connection, Reason.TOO_MANY_TRIES)
            return [self._delivery([Choose(str(refusal))], (connection,))]
        del self._strangers[connection]
        talk.bucket = TokenBucket(self.limits.rate_limit, self.limits.burst, now)
        self._log(f"{joined.event.nickname} joined from {shown(talk.address)} ({len(self.room)} here)")
        return [self._delivery([Welcome()], (connection,)), self._delivery([joined.event], joined.hearers)]

    def _delivery(
        self, answers: Sequence[Answer], recipients: tuple[Connection, ...], *, last: bool = False
    ) -> Delivery[Connection]:
        self.counts.sent += len(answers) * len(recipients)
        return Delivery(b"".join(map(build_answer, answers)), recipients, last)
