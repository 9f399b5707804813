"""One who talks to the server over a real socket, and writes into the scene's transcript what crossed.

Each protocol adds how its peers sign up, send and receive.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatlab.conformance.scene import AnyScene

# The end of a stream, as a peer hears it.
THE_END = b"(the end of the connection)"
# So many messages that are not the expected one are enough.
ENOUGH = 1000


class Unexpected(AssertionError):
    """The server did something else than the protocol says. The text is one line."""


class HeardNothing(Unexpected):
    """Something had to come, and nothing did."""


class Peer(ABC):
    """One who talks to the server. As a text, its nickname."""

    def __init__(self, scene: AnyScene, label: str, nickname: str) -> None:
        self.scene = scene
        self.label = label
        self.nickname = nickname

    def __str__(self) -> str:
        return self.nickname

    def sends(self, message: str | bytes) -> None:
        """Send one message."""
        data = message.encode() if isinstance(message, str) else message
        self.scene.transcript.append(f"{self.label} sent   {abridged(data)}")
        self._send(data)

    def hears(self, expected: str | bytes, patience: float | None = None) -> None:
        """The next that comes is `expected`. Raises Unexpected."""
        wanted = expected.encode() if isinstance(expected, str) else expected
        if (heard := self.next(abridged(wanted), patience)) != wanted:
            raise Unexpected(f"{self.label} had to hear {abridged(wanted)}, and heard {abridged(heard)}")

    def hears_in_the_end(self, expected: str) -> list[bytes]:
        """`expected` comes, after whatever else, which is returned. Raises Unexpected."""
        before: list[bytes] = []
        while (heard := self.next(abridged(expected.encode()))) != expected.encode():
            before.append(heard)
            if heard.startswith(THE_END) or len(before) == ENOUGH:
                raise Unexpected(f"{self.label} had to hear {abridged(expected.encode())}, and heard {abridged(heard)}")
        return before

    def next(self, expected: str, patience: float | None = None) -> bytes:
        """What comes next. Raises HeardNothing after `patience` seconds; without it, the scene's."""
        patience = patience or self.scene.patience
        deadline = time.monotonic() + patience
        while (left := deadline - time.monotonic()) > 0:
            try:
                heard = self._receive(left)
            except TimeoutError:
                break
            if not self.scene.is_stale(heard):
                self.scene.transcript.append(f"{self.label} heard  {abridged(heard)}")
                return heard
        raise HeardNothing(f"{self.label} had to hear {expected}, and heard nothing for {patience:g} s")

    def signs_up(self, nickname: str | None = None) -> None:
        """Ask to be let in under `nickname`, or its own."""
        self._ask_for(self.nickname if nickname is None else nickname)

    @abstractmethod
    def close(self) -> None:
        """Leave, and close the socket."""

    @abstractmethod
    def _ask_for(self, nickname: str) -> None: ...

    @abstractmethod
    def _send(self, data: bytes) -> None: ...

    @abstractmethod
    def _receive(self, patience: float) -> bytes:
        """The next message. Raises TimeoutError after `patience` seconds."""


def abridged(data: bytes) -> str:
    """`data` as Python would write it, the middle of something long left out; without the b where it is UTF-8."""
    try:
        written = repr(data.decode())
    except UnicodeDecodeError:
        written = repr(data)
    return written if len(written) <= 100 else f"{written[:60]}...{written[-20:]} ({len(data):,} bytes)"
