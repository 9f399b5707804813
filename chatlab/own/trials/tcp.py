"""The trials of TCP: ex09 to ex16."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from chatlab.own.own_door import HandshakeServer
from chatlab.own.own_file import CrashWatch, OwnFile, ipv4
from chatlab.own.own_framing import OwnFramingClient
from chatlab.own.own_outbox import tell_two
from chatlab.own.own_tcp_room import ExerciseTcpServer, MendedServer
from chatlab.own.trials.goodbyes import say_goodbyes
from chatlab.own.trials.use import room_panel, use
from chatlab.service.interfaces import HasAddress, Recorder
from chatlab.service.resolve import host_and_port
from chatlab.terminal.talk import QUIT, in_a_line
from chatlab.trace import Trace

if TYPE_CHECKING:
    from chatlab.panels.chat.chat_panel import ChatPanel
    from chatlab.panels.room_panel import RoomPanel

PATIENCE = 2.0  # seconds for each answer of a room


class SelectorServer(ExerciseTcpServer):
    """The room of ex16: the Server of ex11 once more, in one thread."""

    exercise = "ex16"


def ex09(room: HasAddress | tuple[str, int], nickname: str = "tom", *, trace: Recorder | None = None) -> ChatPanel:
    """`room`: a TCP server, or a stream relay to one, or its (host, port)."""
    from chatlab.panels.chat.chat_panel import ChatPanel  # noqa: PLC0415  # as in `room_panel`

    return ChatPanel(OwnFramingClient(nickname, room, trace=trace))


def ex10(*, trace: Recorder | None = None) -> RoomPanel:
    return room_panel(HandshakeServer(trace=trace))


def ex11(*, trace: Trace | None = None) -> RoomPanel:
    """`trace` records what crosses the room's connections."""
    return room_panel(ExerciseTcpServer(trace=trace))


def ex12() -> None:
    def say(learner: Any) -> None:
        crashes = CrashWatch(OwnFile("ex12"), print)
        try:
            say_goodbyes(learner)
        finally:
            crashes.close()

    use("ex12", say)


def ex13(limit: int = 8192, *, lines: int = 720) -> None:
    """`limit`: bytes of each outbox. `lines`: how many are said to both readers."""
    use("ex13", lambda learner: tell_two(learner, limit, lines))


def ex14(
    room: HasAddress | tuple[str, int], nickname: str = "tom", lines: Iterable[str] = ("Hello from my own client!",)
) -> None:
    """`room`: as for ex09. It sends nobody's words back to the speaker, so what is typed is printed."""

    def typed() -> Iterator[str]:
        for line in lines:
            print(f"> {line}")
            yield line
        yield QUIT

    def join(learner: Any) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
            address = ipv4(*host_and_port(room))
            learner.talk(sock, nickname, address, typed(), lambda event: print(in_a_line(event)), patience=PATIENCE)

    use("ex14", join)


def ex15(*, trace: Trace | None = None) -> RoomPanel:
    """`trace`: as for ex11."""
    return room_panel(MendedServer(trace=trace))


def ex16(*, trace: Trace | None = None) -> RoomPanel:
    """`trace`: as for ex11."""
    return room_panel(SelectorServer(trace=trace))
