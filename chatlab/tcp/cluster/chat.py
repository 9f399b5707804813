"""The TCP room of one server among many: `TcpChat`, whose members hear those of the other servers too. Pure.

What becomes of a stranger that chooses a nickname:

    the broker is      then
    there              it waits for the broker's answer, and so do its further lines; then it is in, or asked again
    not known yet      the same
    gone               it is in if nobody has that nickname here, or had it elsewhere when the broker went; when it is
                       back, the first server to ask keeps the nickname, and the other one's member is out

The bridge (see `chatlab.tcp.cluster.bridge`) is one more connection of the room, known by the address from which it
comes. So a model serves it like any other, and knows nothing of it. It hears what the members hear.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from chatlab.room.addresses import Address
from chatlab.room.errors import Refusal
from chatlab.room.events import Joined, Left, RoomEvent, Said
from chatlab.tcp.chat import READ_AHEAD, Connection, Delivery, TcpChat
from chatlab.tcp.cluster.claims import TAKEN, Claims, SharedRoom
from chatlab.tcp.cluster.elsewhere import BEAT, SILENT
from chatlab.tcp.cluster.link import Command, LinkReader, build_command
from chatlab.tcp.connection_state import ConnectionState
from chatlab.tcp.limits import Limits, Reason
from chatlab.tcp.protocol import Answer, parse_answer


class ClusterChat(TcpChat[Connection]):
    """`link_address`: where the bridge comes from; None: there is none yet."""

    def __init__(self, limits: Limits, *, log: Callable[[str], None]) -> None:
        super().__init__(limits, log=log)
        self.link_address: Address | None = None
        self._claims: Claims[Connection] = Claims()
        room = SharedRoom(limits.max_members, self._claims)
        self.room = room
        self._elsewhere = room.elsewhere
        self._link: Connection | None = None
        self._reader = LinkReader()
        self._is_up: bool | None = None
        self._speaker = ""  # the server whose lines come next
        self._beat_at = 0.0

    def is_of_the_room(self, address: Address) -> bool:
        return self.link_address is not None and address[:2] == self.link_address[:2]

    def connect(self, connection: Connection, address: Address, now: float) -> list[Delivery[Connection]]:
        if not self.is_of_the_room(address):
            return super().connect(connection, address, now)
        self._link = connection
        self._reader = LinkReader()
        return [delivery for claim in self._claims.values() for delivery in self._tell("claim", *claim)]

    def receive(self, connection: Connection, data: bytes, now: float) -> list[Delivery[Connection]]:
        if connection == self._link:
            return self._hear(data, now) if data else self.leave(connection, Reason.LEFT)
        if not data and self._waits(connection):  # what it said before its end is said once it is in
            self._states[connection].has_ended = True
            return []
        return super().receive(connection, data, now)

    def tick(self, now: float) -> list[Delivery[Connection]]:
        deliveries = super().tick(now)
        if self._is_up and now >= self._beat_at:
            if now >= self._beat_at + SILENT - BEAT:  # this server stood still, and the others may take it for gone
                self._elsewhere.hear_anew(now)
                deliveries += self._tell("again")
            deliveries += self._say_who_is_here("here", now)
        if self._is_up:
            deliveries += self._announce(self._elsewhere.silence(now))
        return deliveries

    def leave(self, connection: Connection, reason: Reason, saw: str = "") -> list[Delivery[Connection]]:
        if connection == self._link:
            return self._leave_link(connection, reason)
        deliveries = super().leave(connection, reason, saw)
        return deliveries + self._free(connection)

    def close(self) -> list[Delivery[Connection]]:
        deliveries = super().close()
        return deliveries if self._link is None else deliveries + self.leave(self._link, Reason.CLOSING)

    def _waits(self, connection: Connection) -> bool:
        """Whether it is a stranger that waits for the broker's answer."""
        return connection in self._claims and connection not in self.room

    def _choices(
        self, connection: Connection, state: ConnectionState, data: bytes, now: float
    ) -> Iterator[list[Delivery[Connection]]]:
        if self._waits(connection):
            state.lines.take(data, most=0)
        else:
            for step in super()._choices(connection, state, data, now):
                yield step
                if self._waits(connection):
                    break
        if self._waits(connection) and len(state.lines) >= READ_AHEAD:
            self.paused.add(connection)

    def _choose(
        self, connection: Connection, state: ConnectionState, nickname: str, now: float
    ) -> list[Delivery[Connection]]:
        try:
            claim = self._claims.add(connection, self.room.nickname_for(connection, nickname))
        except Refusal as refusal:
            return self._refuse(connection, state, str(refusal))
        deliveries = self._tell("claim", *claim)
        return deliveries + super()._choose(connection, state, nickname, now) if self._is_up is False else deliveries

    def _free(self, connection: Connection) -> list[Delivery[Connection]]:
        """Give up its claim, if it has one."""
        claim = self._claims.drop(connection)
        return self._tell("free", claim.ticket) if claim else []

    def _hear(self, data: bytes, now: float) -> list[Delivery[Connection]]:
        """What follows from what the bridge says."""
        deliveries: list[Delivery[Connection]] = []
        for piece in self._reader.take(data):
            if isinstance(piece, Command):
                deliveries += self._obey(piece, now)
                continue
            events: list[RoomEvent] = []
            for line in piece.splitlines():
                if isinstance(event := parse_answer(line), (Joined, Said, Left)):
                    events += self._elsewhere.hear(self._speaker, event, now)
            deliveries += self._announce(events)
        return deliveries

    def _obey(self, command: Command, now: float) -> list[Delivery[Connection]]:
        match command.word, command.rest:
            case "said", (server,):
                self._speaker = server
            case "here", (server, *nicknames):
                return self._announce(self._elsewhere.hear_all(server, nicknames, now))
            case "new", (server, *nicknames):
                events = self._elsewhere.hear_all(server, nicknames, now)
                return self._announce(events) + self._say_who_is_here("here", now)
            case ("yours" | "taken") as word, (ticket,) if ticket in self._claims.claimants:
                return self._settle(self._claims.claimants[ticket], word == "yours", now)
            case "up", ():
                self._log("the broker is there: all its servers are one room")
                self._is_up = True
                self._elsewhere.hear_anew(now)
                return self._say_who_is_here("new", now)
            case "down", ():
                return self._go_on_alone(now)
        return []

    def _settle(self, connection: Connection, is_ours: bool, now: float) -> list[Delivery[Connection]]:
        """The broker has answered."""
        if connection in self.room:  # it came in while the broker was gone
            return [] if is_ours else self.leave(connection, Reason.TAKEN)
        state, claim = self._states[connection], self._claims[connection]
        if is_ours:
            deliveries = super()._choose(connection, state, claim.nickname, now)
        else:
            deliveries = self._refuse(connection, state, TAKEN)
        if connection not in self.room:
            deliveries += self._free(connection)
        self.paused.discard(connection)
        if connection in self._states:
            deliveries += self._read(connection, state, b"", now)
        if state.has_ended and connection not in self._throttled and not self._waits(connection):
            deliveries += self.leave(connection, Reason.LEFT)
        return deliveries

    def _go_on_alone(self, now: float) -> list[Delivery[Connection]]:
        self._log("the broker is gone: this server goes on alone until it is back")
        self._is_up = False
        waiting = [connection for connection in self._claims if self._waits(connection)]
        return [delivery for connection in waiting for delivery in self._settle(connection, True, now)]

    def _say_who_is_here(self, word: str, now: float) -> list[Delivery[Connection]]:
        self._beat_at = now + BEAT
        return self._tell(word, *self.room.nicknames)

    def _announce(self, events: Sequence[RoomEvent]) -> list[Delivery[Connection]]:
        """Tell the members here what has happened elsewhere."""
        return [super()._delivery(events, self.room.members)] if events and len(self.room) else []

    def _tell(self, word: str, *rest: str) -> list[Delivery[Connection]]:
        """Tell the bridge."""
        return [] if self._link is None else [Delivery(build_command(word, *rest), (self._link,))]

    def _delivery(
        self, answers: Sequence[Answer], recipients: tuple[Connection, ...], *, last: bool = False
    ) -> Delivery[Connection]:
        """What members hear of each other, the bridge hears."""
        if self._link is not None and isinstance(answers[0], (Said, Joined, Left)):
            recipients = (*recipients, self._link)
            self.counts.sent -= len(answers)  # no member has got these
        return super()._delivery(answers, recipients, last=last)

    def _leave_link(self, link: Connection, reason: Reason) -> list[Delivery[Connection]]:
        if reason is Reason.SLOW:  # a bridge that can't go on ends; what waits for it meanwhile is bounded by that time
            return []
        self._link = self._is_up = None
        self._elsewhere.clear()
        return [] if reason is Reason.LOST else [Delivery(b"", (link,), last=True)]
