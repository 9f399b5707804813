"""The Connection of ex12 and another side: each kind of goodbye, and what both of them see of it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

from chatlab.tcp.weather.connection import RESET_AT_CLOSE

PATIENCE = 1.0  # for what the learner's side is to hear or do, in seconds


class Goodbye:
    """One connection. `yours` and `theirs`: what each side has seen so far, as words."""

    def __init__(self) -> None:
        self.yours: list[str] = []
        self.theirs: list[str] = []
        self.when_data: Callable[[], object] = lambda: None
        self._ended = threading.Event()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.sock = socket.create_connection(listener.getsockname())
            self.other, _ = listener.accept()
        self.other.settimeout(PATIENCE)

    def start(self, learner: Any) -> None:
        self.connection = learner.Connection(self.sock, self._on_data, self._on_end)
        self.connection.start()

    def _on_data(self, data: object) -> None:
        self.yours.append(f"on_data({data!r})")
        self.when_data()

    def _on_end(self, end: object) -> None:
        self.yours.append(f"on_end({end!r})")
        self._ended.set()

    def call(self, end: Callable[..., object], *arguments: float) -> None:
        """`end`: leave or close."""
        begun_at = time.monotonic()
        end(*arguments)
        words = ", ".join(f"{seconds:g}" for seconds in arguments)
        self.yours.append(f"{end.__name__}({words}) took {time.monotonic() - begun_at:.1f} s")

    def wait_for_the_end(self) -> None:
        if not self._ended.wait(PATIENCE):
            self.yours.append(f"no on_end within {PATIENCE:g} s")

    def other_says(self, text: bytes) -> None:
        self.other.sendall(text)
        self.theirs.append(f"sends {text!r}")

    def other_ends(self) -> None:
        self.theirs.append("says no more")
        with suppress(OSError):
            self.other.shutdown(socket.SHUT_WR)

    def other_resets(self) -> None:
        self.theirs.append("resets the connection")
        self.other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        self.other.close()

    def other_reads(self) -> None:
        """All there is, up to an end."""
        try:
            while data := self.other.recv(4096):
                self.theirs.append(f"reads {data!r}")
            self.theirs.append("reads the end, b''")
        except TimeoutError:
            self.theirs.append("reads nothing more")
        except OSError as error:
            self.theirs.append(f"gets {type(error).__name__}")

    def take_back(self) -> None:
        self.other.close()  # wakes a thread that waits at the other end
        self.sock.close()


def they_end(it: Goodbye) -> None:
    it.other_says(b"Bye!")
    it.other_ends()
    it.wait_for_the_end()
    it.call(it.connection.leave)
    it.other_reads()


def they_reset(it: Goodbye) -> None:
    it.other_resets()
    it.wait_for_the_end()
    it.call(it.connection.close)


def you_leave(it: Goodbye) -> None:
    def answer() -> None:
        it.other_reads()
        it.other_says(b"Wait, your hat!")
        it.other_ends()

    it.sock.sendall(b"So long!")
    other = threading.Thread(target=answer)
    other.start()
    it.call(it.connection.leave)
    other.join()


def you_leave_the_silent(it: Goodbye) -> None:
    it.sock.sendall(b"So long!")
    it.call(it.connection.leave, 0.3)
    it.other_reads()


def you_close(it: Goodbye) -> None:
    it.call(it.connection.close)
    it.other_reads()


def on_data_closes(it: Goodbye) -> None:
    has_closed = threading.Event()

    def close() -> None:
        try:
            it.call(it.connection.close)
        finally:
            has_closed.set()

    it.when_data = close
    it.other_says(b"!q")
    it.other_reads()
    has_closed.wait(PATIENCE)


GOODBYES = {
    "The other side ends": they_end,
    "The other side resets the connection": they_reset,
    "You leave, and the other side still talks": you_leave,
    "You leave, and the other side says nothing": you_leave_the_silent,
    "You close": you_close,
    "Your on_data closes": on_data_closes,
}


def say_goodbyes(learner: Any) -> None:
    for title, say in GOODBYES.items():
        with ExitStack() as stack:
            it = Goodbye()
            stack.callback(it.take_back)
            it.start(learner)
            try:
                say(it)
            finally:
                print(f"{title}.")
                print("    your side: ", "; ".join(it.yours) or "sees nothing")
                print("    other side:", "; ".join(it.theirs) or "sees nothing")
