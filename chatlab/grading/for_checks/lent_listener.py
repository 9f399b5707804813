"""A TCP socket that listens, lent to a learner's code.

Its lender can raise an error in `accept`, look at what comes out of it, and take all back in the end, even if threads
still wait there.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import threading
from collections.abc import Callable
from typing import Any

from chatlab.grading.for_checks.lent_connection import Lent, LentConnection
from chatlab.grading.for_checks.threads import refuse_to_wait_here


class LentListener(Lent):
    """It takes the place of `listener`, which listens.

    `error`: as long as it is there, `accept` raises it. `accepts`: how often `accept` was called. `connections`: those
    that were accepted, in their order. `on_accept` is called with each, and its address,
    before the learner's code has it. `kind`: what they are.
    """

    kind = LentConnection

    def __init__(self, listener: socket.socket) -> None:
        super().__init__(listener.family, listener.type, listener.proto, fileno=listener.detach())
        self.connections: list[LentConnection] = []
        self.error: OSError | None = None
        self.accepts = 0
        self.on_accept: Callable[[LentConnection, Any], object] = lambda connection, address: None
        self._lender: threading.Thread | None = None
        self._accepting = threading.Lock()

    def accept(self) -> tuple[LentConnection, Any]:
        self.accepts += 1
        timeout = self.gettimeout()
        if timeout != 0 and threading.current_thread() is self._lender:
            refuse_to_wait_here("accepted", "To accept")
        if self.error:
            raise self.error
        return self._take() if timeout == 0 or self.was_closed else self._wait_for(self._take, timeout)

    def shutdown(self, how: int) -> None:
        self.was_shut_down = True
        with contextlib.suppress(OSError):  # macOS and Windows know no such thing
            super().shutdown(how)

    def expect_another_thread(self) -> None:
        """From now on, the thread that calls this may not wait in `accept`."""
        self._lender = threading.current_thread()

    def take_back(self) -> None:
        """What was accepted as well."""
        for connection in self.connections:
            connection.taken_back = True
        for connection in self.connections:
            connection.take_back()
        super().take_back()

    def _take(self) -> tuple[LentConnection, Any]:
        if self.was_shut_down:
            raise OSError(errno.EINVAL, "Invalid argument")
        if self.error:
            raise self.error
        with self._accepting:
            if not self._is_ready(0):
                raise BlockingIOError(errno.EAGAIN, "another thread was quicker")
            number, address = self._accept()  # type: ignore[attr-defined]  # what socket.accept calls
        connection = self.kind(self.family, self.type, self.proto, fileno=number)
        connection.setblocking(True)  # on macOS, it has the listener's flags
        with contextlib.suppress(OSError):  # it is lost already
            connection.setsockopt(
                socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
            )  # or a small piece waits for the one before
        self.connections.append(connection)
        self.on_accept(connection, address)
        return connection, address
