"""`try_out("ex03")`: a learner's own code at work in a notebook, outside of its checks.

    ex00    their greeting, in a room that is open
    ex01    their receipts for some texts
    ex02    their protocol, spoken to a room
    ex03    their room, played from a script: a table of who hears what
    ex04    their receiver, and how long it takes to stop
    ex05    their server, under a panel
    ex06    their client, in a room that is open
    ex07    their Arrivals, in bad weather: what it makes of each message
    ex08    their sender and receiver, in bad weather: a ladder
    ex09    their framing, under somebody's panel in a TCP room
    ex10    their handshake, at the door of a TCP room, under its panel
    ex11    their TCP server, under a panel
    ex12    their end of a connection, and each kind of goodbye as both sides see it
    ex13    their Outbox, for a quick reader and for one that reads nothing
    ex14    their TCP client, in a room that is open
    ex15    the room that they mend, under a panel

Whatever the code does, one line says what came of it, and the notebook goes on.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from chatlab.grading.attempt.time_limit import Printed
from chatlab.own.carry import carry, count_arrivals
from chatlab.own.goodbyes import say_goodbyes
from chatlab.own.own_door import HandshakeServer
from chatlab.own.own_file import CrashWatch, OwnFile, ipv4
from chatlab.own.own_framing import OwnFramingClient
from chatlab.own.own_outbox import tell_two
from chatlab.own.own_room import ExerciseServer
from chatlab.own.own_tcp_room import ExerciseTcpServer, MendedServer
from chatlab.own.parts import greet, receive, send_receipts, speak
from chatlab.own.play import PLAY, Played
from chatlab.room.errors import CantUse
from chatlab.service.interfaces import HasAddress, Recorder
from chatlab.service.resolve import host_and_port
from chatlab.terminal.talk import ECHO_WAIT, QUIT, in_a_line
from chatlab.trace import Trace
from chatlab.weather.fate import Conditions
from chatlab.weather.simulated import SimulatedNetwork

if TYPE_CHECKING:
    from chatlab.panels.chat.chat_panel import ChatPanel
    from chatlab.panels.room_panel import RoomPanel

TEXTS = ("Hello!", "Can you hear me?", "It rains.", "Bye!")
STORM = Conditions(loss=0.2, repeat=0.2, reorder=0.2, delay=0.02)
RAIN = Conditions(loss=0.3, delay=0.05)
PATIENCE = 2.0  # seconds for each answer of a TCP room


def try_out(key: str, *given: Any, **options: Any) -> object:
    """Try out the exercise `key`. What else may be given: see `_ex03` and those below it. Prints what went wrong."""
    if trial := TRIALS.get(key):
        return trial(*given, **options)
    print(f"There is nothing to try out for {key!r}: choose from {', '.join(TRIALS)}.")
    return None


def _use(key: str, do: Callable[[Any], None]) -> None:
    printed = Printed()
    problem = ""
    try:
        OwnFile(key).use(do, printed)
    except CantUse as error:
        problem = f"{error}\n"
    print(printed.text + problem, end="")


def _ex00(room: HasAddress | tuple[str, int], nickname: str = "ada") -> None:
    """`room`: a server, or its (host, port)."""
    _use("ex00", lambda learner: greet(learner, room, nickname))


def _ex01(*texts: str) -> None:
    _use("ex01", lambda learner: send_receipts(learner, texts or TEXTS))


def _ex02(room: HasAddress | tuple[str, int], nickname: str = "tom", texts: Iterable[str] = TEXTS) -> None:
    """`room`: a server, or its (host, port)."""
    _use("ex02", lambda learner: speak(learner, ipv4(*host_and_port(room)), nickname, texts))


def _ex03(script: str = PLAY) -> Played | None:
    """`script`: a line for each step, such as "ada joins as ada", "ada says Hello!" or "ada leaves"."""
    played = Played()
    _use("ex03", lambda learner: played.play(learner.Room(), script))
    return played if played.steps else None


def _ex04(*texts: str) -> None:
    _use("ex04", lambda learner: receive(learner, texts or TEXTS))


def _ex05() -> RoomPanel:
    return _room(ExerciseServer())


def _room(server: ExerciseServer) -> RoomPanel:
    # The programs in this folder work without the widget packages.
    from chatlab.panels.room_panel import RoomPanel  # noqa: PLC0415

    return RoomPanel(server, about=lambda: server.whose)


def _ex06(
    room: HasAddress | tuple[str, int], nickname: str = "tom", lines: Iterable[str] = ("Hello from my own client!",)
) -> None:
    """`room`: a server, or its (host, port). A line follows when something was shown after the one before it."""
    shown = threading.Event()

    def show(text: object) -> None:
        print(text)
        shown.set()

    def typed() -> Iterator[str]:
        for line in lines:
            shown.clear()
            yield line
            shown.wait(ECHO_WAIT)
        yield QUIT

    def join(learner: Any) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            learner.talk(sock, nickname, ipv4(*host_and_port(room)), typed(), show)

    _use("ex06", join)


def _ex07(conditions: Conditions = STORM, *, count: int = 12, seed: int = 2) -> Trace | None:
    """`count`: of the messages."""
    trace = Trace("time")
    network = SimulatedNetwork(conditions, seed=seed, trace=trace)
    _use("ex07", lambda learner: count_arrivals(learner.Arrivals(), network, count))
    return trace if trace.steps else None


def _ex08(
    conditions: Conditions = RAIN,
    *,
    texts: Iterable[str] = TEXTS,
    seed: int = 3,
    timeout: float = 0.2,
    tries: int = 6,
) -> Trace | None:
    """`texts`: what ada sends to bob. `timeout`, in seconds, and `tries` are the sender's."""
    trace = Trace("time")
    network = SimulatedNetwork(conditions, seed=seed, trace=trace)
    _use(
        "ex08",
        lambda learner: carry(texts, learner.Sender(timeout, tries), learner.Receiver(), learner.Message, network),
    )
    return trace if trace.steps else None


def _ex09(room: HasAddress | tuple[str, int], nickname: str = "tom", *, trace: Recorder | None = None) -> ChatPanel:
    """`room`: a TCP server, or a stream relay to one, or its (host, port)."""
    from chatlab.panels.chat.chat_panel import ChatPanel  # noqa: PLC0415  # as above

    return ChatPanel(OwnFramingClient(nickname, room, trace=trace))


def _ex10(*, trace: Recorder | None = None) -> RoomPanel:
    from chatlab.panels.room_panel import RoomPanel  # noqa: PLC0415  # as above

    server = HandshakeServer(trace=trace)
    return RoomPanel(server, about=lambda: server.whose)


def _ex11() -> RoomPanel:
    return _room(ExerciseTcpServer())


def _ex12() -> None:
    def say(learner: Any) -> None:
        crashes = CrashWatch(OwnFile("ex12"), print)
        try:
            say_goodbyes(learner)
        finally:
            crashes.close()

    _use("ex12", say)


def _ex13(limit: int = 8192, *, lines: int = 720) -> None:
    """`limit`: bytes of each outbox. `lines`: how many are said to both readers."""
    _use("ex13", lambda learner: tell_two(learner, limit, lines))


def _ex14(
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

    _use("ex14", join)


def _ex15() -> RoomPanel:
    return _room(MendedServer())


TRIALS: dict[str, Callable[..., object]] = {
    "ex00": _ex00,
    "ex01": _ex01,
    "ex02": _ex02,
    "ex03": _ex03,
    "ex04": _ex04,
    "ex05": _ex05,
    "ex06": _ex06,
    "ex07": _ex07,
    "ex08": _ex08,
    "ex09": _ex09,
    "ex10": _ex10,
    "ex11": _ex11,
    "ex12": _ex12,
    "ex13": _ex13,
    "ex14": _ex14,
    "ex15": _ex15,
}
