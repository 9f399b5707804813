"""One client of the threads room, and the two ways to send to it.

send    the room's sending thread   sends without waiting, while nothing waits
write   the client's own thread     sends what waits: to a slow client, it waits as long as it has to
"""

from __future__ import annotations

import errno
import select
import socket
import threading
import time
from collections.abc import Sequence

from chatlab.tcp.outbox import Outbox
from chatlab.tcp.sockets import DONT_WAIT, LINGER, end_sending


class Peer:
    """A connection. `end_by`: once the chat is done with it, when to close it at the latest; 0 before.

    `users`: how many of its two threads have not ended.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.end_by = 0.0
        self.users = 2
        self._outbox = Outbox()  # what it holds is up to the writing thread
        self._changed = threading.Condition()  # guards the outbox and `end_by`

    @property
    def is_late(self) -> bool:
        return 0 < self.end_by <= time.monotonic()

    @property
    def waits(self) -> int:
        """How many bytes do. Any thread may ask."""
        return self._outbox.size

    def send(self, pieces: Sequence[bytes]) -> int:
        """Send `pieces` at once, or put them behind what waits already. Returns how many bytes wait. Raises OSError."""
        with self._changed:
            if not self._outbox.size:
                data = b"".join(pieces)
                sent = self._send_at_once(data)
                if sent == len(data):
                    return 0
                pieces = (data[sent:],)
            for piece in pieces:
                self._outbox.put(piece)
            self._changed.notify()
            return self._outbox.size

    def end(self) -> None:
        """The chat is done with it: what has been sent are its last words."""
        with self._changed:
            self.end_by = self.end_by or time.monotonic() + LINGER
            self._changed.notify()

    def write(self) -> None:
        """The writing thread: send what waits, until the last words are out. Raises OSError."""
        while piece := self._next_piece():
            try:
                sent = self.socket.send(piece)
            except TimeoutError:  # see LOOK_EVERY
                if self.is_late:
                    return
                continue
            with self._changed:
                self._outbox.drop(sent)
        end_sending(self.socket)

    def close(self) -> None:
        """Close the connection, when both threads have ended."""
        with self._changed:  # or `send` could send to the connection that gets its file descriptor next
            self.socket.close()

    def _send_at_once(self, data: bytes) -> int:
        """Send of `data` what the kernel takes without waiting. Returns how many bytes. Raises OSError."""
        try:
            if DONT_WAIT:
                return self.socket.send(data, DONT_WAIT)
            # Where the socket takes more, a `send` with a timeout (LOOK_EVERY) takes what goes, and does not wait.
            _, takes_more, _ = select.select((), (self.socket,), (), 0)
            return self.socket.send(data) if takes_more else 0
        except BlockingIOError:
            return 0
        except ValueError as error:
            raise OSError(errno.EBADF, "the socket is closed") from error

    def _next_piece(self) -> bytes:
        """What is to be sent next, once there is something; b'' after the last words."""
        with self._changed:
            while not (piece := self._outbox.front()) and not self.end_by:
                self._changed.wait()
            return piece
