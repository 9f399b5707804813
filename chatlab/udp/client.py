"""The UDP room's client: a socket and a thread around `UdpMember`. `python -m chatlab.udp.client --help`.

The user's thread calls `say`; the receiving thread hears the room and keeps the member's time. Both use the member, so
a lock guards it. Lesson 04 builds the receiving thread, lesson 06 the rest.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from chatlab.room.addresses import shown
from chatlab.room.errors import NobodyAnswers, NotInTheRoom, Refusal
from chatlab.room.events import Event, Gone, Refused
from chatlab.service.cli import parser_for
from chatlab.service.event_source import EventSource
from chatlab.service.guarded_threads import DaemonThread
from chatlab.service.interfaces import HasAddress, Recorder
from chatlab.service.resolve import host_and_port
from chatlab.terminal.talk import PIPED, run_client
from chatlab.udp.member import Outcome, Stage, UdpMember
from chatlab.udp.protocol import DEFAULT_PORT
from chatlab.udp.reliable.member import ReliableMember
from chatlab.udp.reliable.stop_and_wait import DEFAULT_TIMING, Timing
from chatlab.udp.sockets.member_socket import MemberSocket

# How often the member's time is looked at, and a thread that waits wakes, in seconds. On Windows, Ctrl-C ends no longer
# wait.
TICK = 0.1
# How long a reliable client waits at most, when it is closed, until its last words and its goodbye are acknowledged.
LINGER = 30.0
START_FIRST = "start the client first"


class UdpClient(EventSource):
    """`nickname` in the UDP room of `server`: a server object, or its (host, port). A context manager.

    It hears itself: what it says comes back from the room. Where the events go: see `EventSource`. A reliable
    room takes `reliable` clients alone, with time-outs of their own (`timing`). `trace` records what crosses the wire.
    """

    def __init__(
        self,
        nickname: str,
        server: HasAddress | tuple[str, int],
        *,
        on_event: Callable[[Event], None] | None = None,
        reliable: bool = False,
        timing: Timing = DEFAULT_TIMING,
        trace: Recorder | None = None,
    ) -> None:
        super().__init__(on_event)
        self.nickname = nickname
        self.server_address = host_and_port(server)
        self._timing = timing if reliable else None
        self._trace = trace
        self._socket: MemberSocket | None = None
        self._advice = START_FIRST  # what `say` answers while there is no socket
        self._starting = False
        self._failure: Refused | Gone | None = None
        # Guards the member, and whether there is a socket.
        self._changed = threading.Condition()

    def start(self) -> UdpClient:
        """Sign up, and return when in the room.

        Raises Refusal (the nickname can't be had), NobodyAnswers (after member.PATIENCE seconds), CantResolve,
        NoFreePort or NoThreadLeft, each with one line to show. May then be called again. A client that was in the room
        before keeps its port meanwhile.
        """
        was_open = self._socket is not None
        try:
            self._enter()
        except BaseException:  # Ctrl-C among them
            self._starting = False
            if not was_open:
                self.close()
            raise
        return self

    def say(self, text: str) -> None:
        """Say `text` to everybody; when not in the room, try to get in again.

        Raises Refusal if it can't be sent.
        """
        with self._changed:
            if self._socket is None:
                raise NotInTheRoom(f"you are not in the room: {self._advice}")
            now = time.monotonic()
            if self._member.stage is Stage.OUT:
                self._send(self._socket, self._member.sign_up(now))
            self._send(self._socket, self._member.say(text, now))

    def close(self) -> None:
        """Leave the room, end the thread and free the port. To close what is closed does nothing."""
        with self._changed:
            if self._socket is None:
                return
            closing = self._socket
            with suppress(Exception):  # if the member or its socket has failed, there is no goodbye
                self._send(closing, self._member.sign_out())
                self._linger(closing)
            if self._socket is not closing:  # another thread has closed it meanwhile
                return
            self._socket = None
            if self._starting:
                self._starting, self._failure = False, Gone("the client was closed while it signed up")
            self._changed.notify_all()
        if threading.current_thread() is not self._thread:  # `on_event` may close the client
            while self._thread.is_alive():
                self._thread.join(TICK)
        closing.close()
        self._end(True)

    def __enter__(self) -> UdpClient:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<UDP client of {self.nickname}>"

    def _enter(self) -> None:
        with self._changed:
            if self._socket is None:
                self._advice = START_FIRST
                self._member = self._new_member()
                self.nickname = self._member.nickname
                self._socket = self._open()
            if self._member.stage is Stage.OUT:
                self._send(self._socket, self._member.sign_up(time.monotonic()))
            self._failure = None
            self._starting = self._member.stage is Stage.SIGNING_UP
            while self._starting:
                self._changed.wait(TICK)
            if self._failure:
                raise (Refusal if isinstance(self._failure, Refused) else NobodyAnswers)(self._failure.reason)

    def _open(self) -> MemberSocket:
        """A socket, with the thread that receives there, once `_changed` is free."""
        sock = MemberSocket(*self.server_address, self._tick, self._trace, self.nickname)
        self._thread = DaemonThread(f"udp-client-{self.nickname}", self._hear, sock)
        try:
            self._thread.start()
        except BaseException:
            sock.close()
            raise
        self._end(False)
        return sock

    def _new_member(self) -> UdpMember | ReliableMember:
        room = shown(self.server_address)
        if self._timing:
            return ReliableMember(self.nickname, room, self._timing, random.Random())
        return UdpMember(self.nickname, room)

    @property
    def _tick(self) -> float:
        return min(TICK, self._timing.first / 2) if self._timing else TICK

    def _linger(self, sock: MemberSocket) -> None:
        """Wait until the member is out, LINGER seconds at most. A plain one is at once. `_changed` is free meanwhile.

        In the receiving thread, which handles an event, nobody else would receive: what is heard meanwhile is dropped.
        """
        give_up_at = time.monotonic() + LINGER
        while self._socket is sock and self._member.stage is not Stage.OUT and time.monotonic() < give_up_at:
            if threading.current_thread() is not self._thread:
                self._changed.wait(TICK)
                continue
            self._changed.release()
            try:
                datagram = sock.receive()
            finally:
                self._changed.acquire()
            if self._socket is sock:
                self._react(sock, datagram)

    def _hear(self, sock: MemberSocket) -> None:
        """What the thread does. Whatever ends it, the client is out and says so: nobody would hear any more."""
        while True:
            try:
                events = self._receive(sock)
            except Exception as error:  # noqa: BLE001
                self._fail(sock, f"the client has failed ({error!r}): start it again")
                return
            if events is None:
                return
            try:
                for event in events:
                    self._emit(event)
            except BaseException as error:
                self._fail(sock, f"on_event has failed ({error!r}): mend it, then start the client again")
                raise

    def _receive(self, sock: MemberSocket) -> list[Event] | None:
        """What a datagram, or TICK seconds, bring; None when the socket is no longer ours."""
        datagram = sock.receive()
        with self._changed:
            if self._socket is not sock:
                return None
            events = self._react(sock, datagram)
            self._changed.notify_all()
            return events

    def _fail(self, sock: MemberSocket, reason: str) -> None:
        with self._changed:
            if self._socket is not sock:  # it was closed meanwhile
                return
            self._advice = reason
            starting, self._starting = self._starting, False
            if starting:
                self._failure = Gone(reason)
        if not starting:
            with suppress(Exception):  # what has failed may be `on_event`
                self._emit(Gone(reason))
        self.close()

    def _react(self, sock: MemberSocket, datagram: bytes | None) -> list[Event]:
        """Run the member and send what it wants sent. Returns the events but for those that fail start()."""
        now = time.monotonic()
        outcomes = [self._member.tick(now)]
        if datagram is not None:
            outcomes.append(self._member.receive(datagram, now))
        if sock.port_is_closed:
            sock.port_is_closed = False
            outcomes.append(self._member.unreachable(now))
        for outcome in outcomes:
            self._send(sock, outcome)
        events = [event for outcome in outcomes for event in outcome.events]
        failures = [event for event in events if isinstance(event, Refused | Gone)]
        # Not asked of the stage later, by the thread that waits in start(): the room may have closed again by then.
        starting, self._starting = self._starting, self._starting and self._member.stage is Stage.SIGNING_UP
        if self._member.stage is not Stage.OUT or not failures:
            return events
        others = [event for event in events if event not in failures]
        if starting:
            self._failure = failures[0]
            return others
        return [*others, Gone(failures[0].reason)]  # a member that is refused on its way back in is out

    def _send(self, sock: MemberSocket, outcome: Outcome) -> None:
        for datagram in outcome.datagrams:
            sock.send(datagram)


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code."""
    parser = parser_for("chatlab.udp.client", f"Talk in a UDP chatroom. {PIPED}", DEFAULT_PORT, joins=True)
    parser.add_argument("--nick", help="nickname; without one you are asked")
    parser.add_argument("--reliable", action="store_true", help="number, acknowledge and repeat, as the room does")
    given = parser.parse_args(arguments)
    return run_client(
        lambda nickname: UdpClient(nickname, (given.host, given.port), reliable=given.reliable), given.nick
    )


if __name__ == "__main__":
    sys.exit(main())
