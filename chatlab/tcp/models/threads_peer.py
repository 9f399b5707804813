"""One client of the threaded room: its outbox, and the two ways out of it.

    flush   the room's sending thread   sends without waiting; when the kernel takes no more, the client is slow
    write   the client's own thread     sends to a slow client, and the last words; waits as long as it has to

One of them sends at a time, and what others put meanwhile is taken along. Lesson 12 builds it.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

from chatlab.tcp.outbox import Outbox
from chatlab.tcp.sockets import LINGER, send_without_waiting


class Peer:
    """A connection. `end_by`: once the chat is done with it, when to close it at the latest; 0 before."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.end_by = 0.0
        self._outbox = Outbox()
        self._sending = threading.Lock()
        self._slow = False  # sending is up to the writing thread
        self._wake_writer = threading.Semaphore(0)

    def put(self, lines: bytes) -> int:
        """Add `lines` to the outbox; one thread at a time. Returns how many bytes the kernel has refused so far."""
        self._outbox.put(lines)
        return self._outbox.size if self._slow else 0

    def end(self) -> None:
        """What was put are the last words."""
        self.end_by = time.monotonic() + LINGER
        self._wake_writer.release()

    def flush(self) -> None:
        """Send what the kernel takes at once, and leave the rest to the writing thread. Raises OSError."""
        # Looks again after each release: what somebody else put before it, and could not send, is up to us.
        while self._outbox.size and not self._slow and self._sending.acquire(blocking=False):
            try:
                self._send(lambda piece: send_without_waiting(self.socket, piece))
            except BlockingIOError:
                self._slow = True
                self._wake_writer.release()
            finally:
                self._sending.release()

    def write(self) -> None:
        """The writing thread: send what the others leave, until the last words are out. Raises OSError."""
        while not self.end_by or self._outbox.size:
            self._wake_writer.acquire()
            with self._sending:
                self._send(self.socket.send)
                self._slow = False
            self.flush()

    def close(self) -> None:
        """Close the connection, when nobody uses it any more."""
        with self._sending:
            self.socket.close()

    def _send(self, send: Callable[[bytes], int]) -> None:
        """Send until nothing waits. Raises OSError."""
        while piece := self._outbox.front():
            try:
                self._outbox.drop(send(piece))
            except TimeoutError:  # see WAKE
                continue
