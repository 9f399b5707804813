"""The trials of part 1, UDP: ex00 to ex08."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from chatlab.own.carry import carry, count_arrivals
from chatlab.own.exercise_server import ExerciseServer
from chatlab.own.own_file import ipv4
from chatlab.own.parts import greet, receive, send_receipts, speak
from chatlab.own.play import PLAY, Played
from chatlab.own.trials.use import room_panel, use
from chatlab.service.interfaces import HasAddress
from chatlab.service.resolve import host_and_port
from chatlab.terminal.talk import ECHO_WAIT, QUIT
from chatlab.trace import Trace
from chatlab.weather.fate import Conditions
from chatlab.weather.simulated import SimulatedNetwork

if TYPE_CHECKING:
    from chatlab.panels.room_panel import RoomPanel

TEXTS = ("Hello!", "Can you hear me?", "It rains.", "Bye!")
STORM = Conditions(loss=0.2, repeat=0.2, reorder=0.2, delay=0.02)
RAIN = Conditions(loss=0.3, delay=0.05)


def ex00(room: HasAddress | tuple[str, int], nickname: str = "ada") -> None:
    """`room`: a server, or its (host, port)."""
    use("ex00", lambda learner: greet(learner, room, nickname))


def ex01(*texts: str) -> None:
    use("ex01", lambda learner: send_receipts(learner, texts or TEXTS))


def ex02(room: HasAddress | tuple[str, int], nickname: str = "tom", texts: Iterable[str] = TEXTS) -> None:
    """`room`: a server, or its (host, port)."""
    use("ex02", lambda learner: speak(learner, ipv4(*host_and_port(room)), nickname, texts))


def ex03(script: str = PLAY) -> Played | None:
    """`script`: a line for each step, such as "ada joins as ada", "ada says Hello!" or "ada leaves"."""
    played = Played()
    use("ex03", lambda learner: played.play(learner.Room(), script))
    return played if played.steps else None


def ex04(*texts: str) -> None:
    use("ex04", lambda learner: receive(learner, texts or TEXTS))


def ex05() -> RoomPanel:
    return room_panel(ExerciseServer())


def ex06(
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

    use("ex06", join)


def ex07(conditions: Conditions = STORM, *, count: int = 12, seed: int = 2) -> Trace | None:
    """`count`: of the messages."""
    trace = Trace("time")
    network = SimulatedNetwork(conditions, seed=seed, trace=trace)
    use("ex07", lambda learner: count_arrivals(learner.Arrivals(), network, count))
    return trace if trace.steps else None


def ex08(
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
    use(
        "ex08",
        lambda learner: carry(texts, learner.Sender(timeout, tries), learner.Receiver(), learner.Message, network),
    )
    return trace if trace.steps else None
