"""The talk of a client: a member at its socket. What it wants sent goes out, and it is told of the time.

No thread and no lock: `chatlab.udp.client_stay` has both.
"""

from __future__ import annotations

import time

from chatlab.room.events import Event, Gone, Refused
from chatlab.udp.membership import Member, Outcome, Stage
from chatlab.udp.sockets.member_socket import MemberSocket


class Talk:
    """`member` talks by `sock`.

    `is_entering`: somebody waits until the room has let the member in. Why it has not stands in `failure`, then.
    """

    def __init__(self, sock: MemberSocket, member: Member) -> None:
        self.is_entering = False
        self.failure: Refused | Gone | None = None
        self._socket = sock
        self._member = member

    @property
    def is_out(self) -> bool:
        return self._member.stage is Stage.OUT

    def enter(self) -> None:
        """Sign up, unless that is done."""
        if self.is_out:
            self._send(self._member.sign_up(time.monotonic()))
        self.failure = None
        self.is_entering = self._member.stage is Stage.SIGNING_UP

    def say(self, text: str) -> None:
        """Say `text`; when out, try to get in again. Raises Refusal if it can't be sent."""
        now = time.monotonic()
        if self.is_out:
            self._send(self._member.sign_up(now))
        self._send(self._member.say(text, now))

    def sign_out(self) -> None:
        self._send(self._member.sign_out())

    def react(self, datagram: bytes | None) -> list[Event]:
        """What follows from a datagram, if one came, and from the time. Returns the events but for a `failure`."""
        now = time.monotonic()
        outcomes = [self._member.tick(now)]
        if datagram is not None:
            outcomes.append(self._member.receive(datagram, now))
        if self._socket.port_is_closed:
            self._socket.port_is_closed = False
            outcomes.append(self._member.unreachable(now))
        for outcome in outcomes:
            self._send(outcome)
        events = [event for outcome in outcomes for event in outcome.events]
        failures = [event for event in events if self.is_out and isinstance(event, Refused | Gone)]
        if failures:
            others = [event for event in events if event not in failures]
            # A member that is refused on its way back in is out.
            return others if self.fail(failures[0]) else [*others, Gone(failures[0].reason)]
        # Not asked of the stage later, by the thread that waits: the room may have closed again by then.
        self.is_entering = self.is_entering and self._member.stage is Stage.SIGNING_UP
        return events

    def fail(self, why: Refused | Gone) -> bool:
        """Whether somebody waits to get in, who is told `why` it has failed."""
        was_entering, self.is_entering = self.is_entering, False
        if was_entering:
            self.failure = why
        return was_entering

    def _send(self, outcome: Outcome) -> None:
        for datagram in outcome.datagrams:
            self._socket.send(datagram)
