"""The room's side of the TCP talk: bytes and the time in, bytes out. Pure: no socket, thread or clock.

    a connection is  and                                 then
    new              comes                               it is a stranger, asked for a nickname
    a stranger       sends a nickname that it can have   it is a member, and told so; the others hear of it
    a stranger       sends another line                  it is asked again and told why; ERROR after `nickname_tries`
    a stranger       speaks another protocol             ERROR: see `chatlab.tcp.foreign`
    a stranger       takes longer than `nickname_time`   ERROR, however it dribbles
    a member         sends a line                        the others hear it under the member's own nickname
    a member         sends more lines than it may        it is throttled: they wait for their time
    a throttled one  ends its stream                     it is out when they are said, or after PARTING_TIME
    any              sends a line that is too long       ERROR
    any other        ends its stream                     it is out
    any              is lost                             it is out

A connection goes out by `leave`, whatever the cause; unless it is lost, its last delivery is marked. All three models
feed this same chat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic

from chatlab.room.addresses import Address, shown
from chatlab.room.errors import LineTooLong, Refusal
from chatlab.room.rate_limit import TokenBucket
from chatlab.room.room import Room
from chatlab.room.text import decode
from chatlab.tcp.connection_state import ConnectionState
from chatlab.tcp.delivery import Connection, Delivery, owed
from chatlab.tcp.foreign import mistaken_for
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.limits import DEFAULT_LIMITS, Limits, Reason
from chatlab.tcp.protocol import Answer, Choose, Hangup, Welcome, build_answer, parse_nickname
from chatlab.tcp.telnet import IAC, TelnetFilter

# How often `tick` wants to be called, in seconds: by it the throttled go on.
TICK = 0.1
# How long a member's last lines may wait for their time once it has ended its stream, in seconds.
PARTING_TIME = 10.0
# Bytes that one throttled member may have in our memory. What comes after them is left to the system, unread.
READ_AHEAD = 16_384

__all__ = ["Delivery", "TcpChat"]  # what ex11 needs stands in one place


@dataclass(slots=True)
class Counts:
    """Lines since the server was made."""

    received: int = 0
    sent: int = 0


class TcpChat(Generic[Connection]):
    """The room, and how the talk stands with each connection. `log` gets one line for each who comes or goes.

    `paused`: the connections from which nothing more is to be read for now.
    """

    owed = staticmethod(owed)  # asked of the chat, since one behind TLS owes other bytes

    def __init__(self, limits: Limits = DEFAULT_LIMITS, *, log: Callable[[str], None]) -> None:
        self.limits = limits
        self.counts = Counts()
        self.room: Room[Connection] = Room(limits.max_members, echo=False)
        self.paused: set[Connection] = set()
        self._states: dict[Connection, ConnectionState] = {}
        self._strangers: dict[Connection, None] = {}  # in the order of their coming
        self._throttled: dict[Connection, None] = {}
        self._log = log

    def __contains__(self, connection: Connection) -> bool:
        """Whether it is neither out nor unknown."""
        return connection in self._states

    def is_of_the_room(self, address: Address) -> bool:
        """Whether who comes from there belongs to the server itself: between the two there is no TLS."""
        return False

    def connect(self, connection: Connection, address: Address, now: float) -> list[Delivery[Connection]]:
        """`connection` has come from `address`."""
        lines = LineBuffer(self.limits.max_bytes)
        self._states[connection] = ConnectionState(lines, address, now + self.limits.nickname_time)
        self._strangers[connection] = None
        return [self._delivery([Choose()], (connection,))]

    def receive(self, connection: Connection, data: bytes, now: float) -> list[Delivery[Connection]]:
        """What follows from bytes of `connection`; b'' is the end of its stream. Nothing follows after its end."""
        state = self._states.get(connection)
        if state is None:
            return self._hear_other(connection, data, now)
        if data:
            return self._read(connection, state, data, now)
        return self._end(connection, state, now)

    def part(self, connection: Connection, now: float) -> None:
        """`connection` has ended its stream, however much of it has not been read yet."""
        if state := self._states.get(connection):
            state.leave_by = min(state.leave_by, now + PARTING_TIME)

    def tick(self, now: float) -> list[Delivery[Connection]]:
        """What is due by now. To be called every TICK seconds or oftener."""
        deliveries = []
        for connection in tuple(self._throttled):
            state = self._states[connection]
            deliveries += self._read(connection, state, b"", now)
            if state.leave_by <= now or (state.has_ended and connection not in self._throttled):
                deliveries += self.leave(connection, Reason.LEFT)
        while self._strangers and self._states[stranger := next(iter(self._strangers))].choose_by <= now:
            deliveries += self.leave(stranger, Reason.NO_NICKNAME, self._states[stranger].in_vain)
        return deliveries

    def leave(self, connection: Connection, reason: Reason, saw: str = "") -> list[Delivery[Connection]]:
        """The one way out. A connection that is out already can't leave: []. `saw`: see `Reason.text`."""
        if self._states.pop(connection, None) is None:
            return []
        self._strangers.pop(connection, None)
        self._throttled.pop(connection, None)
        self.paused.discard(connection)
        why = reason.text(self.limits, saw)
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
        return [self.leave(connection, Reason.CLOSING)[0] for connection in tuple(self._states)]

    def _hear_other(self, connection: Connection, data: bytes, now: float) -> list[Delivery[Connection]]:
        """What follows from bytes of who is neither a stranger nor a member: nothing, since it is out."""
        return []

    def _end(self, connection: Connection, state: ConnectionState, now: float) -> list[Delivery[Connection]]:
        """It has ended its stream."""
        state.has_ended = True
        if connection not in self._throttled:
            return self.leave(connection, Reason.LEFT)
        self.part(connection, now)
        return []

    def _read(
        self, connection: Connection, state: ConnectionState, data: bytes, now: float
    ) -> list[Delivery[Connection]]:
        """Go through the lines that are there, as far as they may be said by now."""
        deliveries: list[Delivery[Connection]] = []
        try:
            if state.telnet or IAC in data:
                state.telnet = state.telnet or TelnetFilter(self.limits.max_bytes)
                data, answer = state.telnet.take(data)
                deliveries += [Delivery(answer, (connection,))] if answer else []
            if state.bucket is None:
                for step in self._choices(connection, state, data, now):
                    deliveries += step
                data = b""
            if state.bucket:
                deliveries += self._read_member(connection, state, state.bucket, data, now)
        except LineTooLong:
            deliveries += self.leave(connection, Reason.TOO_LONG)
        return deliveries

    def _choices(
        self, connection: Connection, state: ConnectionState, data: bytes, now: float
    ) -> Iterator[list[Delivery[Connection]]]:
        """What follows from each line of a stranger, until it is a member or out. Raises LineTooLong."""
        state.lines.take(data, most=0)
        while state.bucket is None and connection in self._states:
            if server := mistaken_for(state.lines.next_line()):
                yield self.leave(connection, Reason.MISTAKEN, server)
                return
            lines = state.lines.take(most=1)
            if not lines:
                return
            self.counts.received += 1
            yield self._choose(connection, state, parse_nickname(lines[0]), now)

    def _choose(
        self, connection: Connection, state: ConnectionState, nickname: str, now: float
    ) -> list[Delivery[Connection]]:
        try:
            joined = self.room.join(connection, nickname)
        except Refusal as refusal:
            return self._refuse(connection, state, str(refusal))
        del self._strangers[connection]
        state.bucket = TokenBucket(self.limits.rate_limit, self.limits.burst, now)
        self._log(f"{joined.event.nickname} joined from {shown(state.address)} ({len(self.room)} here)")
        return [self._delivery([Welcome()], (connection,)), self._delivery([joined.event], joined.hearers)]

    def _refuse(self, connection: Connection, state: ConnectionState, why: str) -> list[Delivery[Connection]]:
        state.tries += 1
        if state.tries >= self.limits.nickname_tries:
            return self.leave(connection, Reason.TOO_MANY_TRIES)
        return [self._delivery([Choose(why)], (connection,))]

    def _read_member(
        self, connection: Connection, state: ConnectionState, bucket: TokenBucket, data: bytes, now: float
    ) -> list[Delivery[Connection]]:
        """As many lines as the rate limit lets a member say by now. Raises LineTooLong."""
        most = bucket.whole_tokens(now)
        lines = state.lines.take(data, most)
        bucket.tokens -= len(lines)
        self.counts.received += len(lines)
        said = [self.room.say(connection, text) for line in lines if (text := decode(line))]
        deliveries = [self._delivery([one.event for one in said], said[-1].hearers)] if said else []
        if state.lines.ready and len(lines) < most:
            return deliveries + self.leave(connection, Reason.TOO_LONG)
        if state.lines.ready:
            self._throttled[connection] = None
        elif self._throttled:
            self._throttled.pop(connection, None)
        if state.lines.ready and len(state.lines) >= READ_AHEAD:
            self.paused.add(connection)
        elif self.paused:
            self.paused.discard(connection)
        return deliveries

    def _delivery(
        self, answers: Sequence[Answer], recipients: tuple[Connection, ...], *, last: bool = False
    ) -> Delivery[Connection]:
        self.counts.sent += len(answers) * len(recipients)
        return Delivery(b"".join(map(build_answer, answers)), recipients, last)
