"""The TCP room's client: a socket and a thread around `TcpMember`. `python -m chatlab.tcp.client --help`.

The receiving thread hears the room; the user's thread calls `say`. The room does not send your own words back, so `say`
tells of them itself, in the thread that calls it, once they are on their way. Lesson 04 builds such a receiving thread,
lesson 13 the rest.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from chatlab.addresses import Address, shown
from chatlab.errors import NobodyAnswers, Refusal
from chatlab.event_source import EventSource
from chatlab.events import Event, Said
from chatlab.program import parser_for
from chatlab.tcp.member import Outcome, Stage, TcpMember
from chatlab.tcp.protocol import DEFAULT_PORT, build_say
from chatlab.tcp.sockets import LINGER, connect, end_sending
from chatlab.terminal import run_client
from chatlab.text import clean

if TYPE_CHECKING:
    from chatlab.trace import Trace

# How long start waits for an answer, in seconds.
PATIENCE = 5.0
# How often a thread that waits at the socket looks whether it is still wanted, in seconds.
TICK = 0.25
RECEIVE_BYTES = 65_536
# What is piped in may come faster than the room lets one member speak; then the end takes as long as it takes.
PIPE_LINGER = 3600.0


class HasAddress(Protocol):
    """A server, as a client sees it."""

    @property
    def address(self) -> Address: ...


class TcpClient(EventSource):
    """`nickname` in the TCP room of `server`: a server object, or its (host, port). A context manager.

    Where the events go: see `EventSource`. `linger`: how long `close` lets the room read the last words, in seconds.
    `trace` records what crosses the wire.
    """

    def __init__(
        self,
        nickname: str,
        server: HasAddress | tuple[str, int],
        *,
        on_event: Callable[[Event], None] | None = None,
        linger: float = LINGER,
        trace: Trace | None = None,
    ) -> None:
        super().__init__(on_event)
        self.nickname = nickname
        self.server_address: tuple[str, int] = (server if isinstance(server, tuple) else server.address)[:2]
        self.linger = linger
        self._trace = trace
        self._started = False
        self._socket: socket.socket | None = None  # None when not connected; the thread that reads from it closes it
        self._thread: threading.Thread | None = None
        self._entering = threading.Lock()  # one attempt at a time
        self._sending = threading.Lock()  # lines of two threads must not mix
        self._changed = threading.Condition()  # guards the member and all above

    def start(self) -> TcpClient:
        """Connect, and return when in the room.

        Raises Refusal (the nickname can't be had), NobodyAnswers (after PATIENCE seconds) or CantResolve, each with one
        line to show. May then be called again.
        """
        try:
            self._started = True
            self._enter()
        except BaseException:  # Ctrl-C among them
            self._close(min(self.linger, LINGER))
            raise
        return self

    def say(self, text: str) -> None:
        """Say `text` to everybody; when the room has gone away, connect again first.

        Raises Refusal if it can't be said, and NobodyAnswers or CantResolve if there is no room. Waits while the room
        reads no more from you, since it slows down who says too much.
        """
        line = build_say(text)
        if not self._started:
            raise Refusal("you are not in the room: start the client first")
        self._enter()
        if line:
            self._send(self._socket, line)
            self._emit(Said(self.nickname, clean(text)))

    def close(self) -> None:
        """Leave the room, end the thread and close the connection. To close what is closed does nothing."""
        self._close(self.linger)

    def __enter__(self) -> TcpClient:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        self._close(min(self.linger, LINGER) if kind else self.linger)  # whoever presses Ctrl-C is in a hurry

    def __repr__(self) -> str:
        return f"<TCP client of {self.nickname}>"

    def _close(self, linger: float) -> None:
        with self._changed:
            self._started = False
            if self._socket:
                end_sending(self._socket)
            self._drop(linger)
        if self._thread not in (None, threading.current_thread()):  # whoever handles events may close the client
            self._thread.join()
        self._end(True)

    def _enter(self) -> None:
        """Get into the room, unless in it. Raises as `start` says."""
        with self._entering:
            if self._socket:
                return
            give_up_at = time.monotonic() + PATIENCE
            member = TcpMember(self.nickname, shown(self.server_address))
            sock = connect(*self.server_address, PATIENCE, self._trace, self.nickname)
            sock.settimeout(TICK)
            self._failure: Refusal | NobodyAnswers = NobodyAnswers("the client was closed while it connected")
            with self._changed:
                if not self._started:
                    sock.close()
                    raise self._failure
                self.nickname = member.nickname
                self._socket = sock
                self._end(False)
                # A daemon, so that a notebook's kernel can end whatever it left open; what stops it is close().
                self._thread = threading.Thread(
                    target=self._receive, args=(sock, member), name=f"tcp-client-{self.nickname}", daemon=True
                )
                self._thread.start()
                answered = self._changed.wait_for(
                    lambda: member.stage is not Stage.CHOOSING or self._socket is not sock,
                    give_up_at - time.monotonic(),
                )
                if not answered:
                    self._drop(LINGER)
                    raise NobodyAnswers(f"nobody lets you in at {shown(self.server_address)}: is that a TCP chatroom?")
                if not member.was_in:
                    raise self._failure

    def _receive(self, sock: socket.socket, member: TcpMember) -> None:
        with sock:
            while self._socket is sock:
                try:
                    data = sock.recv(RECEIVE_BYTES)
                except TimeoutError:
                    continue
                except OSError:  # lost
                    data = b""
                with self._changed:
                    if self._socket is not sock:
                        break
                    outcome = self._react(member, data)
                    self._changed.notify_all()
                if outcome.data:
                    with contextlib.suppress(NobodyAnswers):  # the next recv will tell
                        self._send(sock, outcome.data)
                for event in outcome.events:
                    self._emit(event)
            self._part(sock)

    def _react(self, member: TcpMember, data: bytes) -> Outcome:
        try:
            outcome = member.receive(data)
        except (Refusal, NobodyAnswers) as failure:
            self._failure = failure
            outcome = Outcome()
        if member.stage is Stage.OUT:
            self._drop(LINGER)
        return outcome

    def _drop(self, linger: float) -> None:
        """Use the connection no more; its thread ends it, within `linger` seconds. With the lock held."""
        self._give_up_at = time.monotonic() + linger
        self._socket = None
        self._changed.notify_all()

    def _part(self, sock: socket.socket) -> None:
        """Let the other side read our last words: see `chatlab.tcp.sockets`."""
        end_sending(sock)
        with contextlib.suppress(OSError):  # reset
            while time.monotonic() < self._give_up_at:
                try:
                    if not sock.recv(RECEIVE_BYTES):
                        return
                except TimeoutError:
                    pass

    def _send(self, sock: socket.socket | None, data: bytes) -> None:
        """Send all of `data`, as long as `sock` is in use. Raises NobodyAnswers."""
        with self._sending:
            while data:
                try:
                    if sock is None or self._socket is not sock:
                        raise ConnectionError
                    data = data[sock.send(data) :]
                except TimeoutError:
                    continue
                except OSError as error:
                    room = shown(self.server_address)
                    raise NobodyAnswers(f"the connection to {room} is lost: say it again to connect again") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """The program. Returns its exit code."""
    parser = parser_for("chatlab.tcp.client", "Talk in a TCP chatroom.", DEFAULT_PORT)
    parser.add_argument("--nick", help="nickname; without one you are asked")
    given = parser.parse_args(arguments)
    linger = LINGER if sys.stdin.isatty() else PIPE_LINGER
    return run_client(lambda nickname: TcpClient(nickname, (given.host, given.port), linger=linger), given.nick)


if __name__ == "__main__":
    sys.exit(main())
