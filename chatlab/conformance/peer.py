"""Somebody who talks to the server over a real socket, and writes into the play's transcript what crossed.

Each protocol adds how its peers sign up, speak, send and receive.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod

from chatlab.conformance.play import HeardNothing, NotTried, Play, Unexpected
from chatlab.room.events import RoomEvent

# The end of a stream, as a peer hears it.
THE_END = b"(the end of the connection)"
# After this many messages a peer no longer waits for the one that it expects.
ENOUGH = 1000


class Peer(ABC):
    """Somebody who talks to the server. As a text, its nickname."""

    def __init__(self, play: Play, label: str, nickname: str) -> None:
        self.play = play
        self.label = label
        self.nickname = nickname

    def __str__(self) -> str:
        return self.nickname

    def sends(self, message: str | bytes) -> None:
        """Send these bytes."""
        data = as_bytes(message)
        self.play.note(self.label, f"sent   {abridged(data)}")
        self._send(data)

    def hears(self, expected: str | bytes, patience: float | None = None) -> None:
        """The next message is `expected`. Raises Unexpected."""
        wanted = as_bytes(expected)
        if self.play.passes_over(self._event(wanted), self.nickname):
            return
        if (heard := self.next(abridged(wanted), patience)) != wanted:
            raise Unexpected(f"{self.label} had to hear {abridged(wanted)}, and heard {abridged(heard)}")

    def hears_in_the_end(self, expected: str | bytes) -> list[bytes]:
        """`expected` comes, after whatever else, which is returned. Raises Unexpected, or NotTried."""
        wanted = as_bytes(expected)
        if self.play.passes_over(self._event(wanted), self.nickname):
            raise NotTried(f"it waits for {abridged(wanted)}, which another case has found wrong")
        before: list[bytes] = []
        while (heard := self.next(abridged(wanted))) != wanted:
            before.append(heard)
            if heard.startswith(THE_END) or len(before) == ENOUGH:
                raise Unexpected(f"{self.label} had to hear {abridged(wanted)}, and heard {abridged(heard)}")
        return before

    def next(self, expected: str, patience: float | None = None) -> bytes:
        """The next message. Raises HeardNothing after `patience` seconds; without it, the play's."""
        patience = patience or self.play.patience
        deadline = time.monotonic() + patience
        while (left := deadline - time.monotonic()) > 0:
            try:
                heard = self._receive(left)
            except TimeoutError:
                break
            self.play.has_heard = True
            self.play.unanswered.clear()
            event = self._event(heard)
            if self.play.passes_over(event, self.nickname) or (event and self.play.is_stale(event.nickname)):
                continue
            if self._says_nothing(heard):
                continue
            self.play.transcript.append(f"{self.label} heard  {abridged(heard)}")
            return heard
        rest = self.rest()
        heard_instead = f"{abridged(rest)} ({len(rest):,} bytes) but no line end (\\n)" if rest else "nothing"
        raise HeardNothing(f"{self.label} had to hear {expected}, and heard {heard_instead} for {patience:g} s")

    def signs_up(self, nickname: str | bytes | None = None) -> None:
        """Ask to be let in under `nickname`, or its own."""
        self._ask_for(as_bytes(self.nickname if nickname is None else nickname))

    def rest(self) -> bytes:
        """What has come and is no message yet."""
        return b""

    @abstractmethod
    def says(self, *texts: str | bytes) -> None:
        """Say each of `texts`."""

    @abstractmethod
    def is_refused(self) -> None:
        """The next message is a refusal. Raises Unexpected."""

    @abstractmethod
    def leaves(self) -> None:
        """Leave as the protocol says."""

    @abstractmethod
    def close(self) -> None:
        """Leave, and close the socket."""

    @abstractmethod
    def _ask_for(self, nickname: bytes) -> None: ...

    @abstractmethod
    def _send(self, data: bytes) -> None: ...

    @abstractmethod
    def _receive(self, patience: float) -> bytes:
        """The next message. Raises TimeoutError after `patience` seconds."""

    def _says_nothing(self, message: bytes) -> bool:
        """Whether a client has to ignore `message`."""
        return False

    @abstractmethod
    def _event(self, message: bytes) -> RoomEvent | None:
        """What the room says by `message`, if that is somebody's words or a notice."""


def as_bytes(message: str | bytes) -> bytes:
    return message.encode() if isinstance(message, str) else message


def abridged(data: bytes) -> str:
    """`data` as Python would write it, the middle of something long left out; without the b where it is UTF-8."""
    try:
        written = repr(data.decode())
    except UnicodeDecodeError:
        written = repr(data)
    return written if len(written) <= 100 else f"{written[:60]}...{written[-20:]} ({len(data):,} bytes)"
