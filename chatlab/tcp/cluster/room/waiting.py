"""A TCP room in which strangers wait until the broker has said whose their nicknames are. Pure.

What becomes of a stranger that chooses a nickname:

    the broker is      then
    there              it waits for the broker's answer, and so do its further lines; then it is in, or asked again
    not known yet      the same
    gone               it is in if nobody has that nickname here, or had it elsewhere when the broker went; when it is
                       back, the first server to ask keeps the nickname, and the other one's member is out
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chatlab.room.errors import Refusal
from chatlab.tcp.chat import READ_AHEAD, TcpChat
from chatlab.tcp.cluster.room.claims import TAKEN, Claims, SharedRoom
from chatlab.tcp.cluster.room.link_end import LinkEnd
from chatlab.tcp.connection_state import ConnectionState
from chatlab.tcp.delivery import Connection, Delivery
from chatlab.tcp.limits import Limits, Reason


class WaitingChat(TcpChat[Connection]):
    """`_is_up`: whether the broker is there; None: not known yet."""

    def __init__(self, limits: Limits, *, log: Callable[[str], None]) -> None:
        super().__init__(limits, log=log)
        self._claims: Claims[Connection] = Claims()
        room = SharedRoom(limits.max_members, self._claims)
        self.room = room
        self._elsewhere = room.elsewhere
        self._link: LinkEnd[Connection] = LinkEnd()
        self._is_up: bool | None = None

    def leave(self, connection: Connection, reason: Reason, saw: str = "") -> list[Delivery[Connection]]:
        deliveries = super().leave(connection, reason, saw)
        return deliveries + self._free(connection)

    def _waits(self, connection: Connection) -> bool:
        """Whether it is a stranger that waits for the broker's answer."""
        return connection in self._claims and connection not in self.room

    def _end(self, connection: Connection, state: ConnectionState, now: float) -> list[Delivery[Connection]]:
        if not self._waits(connection):
            return super()._end(connection, state, now)
        state.has_ended = True  # what it said before its end is said once it is in
        return []

    def _choices(
        self, connection: Connection, state: ConnectionState, data: bytes, now: float
    ) -> Iterator[list[Delivery[Connection]]]:
        if self._waits(connection):
            state.lines.take(data, most=0)
        else:
            for step in super()._choices(connection, state, data, now):
                yield step
                if self._waits(connection):
                    break
        if self._waits(connection) and len(state.lines) >= READ_AHEAD:
            self.paused.add(connection)

    def _choose(
        self, connection: Connection, state: ConnectionState, nickname: str, now: float
    ) -> list[Delivery[Connection]]:
        try:
            claim = self._claims.add(connection, self.room.nickname_for(connection, nickname))
        except Refusal as refusal:
            return self._refuse(connection, state, str(refusal))
        deliveries = self._link.tell("claim", *claim)
        return deliveries + super()._choose(connection, state, nickname, now) if self._is_up is False else deliveries

    def _free(self, connection: Connection) -> list[Delivery[Connection]]:
        """Give up its claim, if it has one."""
        claim = self._claims.drop(connection)
        return self._link.tell("free", claim.ticket) if claim else []

    def _settle(self, connection: Connection, is_ours: bool, now: float) -> list[Delivery[Connection]]:
        """The broker has answered."""
        if connection in self.room:  # it came in while the broker was gone
            return [] if is_ours else self.leave(connection, Reason.TAKEN)
        state, claim = self._states[connection], self._claims[connection]
        if is_ours:
            deliveries = super()._choose(connection, state, claim.nickname, now)
        else:
            deliveries = self._refuse(connection, state, TAKEN)
        if connection not in self.room:
            deliveries += self._free(connection)
        self.paused.discard(connection)
        if connection in self._states:
            deliveries += self._read(connection, state, b"", now)
        if state.has_ended and connection not in self._throttled and not self._waits(connection):
            deliveries += self.leave(connection, Reason.LEFT)
        return deliveries

    def _go_on_alone(self, now: float) -> list[Delivery[Connection]]:
        """The broker is gone: who waits for it is in."""
        self._is_up = False
        waiting = [connection for connection in self._claims if self._waits(connection)]
        return [delivery for connection in waiting for delivery in self._settle(connection, True, now)]
