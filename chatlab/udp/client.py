"""The UDP room's client: one person, and one stay in the room after another. `python -m chatlab.udp.client --help`.

The thread of the `Stay` hears the room; the user's thread calls `say`. Lesson 06 builds it.
"""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable, Sequence

from chatlab.room.addresses import shown
from chatlab.room.errors import NotInTheRoom
from chatlab.room.events import Event
from chatlab.service.cli import parser_for
from chatlab.service.event_source import EventSource
from chatlab.service.interfaces import HasAddress, Recorder
from chatlab.service.resolve import host_and_port
from chatlab.terminal.talk import PIPED, run_client
from chatlab.udp.client_stay import TICK, Stay
from chatlab.udp.member import UdpMember
from chatlab.udp.membership import Member
from chatlab.udp.protocol import DEFAULT_PORT
from chatlab.udp.reliable.member import ReliableMember
from chatlab.udp.reliable.stop_and_wait import DEFAULT_TIMING, Timing
from chatlab.udp.sockets.member_socket import MemberSocket


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
        self._stay: Stay | None = None  # the latest
        self._opening = threading.Lock()  # guards that

    def start(self) -> UdpClient:
        """Sign up, and return when in the room.

        Raises Refusal (the nickname can't be had), NobodyAnswers (after membership.PATIENCE seconds), CantResolve,
        NoFreePort or NoThreadLeft, each with one line to show. May then be called again. A client that was in the room
        before keeps its port meanwhile.
        """
        with self._opening:
            stay, is_new = self._stay, False
            if not stay or stay.is_over:
                self._stay = stay = self._open()
                is_new = True
        try:
            stay.enter()
        except BaseException:  # Ctrl-C among them
            if is_new:
                stay.close()
            raise
        return self

    def say(self, text: str) -> None:
        """Say `text` to everybody; when not in the room, try to get in again.

        Raises Refusal if it can't be sent.
        """
        if not self._stay:
            raise NotInTheRoom("you are not in the room: start the client first")
        self._stay.say(text)

    def close(self) -> None:
        """Leave the room, end the thread and free the port. To close what is closed does nothing."""
        with self._opening:
            stay = self._stay
        if stay:
            stay.close()

    def __enter__(self) -> UdpClient:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<UDP client of {self.nickname}>"

    def _open(self) -> Stay:
        room = shown(self.server_address)
        member: Member
        if self._timing:
            member, tick = ReliableMember(self.nickname, room, self._timing, random.Random()), self._timing.first / 2
        else:
            member, tick = UdpMember(self.nickname, room), TICK
        self.nickname = member.nickname
        sock = MemberSocket(*self.server_address, min(tick, TICK), self._trace, self.nickname)
        self._end(False)
        return Stay(sock, member, self._emit, lambda: self._end(True))


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
