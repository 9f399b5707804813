"""One connection between the Connection of ex12 and another side, and what both of them see of its end."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from chatlab.tcp.weather.connection import RESET_AT_CLOSE

PATIENCE = 1.0  # for what the learner's side is to hear or do, in seconds


class Goodbye:
    """`yours` and `theirs`: what each side has seen so far, as words."""

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
