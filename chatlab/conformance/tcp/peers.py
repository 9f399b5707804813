"""Peers of the TCP room: one line is one message."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable

from chatlab.conformance.peer import THE_END, Peer, abridged, as_bytes
from chatlab.conformance.play import Deviation, Play, Unexpected
from chatlab.room.addresses import Address
from chatlab.room.events import RoomEvent
from chatlab.service.interfaces import Stream
from chatlab.tcp.protocol import ERROR, NICK, parse_answer

# What a socket does when it is closed (SO_LINGER in socket(7)): on, for 0 seconds, that is, a reset.
_RESET = struct.pack("ii", 1, 0)
# From a server that ends no lines: after this many seconds without another byte, what came counts as a line.
_PAUSE = 0.05
# From a server that floods: this many bytes without a line end count as a line.
_MAX_HEARD = 1024 * 1024


# Makes of a connected socket what is to be used in its place, TLS over it, say. Raises OSError.
Secure = Callable[[socket.socket], Stream]


class TcpPeer(Peer):
    """A connection of its own."""

    def __init__(
        self, address: Address, play: Play, label: str, nickname: str, secure: Secure = lambda sock: sock
    ) -> None:
        super().__init__(play, label, nickname)
        self.socket = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
        self._received = bytearray()
        try:
            self.socket.settimeout(play.patience)
            self.socket.connect(address)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._stream = secure(self.socket)
        except OSError:
            self.socket.close()
            raise

    def says(self, *texts: str | bytes) -> None:
        """Send `texts` as lines, in one segment if they are short."""
        self.sends(b"".join(as_bytes(text) + b"\n" for text in texts))

    def is_refused(self) -> None:
        """The next line is NICK and a reason. Raises Unexpected."""
        self._hears_reason(NICK, None)

    def is_cut_off(self, patience: float | None = None) -> None:
        """The next line is ERROR and a reason, and the last one. Raises Unexpected."""
        self._hears_reason(ERROR, patience)
        self.hears(THE_END)

    def ends_its_stream(self) -> None:
        """Half-close: say no more, and go on listening."""
        self.play.note(self.label, "ended its stream")
        self._stream.shutdown(socket.SHUT_WR)

    def resets(self) -> None:
        """Close the connection by a reset: what a crash or a pulled plug looks like."""
        self.play.note(self.label, "reset the connection")
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.socket.close()

    def receives_little(self) -> None:
        """Have the kernel buffer little of what is not read."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    def rest(self) -> bytes:
        return bytes(self._received)

    def leaves(self) -> None:
        self.play.note(self.label, "closed the connection")
        self.socket.close()

    def close(self) -> None:
        self.socket.close()

    def _hears_reason(self, word: str, patience: float | None) -> None:
        heard = self.next(f"{word} <reason>", patience)
        if not heard.startswith(as_bytes(f"{word} ")) or not heard[len(word) :].strip():
            raise Unexpected(f"{self.label} had to hear {word} <reason>, and heard {abridged(heard)}")

    def _ask_for(self, nickname: bytes) -> None:
        self.says(nickname)

    def _send(self, data: bytes) -> None:
        self._stream.settimeout(self.play.patience)
        while data:
            data = data[self._stream.send(data) :]

    def _receive(self, patience: float) -> bytes:
        deadline = time.monotonic() + patience
        while b"\n" not in self._received and len(self._received) < _MAX_HEARD:
            ends_lines = not self._received or Deviation.LINE_ENDS not in self.play.deviations
            if (left := deadline - time.monotonic()) <= 0:
                raise TimeoutError
            self._stream.settimeout(left if ends_lines else min(left, _PAUSE))
            try:
                data = self._stream.recv(65_536)
            except TimeoutError:
                if ends_lines:
                    raise
                data = b"\n"
            except ConnectionError:
                return THE_END + b" by a reset"
            if not data:
                return THE_END
            self._received += data
        line, _, self._received = self._received.partition(b"\n")
        return bytes(line)

    def _event(self, message: bytes) -> RoomEvent | None:
        event = parse_answer(message)
        return event if isinstance(event, RoomEvent) else None
