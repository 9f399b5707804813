"""A real socket that is lent to a learner's code. Its lender is told of each call, in the thread that makes it, and
takes the socket back in the end, even if a thread still waits in it.

So a check can raise an error when it wants one, let a send take its time, or wait until a thread has begun to receive.

What a learner's code sees must not depend on which thread came to run first, nor on the system, so all is as on Linux:

- A receive at a socket that the code has closed is like that of a thread which waits in it already: nothing ever
  arrives. A send at it goes nowhere. That the socket is closed is for the check to say.
- A send to the socket itself, which wakes a thread, is over when that thread has looked why it was woken (unless
  `waits_for_the_woken` is false).
- A datagram that is longer than the buffer is cut. (On Windows, that is an error.)
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable
from typing import Any

from chatlab.grading.for_checks.every_call import EveryCall, with_room
from chatlab.grading.for_checks.receivers import Receivers
from chatlab.grading.for_checks.threads import PIECE, refuse_to_wait_here
from chatlab.service.resolve import LOOPBACK

BUFFER = 1024 * 1024  # bytes, so that a busy machine loses nothing
WAKE_PATIENCE = 0.2  # seconds, for a thread that neither receives again nor ends
PATIENCE = 1.0  # seconds until the port is free again: it is kept as long as somebody receives there
HURRY = 0.02  # seconds
SELECT_PATIENCE = 0.3  # seconds for a thread that waits in select, if there is one
DONT_WAIT = getattr(socket, "MSG_DONTWAIT", 0)  # Windows has none


class LentSocket(EveryCall):
    """A UDP socket of IPv4, bound to `port` of `host`; 0 lets the OS choose. Raises OSError if the port is taken.
    With None it is bound by `bind_to`, later.

    `before_send` is called with each datagram and the address that it is to go to; what it raises, the send raises.
    `after_receive` is called when a receive is over. `error` is raised once, in place of what the next receive got.
    `is_hurried`: a receive with a time-out is over after HURRY already, so that a check need not be silent for so long.
    `was_shut_down`: nothing can be received or sent any more, by anybody.
    """

    def __init__(self, port: int | None = 0, host: str = "127.0.0.1") -> None:
        super().__init__(socket.AF_INET, socket.SOCK_DGRAM)
        self.before_send: Callable[[bytes, Any], object] = lambda datagram, address: None
        self.after_receive: Callable[[], object] = lambda: None
        self.error: OSError | None = None
        self.error_times = 1
        self.is_hurried = False
        self.waits_for_the_woken = True
        self.was_shut_down = False
        self._lender: threading.Thread | None = None
        self._taken_back = threading.Event()
        self._receivers = Receivers()
        self._selecting: set[threading.Thread] = set()  # those that may wait in select
        try:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
            self.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)  # macOS sends 9,216 bytes at most otherwise
            if port is not None:
                super().bind((host, port))
        except OSError:
            self.close()
            raise
        self._bound_to = ("", 0) if port is None else super().getsockname()

    def bind_to(self, port: int) -> None:
        super().bind(("127.0.0.1", port))
        self._bound_to = super().getsockname()

    @property
    def taken_back(self) -> bool:
        return self._taken_back.is_set()

    @property
    def receives(self) -> int:
        """How often a receive was begun."""
        return self._receivers.begun

    @property
    def receiving_threads(self) -> set[threading.Thread]:
        """All that have begun a receive."""
        return self._receivers.threads

    @property
    def was_closed(self) -> bool:
        """Whether the learner's code has closed it."""
        return super().fileno() == -1 and not self.taken_back

    def fileno(self) -> int:
        self._selecting.add(threading.current_thread())
        return super().fileno()

    def send(self, datagram: Any, *flags: Any) -> int:
        if self.was_closed:
            return len(datagram)
        self.before_send(bytes(memoryview(datagram)), self.getpeername())
        return super().send(datagram, *flags)

    def sendto(self, datagram: Any, *flags_and_address: Any) -> int:
        if self.was_closed:
            return len(datagram)
        address = flags_and_address[-1] if flags_and_address else None
        if isinstance(address, tuple):  # else it fails
            self.before_send(bytes(memoryview(datagram)), address)
        if address == self._bound_to and self.waits_for_the_woken:
            with self._receivers.look_at_what_comes(WAKE_PATIENCE):
                return super().sendto(datagram, *flags_and_address)
        return super().sendto(datagram, *flags_and_address)

    def recvfrom(self, *size_and_flags: Any) -> tuple[bytes, Any]:
        datagram, sender = self._receive(super().recvfrom, size_and_flags)
        return datagram[: size_and_flags[0]], sender

    def shutdown(self, how: int) -> None:
        self.was_shut_down = True
        super().shutdown(how)

    def expect_another_thread(self) -> None:
        """From now on, the thread that calls this may not wait in a receive here."""
        self._lender = threading.current_thread()

    def wait_for_receives(self, number: int, seconds: float) -> None:
        """Until receiving was begun `number` times; not for ever, as one may also wait in select."""
        self._receivers.wait_for_begins(number, seconds)

    def take_back(self) -> None:
        """End every thread that receives here, and close. Idempotent."""
        self._taken_back.set()
        begun = self.receives
        host, port = super().getsockname() if super().fileno() != -1 and not self._bound_to[1] else self._bound_to
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            for _ in range(self._receivers.number + 1):  # one more, for a thread that waits in select
                waker.sendto(b"", (LOOPBACK.get(host, host), port))
        with contextlib.suppress(OSError):
            super().shutdown(socket.SHUT_RDWR)  # on Linux, wakes also a thread that waits in a connected socket
        others = self._selecting - {threading.current_thread(), self._lender}
        if super().fileno() != -1 and any(thread.is_alive() for thread in others):  # a selector forgets what is closed
            self._receivers.wait_for_another(begun, SELECT_PATIENCE)
        self._receivers.wait_until_gone(PATIENCE)
        self.close()

    def _receive(self, receive: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        may_wait = self.gettimeout() != 0 and not any(flags & DONT_WAIT for flags in arguments[1:])
        if may_wait and threading.current_thread() is self._lender:
            refuse_to_wait_here()
        timeout = self.gettimeout() if may_wait else 0
        try:
            with self._receivers.one_more():
                received = self._wait(receive, with_room(arguments), timeout)
        finally:
            if self.taken_back:
                threading.Event().wait(PIECE)  # some catch even SystemExit, and try again for ever
                raise SystemExit  # ends the thread without a word
            self.after_receive()
        if error := self.error:
            self.error_times -= 1
            if not self.error_times:
                self.error, self.error_times = None, 1
            raise type(error)(*error.args)
        return received

    def _wait(self, receive: Callable[..., Any], arguments: Any, timeout: float | None) -> Any:
        """Receive as a thread that waits in the socket by now: it would not notice a close() or a settimeout()."""
        while True:
            try:
                if self.is_hurried and timeout and not select.select([self], [], [], HURRY)[0]:
                    raise TimeoutError("timed out")
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
