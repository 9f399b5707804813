"""A TCP socket that is lent to a learner's code, and a connection that is.

What that code sees must not depend on the system, so all is as on Linux: `shutdown` wakes a thread that waits in
`accept` or in a receive; `close` does not, and such a thread waits as long as its time-out says, or for ever.
"""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from chatlab.grading.for_checks.every_call import CalledSocket, EveryCall
from chatlab.grading.for_checks.small_sends import SmallSends
from chatlab.grading.for_checks.threads import PIECE, wait_until

LOOK_EVERY = 0.02  # seconds until a thread that waits notices what another one has done to its socket
PATIENCE = 1.0  # seconds for threads that wait to end
DONT_WAIT = getattr(socket, "MSG_DONTWAIT", 0)  # Windows has none
ALL = 1_000_000  # bytes that a send takes, so more than there are

Result = TypeVar("Result")


class Lent(CalledSocket):
    """What both have in common: a call that waits, and ends when the socket is shut down or taken back."""

    waiting = 0  # how many threads wait here
    taken_back = False
    was_shut_down = False  # by this end, for what comes in
    is_reset = False

    @property
    def was_closed(self) -> bool:
        return super().fileno() == -1

    def take_back(self) -> None:
        """End every thread that waits here, and close. Idempotent."""
        self.taken_back = True
        wait_until(lambda: not self.waiting, PATIENCE)
        self.close()

    def _wait_for(self, take: Callable[[], Result], timeout: float | None) -> Result:
        """Call `take` when there is something to take. Raises TimeoutError."""
        give_up_at = None if timeout is None else time.monotonic() + timeout
        self.waiting += 1
        try:
            while not self.was_shut_down:
                if self.is_reset and not self.taken_back:
                    raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
                if self.taken_back or (self.was_closed and timeout is None):
                    self._stay_until_taken_back()
                if self.was_closed:
                    time.sleep(LOOK_EVERY)
                with contextlib.suppress(BlockingIOError, TimeoutError):  # another thread was quicker
                    if self._is_ready(LOOK_EVERY):
                        return take()
                if give_up_at is not None and time.monotonic() >= give_up_at:
                    raise TimeoutError("timed out")
            return take()
        finally:
            self.waiting -= 1

    def _is_ready(self, seconds: float) -> bool:
        """Whether there is something to take within `seconds`."""
        try:
            return bool(select.select([self], [], [], seconds)[0]) and not self.was_closed
        except (OSError, ValueError):  # it has just been closed
            return False

    def _stay_until_taken_back(self) -> None:
        while not self.taken_back:
            threading.Event().wait(PIECE)
        raise SystemExit  # ends the thread without a word


class LentConnection(Lent, SmallSends, EveryCall):
    """`before_send` is called with what is about to be sent; what it raises, the send raises. `before_receive` is
    called when something has come, or the end, or an error; `after_shutdown` when it was shut down. `receives`: how
    often a receive was begun.

    `is_lost`: to shut it down raises what it raises once the other side has reset it. `is_reset`: so does a receive,
    also one that waits already.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.most = ALL
        self.receives = 0
        self.is_lost = False
        self.before_send: Callable[[bytes], object] = lambda data: None
        self.before_receive: Callable[[], object] = lambda: None
        self.after_shutdown: Callable[[], object] = lambda: None

    def send(self, data: Any, *flags: Any) -> int:
        self.before_send(bytes(memoryview(data)))
        return super().send(data, *flags)

    def recvfrom(self, size: int, flags: int = 0) -> tuple[bytes, Any]:
        self.receives += 1
        if self.was_closed or self.gettimeout() == 0 or flags & DONT_WAIT:
            return super().recvfrom(size, flags)

        def take() -> tuple[bytes, Any]:
            if not self.was_shut_down:
                self.before_receive()
            return (b"", None) if self.was_shut_down else socket.socket.recvfrom(self, size, flags)

        return self._wait_for(take, self.gettimeout())

    def recvmsg(self, bufsize: int, ancbufsize: int = 0, flags: int = 0) -> tuple[bytes, list[Any], int, Any]:
        data, sender = self.recvfrom(bufsize, flags)
        return data, [], 0, sender

    def dup(self) -> LentConnection:
        return EveryCall.dup(self)

    def shutdown(self, how: int) -> None:
        if not self.was_closed:
            self.was_shut_down = self.was_shut_down or how != socket.SHUT_WR
        if self.is_lost:
            raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")
        socket.socket.shutdown(self, how)
        self.after_shutdown()
