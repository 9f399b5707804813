"""A client's connection to the room: a socket, the `TcpMember` that uses it, and the thread that hears the room.

    any thread            enter     until the room has let the member in
                          send      one thread at a time
                          end       we say no more
    tcp-client-<name>     the socket -> the member -> the events
                          when one side has ended: lets the other read our last words, and closes the socket

How a connection is ended so that no words are lost: see `chatlab.tcp.sockets`. Lesson 04 builds such a receiving
thread.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections.abc import Callable

from chatlab.room.errors import ChatlabError, NobodyAnswers
from chatlab.room.events import Event, Gone
from chatlab.service.guarded_threads import DaemonThread
from chatlab.service.interfaces import Stream
from chatlab.tcp.member import Outcome, Stage, TcpMember
from chatlab.tcp.sockets import LINGER, end_sending

# How often a thread that waits looks whether it is still wanted, in seconds. On Windows, Ctrl-C ends no longer wait.
TICK = 0.25
RECEIVE_BYTES = 65_536
# Why a room may say nothing.
MAYBE = "is that a TCP chatroom? If it speaks TLS, start the client with --tls"


class Connection:
    """`sock`, connected; the thread closes it. `emit` gets the events, there. `is_open`: neither side has ended it.

    Raises NoThreadLeft. `socket`: the same; a call that waits there raises TimeoutError after TICK seconds.
    """

    def __init__(self, sock: Stream, member: TcpMember, emit: Callable[[Event], None]) -> None:
        sock.settimeout(TICK)
        self.is_open = True
        self.socket = sock
        self._member = member
        self._emit = emit
        self._failure: ChatlabError = NobodyAnswers("the client was closed while it connected")
        self._is_lost = False  # of that a system tells once, `send` perhaps; then `recv` sees an end
        self._give_up_at = math.inf  # when the last words have had time enough
        self._sending = threading.Lock()  # lines of two threads must not mix
        self._changed = threading.Condition()  # guards all above
        self._thread = DaemonThread(f"tcp-client-{member.nickname}", self._hear)
        try:
            self._thread.start()
        except BaseException:
            sock.close()
            raise

    def enter(self, patience: float) -> None:
        """Return when in the room. Raises Refusal (the nickname can't be had) or NobodyAnswers (after `patience` s)."""
        give_up_at = time.monotonic() + patience
        with self._changed:
            while self._member.stage is Stage.CHOOSING and self.is_open and time.monotonic() < give_up_at:
                self._changed.wait(TICK)
            if self._member.stage is Stage.CHOOSING and self.is_open:
                self.end(LINGER)
                raise NobodyAnswers(f"nobody lets you in at {self._member.room_name}: {MAYBE}")
            if not self._member.was_in:
                raise self._failure

    def send(self, data: bytes) -> None:
        """Send all of `data`; wait while the room reads no more. Raises NobodyAnswers when the connection has ended."""
        with self._sending:
            while data:
                try:
                    if not self.is_open:
                        raise ConnectionError
                    data = data[self.socket.send(data) :]
                except TimeoutError:
                    continue
                except OSError as error:
                    self._is_lost = True
                    lost = f"the connection to {self._member.room_name} is lost: say it again to connect again"
                    raise NobodyAnswers(lost) from error

    def end(self, linger: float) -> None:
        """Say no more. The other side may take `linger` seconds to read what was said; of two calls the hastier one."""
        with self._changed:
            end_sending(self.socket)
            self._give_up_at = min(self._give_up_at, time.monotonic() + linger)
            self.is_open = False
            self._changed.notify_all()

    def join(self) -> None:
        """Wait until it is closed. Called by its own thread, from a handler of events, it returns at once."""
        if threading.current_thread() is not self._thread:
            while self._thread.is_alive():
                self._thread.join(TICK)

    def _hear(self) -> None:
        with contextlib.closing(self.socket):
            while self.is_open:
                try:
                    events = self._receive()
                except Exception as error:  # noqa: BLE001
                    self._fail(f"the client has failed ({error!r}): say something to connect again")
                    return
                try:
                    for event in events:
                        self._emit(event)
                except BaseException as error:
                    self._fail(f"on_event has failed ({error!r}): mend it, then say something to connect again")
                    raise
            self._part()

    def _receive(self) -> tuple[Event, ...]:
        """What the next bytes, or TICK seconds, bring."""
        try:
            data = self.socket.recv(RECEIVE_BYTES)
        except TimeoutError:
            return ()
        except OSError:
            self._is_lost = True
            data = b""
        with self._changed:
            if not self.is_open:
                return ()
            outcome = self._react(data)
            self._changed.notify_all()
        if outcome.data:
            with contextlib.suppress(NobodyAnswers):  # the next recv will tell
                self.send(outcome.data)
        return outcome.events

    def _fail(self, reason: str) -> None:
        """Nobody hears the room any more, whatever it was that has failed."""
        with self._changed:
            was_open, self.is_open = self.is_open, False
            self._failure = NobodyAnswers(reason)
            self._changed.notify_all()
        if was_open:
            with contextlib.suppress(Exception):  # what has failed may be the handler of events
                self._emit(Gone(reason))

    def _react(self, data: bytes) -> Outcome:
        try:
            outcome = self._member.lose() if self._is_lost and not data else self._member.receive(data)
        except ChatlabError as failure:
            self._failure = failure
            outcome = Outcome()
        if self._member.stage is Stage.OUT:
            self.end(LINGER)
        return outcome

    def _part(self) -> None:
        """Read on, so that the other side can read our last words, until it has ended too."""
        with contextlib.suppress(OSError):  # reset
            while time.monotonic() < self._give_up_at:
                try:
                    if not self.socket.recv(RECEIVE_BYTES):
                        return
                except TimeoutError:
                    pass
