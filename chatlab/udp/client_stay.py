"""A client's stay in the room, from its sign-up to its goodbye: the thread that hears the room, and the lock.

    any thread           enter   until the room has let the member in
                         say     one text
                         close   the goodbye; then the thread has ended, and the port is free
    udp-client-<name>    the socket -> the talk, whose time it keeps -> the events

Lesson 04 builds such a receiving thread, lesson 06 the rest.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from chatlab.room.errors import NobodyAnswers, NotInTheRoom, Refusal
from chatlab.room.events import Event, Gone, Refused
from chatlab.service.guarded_threads import DaemonThread
from chatlab.udp.client_talk import Talk
from chatlab.udp.membership import Member
from chatlab.udp.sockets.member_socket import MemberSocket

# How often the member's time is looked at, and a thread that waits wakes, in seconds. On Windows, Ctrl-C ends no longer
# wait.
TICK = 0.1
# How long a reliable member waits at most, when it is closed, until its last words and its goodbye are acknowledged.
LINGER = 30.0
CLOSED = Gone("the client was closed while it signed up")


class Stay:
    """Of `member`, at `sock`, which it closes at the end.

    `emit` gets the events; `ended` is called once, behind them. `is_over`: nothing can be said or heard any more.
    """

    def __init__(
        self,
        sock: MemberSocket,
        member: Member,
        emit: Callable[[Event], None],
        ended: Callable[[], None],
    ) -> None:
        self.is_over = False
        self._socket = sock
        self._talk = Talk(sock, member)
        self._emit = emit
        self._ended = ended
        self._advice = "start the client first"  # what `say` answers when it is over
        self._changed = threading.Condition()  # guards the talk, and whether it is over
        self._thread = DaemonThread(f"udp-client-{member.nickname}", self._hear)

    def enter(self) -> None:
        """Return when in the room. Raises Refusal, NobodyAnswers or NoThreadLeft; may then be called again."""
        with self._changed:
            if self.is_over:
                raise NobodyAnswers(CLOSED.reason)
            if not self._thread.ident:
                self._thread.start()
            self._talk.enter()
            try:
                while self._talk.is_entering:
                    self._changed.wait(TICK)
            finally:  # after Ctrl-C, too
                self._talk.is_entering = False
            if failure := self._talk.failure:
                raise (Refusal if isinstance(failure, Refused) else NobodyAnswers)(failure.reason)

    def say(self, text: str) -> None:
        """Say `text`; when out of the room, try to get in again.

        Raises Refusal if it can't be sent.
        """
        with self._changed:
            if self.is_over:
                raise NotInTheRoom(f"you are not in the room: {self._advice}")
            self._talk.say(text)

    def close(self) -> None:
        """Leave the room, end the thread and free the port. To close what is over does nothing."""
        with self._changed:
            if self.is_over:
                return
            with suppress(Exception):  # if the member or its socket has failed, there is no goodbye
                self._talk.sign_out()
                self._linger()
            if self.is_over:  # another thread has closed it meanwhile
                return
            self.is_over = True
            self._talk.fail(CLOSED)
            self._changed.notify_all()
        if threading.current_thread() is not self._thread:  # a handler of events may close the client
            while self._thread.is_alive():
                self._thread.join(TICK)
        self._socket.close()
        self._ended()

    def _linger(self) -> None:
        """Wait until the member is out, LINGER seconds at most. A plain one is at once. `_changed` is free meanwhile.

        In the receiving thread, which handles an event, nobody else would receive: what is heard meanwhile is dropped.
        """
        give_up_at = time.monotonic() + LINGER
        while not (self.is_over or self._talk.is_out) and time.monotonic() < give_up_at:
            if threading.current_thread() is not self._thread:
                self._changed.wait(TICK)
                continue
            self._changed.release()
            try:
                datagram = self._socket.receive()
            finally:
                self._changed.acquire()
            if not self.is_over:
                self._talk.react(datagram)

    def _hear(self) -> None:
        """What the thread does. Whatever ends it, the client is out and says so: nobody would hear any more."""
        while not self.is_over:
            try:
                datagram = self._socket.receive()
                with self._changed:
                    events = [] if self.is_over else self._talk.react(datagram)
                    self._changed.notify_all()
            except Exception as error:  # noqa: BLE001
                self._fail(f"the client has failed ({error!r}): start it again")
                return
            try:
                for event in events:
                    self._emit(event)
            except BaseException as error:
                self._fail(f"on_event has failed ({error!r}): mend it, then start the client again")
                raise

    def _fail(self, reason: str) -> None:
        with self._changed:
            if self.is_over:
                return
            self._advice = reason
            told = self._talk.fail(Gone(reason))
        if not told:
            with suppress(Exception):  # what has failed may be the handler of events
                self._emit(Gone(reason))
        self.close()
