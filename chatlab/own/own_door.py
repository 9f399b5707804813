"""A TCP room with the learner's `shake_hands` of ex10 at its door. Lesson 10 ends in it.

    own-door          the listener -> a connection with its thread
    own-visit-<port>  shake_hands with this stranger; then what it says -> the room behind the door
    own-back-<port>   what the room says -> this member

The room is chatlab's: `join` asks it for the nickname that the learner's code has heard. Each connection loads the
learner's file anew. Until that is started, strangers go through to the room's own handshake.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from chatlab.own.exercise_server import LearnersRoom
from chatlab.own.own_file import OwnFile
from chatlab.own.own_handshake import LOOK_EVERY, RoomBehind, shake_hands
from chatlab.room.addresses import Address
from chatlab.room.errors import CantUse, NotStarted
from chatlab.service.guarded_threads import DaemonThread
from chatlab.service.interfaces import Recorder
from chatlab.tcp.protocol import Hangup, build_answer
from chatlab.tcp.server import TcpServer
from chatlab.tcp.sockets import LINGER, RECEIVE_BYTES, accept, end_sending, listen, wake

EXERCISE = "ex10"
CHOOSE_WITHIN = 30.0  # seconds, which shake_hands is told


class HandshakeServer(LearnersRoom):
    """A TCP room, with the learner's code at its door. `whose` also says what went wrong there.

    `trace` records what crosses the wire.
    """

    client = "chatlab.tcp.client"
    exercise = EXERCISE
    whose = "Nobody has come to this door yet."

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        submission: Path | None = None,
        trace: Recorder | None = None,
        log: Callable[[str], None] = lambda line: None,
    ) -> None:
        super().__init__(host, port, submission, log)
        self._trace = trace
        self._room: TcpServer = TcpServer(port=0)

    def __repr__(self) -> str:
        return f"<Room behind {EXERCISE}, {self.state}, {len(self.nicknames)} here>"

    def _open(self) -> dict[str, Callable[[], None]]:
        self._listener = self._resources.enter_context(listen(self._host, self._port))
        self._port = self._listener.getsockname()[1]
        if self._trace:
            self._listener = self._resources.enter_context(self._trace.watch(self._listener, "room"))
        self._listener.settimeout(LOOK_EVERY)
        self._room = TcpServer(port=0, log=self.log).start()
        self._resources.callback(self._room.close)
        return {"own-door": self._accept}

    def _stop(self) -> None:
        """Each thread looks whether it is to end."""

    def _accept(self) -> None:
        while self.running:
            if accepted := accept(self._listener):
                sock, address = accepted
                try:
                    self._spawn(f"own-visit-{address[1]}", self._visit, sock, address)
                except RuntimeError:  # it is closing, or the system has no thread left
                    sock.close()

    def _visit(self, sock: socket.socket, address: Address) -> None:
        inside = socket.create_connection(self._room.address[:2], timeout=2 * CHOOSE_WITHIN)
        with sock, inside, closing(RoomBehind(inside, sock)) as room, suppress(ConnectionError):
            try:
                file = OwnFile(EXERCISE, self._submission)
                first = shake_hands(file, sock, room, CHOOSE_WITHIN, lambda: self.running)
                self.whose = f"The handshake at this door is yours, from {EXERCISE}."
            except NotStarted:
                self.whose = f"{EXERCISE} is not started yet. Until it is, the room shakes hands by itself."
                sock.sendall(room.question)
                first = b""
            except CantUse as problem:
                self.whose = str(problem)
                self.log(self.whose)
                sock.sendall(build_answer(Hangup(self.whose)))
                first = None
            if first is None:
                part(sock)
            else:
                self._talk(first, sock, inside, address[1])

    def _talk(self, first: bytes, sock: socket.socket, inside: socket.socket, port: int) -> None:
        for each in (sock, inside):
            each.settimeout(LOOK_EVERY)
        back = DaemonThread(f"own-back-{port}", self._pass_on, b"", inside, sock)
        back.start()
        self._pass_on(first, sock, inside)
        back.join()

    def _pass_on(self, data: bytes, source: socket.socket, destination: socket.socket) -> None:
        """`data`, and what `source` says until its stream ends. Then that of `destination` ends, too."""
        try:
            while self.running:
                with suppress(TimeoutError):
                    while data and self.running:
                        data = data[destination.send(data) :]
                    data = source.recv(RECEIVE_BYTES)
                    if not data:
                        break
        except OSError:  # one of the two is lost
            wake(source)
        end_sending(destination)


def part(sock: socket.socket) -> None:
    """Say no more, and hear the stranger out: what is closed with bytes unread is reset (see chatlab.tcp.sockets)."""
    end_sending(sock)
    sock.settimeout(LINGER)
    with suppress(OSError):
        while sock.recv(RECEIVE_BYTES):
            pass
