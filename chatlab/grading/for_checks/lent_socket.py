"""A real socket that is lent to a learner's code. Its lender is told of each call, in the thread that makes it, and
takes the socket back in the end, even if a thread still waits in it.

So a check can raise an error when it wants one, let a send take its time, or wait until a thread has called `recvfrom`.

What a learner's code sees must not depend on which thread came to run first, nor on the system, so all is as on Linux:

- A receive at a socket that the code has closed is like that of a thread which waits in it already: nothing ever
  arrives. A send at it goes nowhere. That the socket is closed is for the check to say.
- A datagram that is longer than the buffer is cut. (On Windows, that is an error.)
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any

from chatlab.grading.for_checks.threads import PIECE, patiently
from chatlab.grading.verdict import NotYetRight

LARGEST = 65_535  # bytes; more than any datagram has
BUFFER = 1024 * 1024  # bytes, so that a busy machine loses nothing
PATIENCE = 1.0  # seconds until the port is free again: it is kept as long as somebody receives there


class LentSocket(socket.socket):
    """A UDP socket, bound to `port` of the loopback; 0 lets the OS choose. Raises OSError if the port is taken.

    `before_send` is called with each datagram and the address that it is to go to; what it raises, the send raises.
    `after_receive` is called when a receive is over. `error` is raised once, in place of what the next receive got.
    """

    def __init__(self, port: int = 0) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_DGRAM)
        self.before_send: Callable[[bytes, Any], object] = lambda datagram, address: None
        self.after_receive: Callable[[], object] = lambda: None
        self.error: OSError | None = None
        self._lender: threading.Thread | None = None
        self._taken_back = threading.Event()
        self._receives = threading.Semaphore(0)
        self._inside = 0  # threads that receive
        self._left = threading.Condition()
        try:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            self.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)  # macOS sends 9,216 bytes at most otherwise
            super().bind(("127.0.0.1", port))
        except OSError:
            self.close()
            raise
        self._bound_to = super().getsockname()

    @property
    def taken_back(self) -> bool:
        return self._taken_back.is_set()

    @property
    def was_closed(self) -> bool:
        """Whether the learner's code has closed it."""
        return self.fileno() == -1 and not self.taken_back

    def send(self, datagram: Any, *flags: Any) -> int:
        if self.was_closed:
            return len(datagram)
        self.before_send(bytes(memoryview(datagram)), self.getpeername())
        return super().send(datagram, *flags)

    def sendto(self, datagram: Any, *flags_and_address: Any) -> int:
        if self.was_closed:
            return len(datagram)
        self.before_send(bytes(memoryview(datagram)), flags_and_address[-1])
        return super().sendto(datagram, *flags_and_address)

    def recv(self, *arguments: Any) -> Any:
        datagram: bytes = self._receive(super().recv, _with_room(arguments))
        return datagram[: arguments[0]]

    def recvfrom(self, *arguments: Any) -> Any:
        datagram, sender = self._receive(super().recvfrom, _with_room(arguments))
        return datagram[: arguments[0]], sender

    def expect_another_thread(self) -> None:
        """From now on, the thread that calls this may not receive here."""
        self._lender = threading.current_thread()

    def wait_for_receives(self, number: int, seconds: float) -> None:
        """Until receiving was begun `number` times; not for ever, as one may also wait in select."""
        for _ in range(number):
            patiently(lambda piece: self._receives.acquire(timeout=piece), seconds)

    def take_back(self) -> None:
        """End every thread that receives here, and close. Idempotent."""
        self._taken_back.set()
        with self._left:
            if self._inside:
                with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
                    for _ in range(self._inside):
                        waker.sendto(b"", self._bound_to)
                with contextlib.suppress(OSError):
                    self.shutdown(socket.SHUT_RDWR)  # on Linux, wakes also a thread that waits in a connected socket
                self._left.wait_for(lambda: not self._inside, PATIENCE)
        self.close()

    def _receive(self, receive: Callable[..., Any], arguments: Any) -> Any:
        if threading.current_thread() is self._lender:
            raise NotYetRight(
                "It received in the thread that called it, so it can't return at once.",
                "Thread(target=self.method), without brackets behind it; then thread.start(), not run().",
            )
        timeout = self.gettimeout()
        with self._left:
            self._inside += 1
        self._receives.release()
        try:
            received = self._wait(receive, arguments, timeout)
        finally:
            with self._left:
                self._inside -= 1
                self._left.notify_all()
            if self.taken_back:
                raise SystemExit  # ends the thread without a word
            self.after_receive()
        if self.error:
            error, self.error = self.error, None
            raise error
        return received

    def _wait(self, receive: Callable[..., Any], arguments: Any, timeout: float | None) -> Any:
        """Receive as a thread that waits in the socket by now: it would not notice a close() or a settimeout()."""
        while True:
            try:
                return receive(*arguments)
            except (TimeoutError, BlockingIOError):
                if timeout is not None:
                    raise
                self._taken_back.wait(PIECE)
            except OSError as error:
                if not self.was_closed:
                    raise
                self._taken_back.wait(timeout)
                raise (TimeoutError if timeout else BlockingIOError)("nothing has arrived") from error
            if self.taken_back:
                raise SystemExit


def _with_room(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments of a receive, with a buffer for any datagram; those that are wrong stay as they are."""
    is_small = bool(arguments) and isinstance(arguments[0], int) and 0 <= arguments[0] < LARGEST
    return (LARGEST, *arguments[1:]) if is_small else arguments
