"""A member's side of the TCP talk: bytes in; events, and bytes to send, out. Pure.

    stage     what happens                  then
    CHOOSING  NICK                          my nickname is sent
    CHOOSING  NICK <reason>                 OUT; raises Refusal
    CHOOSING  the end, or a loss            OUT; raises NobodyAnswers
    CHOOSING  Connected to the server!      IN: I joined
    IN        what the others do            told
    IN        the end, or a loss            OUT: I am gone

The end is ERROR or that of the stream; the reason says which, or that the connection is lost. One connection has one
`TcpMember`.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from chatlab.room.errors import LineTooLong, NobodyAnswers, Refusal
from chatlab.room.events import Event, Gone, Joined, Left, Said
from chatlab.room.nicknames import normalise
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.protocol import MAX_ANSWER, Answer, Choose, Hangup, Welcome, build_nickname, parse_answer

# Behind the reason why a member is out. A panel connects again by itself, and leaves it away.
AGAIN = "; say something to connect again"


class Stage(Enum):
    """Where a member stands."""

    CHOOSING = auto()
    IN = auto()
    OUT = auto()


class Outcome(NamedTuple):
    """What there is to tell the user of the client, and what to send to the room."""

    events: tuple[Event, ...] = ()
    data: bytes = b""


class TcpMember:
    """Somebody who wants to be in the room as `nickname`. Raises Refusal if no room takes such a name.

    `room_name`: how to name the room to people. `was_in`: whether the room ever let me in, even if I have
    left since.
    """

    def __init__(self, nickname: str, room_name: str) -> None:
        self.nickname = normalise(nickname)
        self.room_name = room_name
        self.stage = Stage.CHOOSING
        self.was_in = False
        self._lines = LineBuffer(MAX_ANSWER)

    def receive(self, data: bytes) -> Outcome:
        """What follows from bytes of the room; b'' is the end of the stream. See the table for what is raised."""
        if not data:
            return self._out(f"{self.room_name} has ended the connection")
        events: list[Event] = []
        reply = b""
        for answer in self._answers(data):
            match answer:
                case Choose("") if self.stage is Stage.CHOOSING:
                    reply += build_nickname(self.nickname)
                case Choose(reason) if self.stage is Stage.CHOOSING:
                    self.stage = Stage.OUT
                    raise Refusal(reason)
                case Welcome() if self.stage is Stage.CHOOSING:
                    self.stage = Stage.IN
                    self.was_in = True
                    events.append(Joined(self.nickname))
                case Hangup(reason):
                    events += self._out(f"{self.room_name} has closed the connection: {reason}").events
                case Joined() | Said() | Left() as event if self.stage is Stage.IN:
                    events.append(event)
        return Outcome(tuple(events), reply)

    def lose(self) -> Outcome:
        """What follows from the loss of the connection: a reset, say. See the table for what is raised."""
        return self._out(f"the connection to {self.room_name} is lost")

    def _answers(self, data: bytes) -> Iterator[Answer | None]:
        """What the room says, as long as it is listened to."""
        try:
            while self.stage is not Stage.OUT:
                for line in self._lines.take(data, most=1):
                    yield parse_answer(line)
                if not self._lines.ready:
                    return
                data = b""
        except LineTooLong:
            yield Hangup("what it says is no chat")

    def _out(self, why: str) -> Outcome:
        self.stage = Stage.OUT
        if not self.was_in:
            raise NobodyAnswers(why)
        return Outcome((Gone(why + AGAIN),))
