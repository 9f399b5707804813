"""The room of a learner's server, watched: which thread asked it what, when, and what it answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NamedTuple

import pytest

from chatlab.grading.verdict import NotYetRight
from chatlab.udp.chat import UdpChat
from chatlab.udp.delivery import Delivery

SECONDS = 60.0  # by which the time that the room is told may be wrong: some look at a clock before they wait


class Question(NamedTuple):
    """`chat.receive` was called in `thread` at the time `now`, when the clock said `clock`; both in seconds."""

    chat: UdpChat
    thread: threading.Thread
    datagram: bytes
    address: Any
    now: Any
    clock: float

    @property
    def is_about_now(self) -> bool:
        return isinstance(self.now, int | float) and abs(self.now - self.clock) < SECONDS


class AskedRooms:
    """Every UdpChat, from now until `monkeypatch` is undone. `on_close` is called in the thread that calls `close`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.questions: list[Question] = []
        self.answers: list[Delivery] = []
        self.was_closed = False  # one of them
        self.on_close: Callable[[], object] = lambda: None
        receive, close = UdpChat.receive, UdpChat.close

        @wraps(receive)  # an error in calling it names what was called
        def watched_receive(chat: UdpChat, datagram: Any, address: Any, now: Any, **named: Any) -> Any:
            if not isinstance(datagram, bytes) or (datagram and not isinstance(address, tuple)):
                saw = f"self.chat.receive was called with {datagram!r}, {address!r}, {now!r}."
                raise NotYetRight(
                    saw, "It takes the datagram as bytes, then the address that it came from, then the time."
                )
            thread, clock = threading.current_thread(), time.monotonic()
            self.questions.append(Question(chat, thread, bytes(datagram), address, now, clock))
            return self._noted(receive(chat, datagram, address, now, **named))

        @wraps(close)
        def watched_close(chat: UdpChat) -> Any:
            self.was_closed = True
            self.on_close()
            return self._noted(close(chat))

        monkeypatch.setattr(UdpChat, "receive", watched_receive)
        monkeypatch.setattr(UdpChat, "close", watched_close)

    @property
    def threads(self) -> set[threading.Thread]:
        """Those that have asked."""
        return {question.thread for question in self.questions}

    @property
    def datagrams(self) -> set[bytes]:
        """Those that were asked about."""
        return {question.datagram for question in self.questions}

    def has_answered(self, datagram: bytes, recipient: Any) -> bool:
        return any(answer.datagram == datagram and recipient in answer.recipients for answer in self.answers)

    def _noted(self, answers: Sequence[Delivery]) -> Sequence[Delivery]:
        self.answers += answers
        return answers
