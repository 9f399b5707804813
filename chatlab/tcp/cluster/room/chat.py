"""The TCP room of one server among many: `TcpChat`, whose members hear those of the other servers too. Pure.

The bridge (see `chatlab.tcp.cluster.bridge`) is one more connection of the room, known by the address from which it
comes. So a model serves it like any other, and knows nothing of it. It hears what the members hear.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chatlab.room.addresses import Address
from chatlab.room.events import Joined, Left, RoomEvent, Said
from chatlab.tcp.cluster.link import Command
from chatlab.tcp.cluster.room.elsewhere import BEAT, SILENT
from chatlab.tcp.cluster.room.link_end import LinkEnd
from chatlab.tcp.cluster.room.waiting import WaitingChat
from chatlab.tcp.delivery import Connection, Delivery
from chatlab.tcp.limits import Limits, Reason
from chatlab.tcp.protocol import Answer, parse_answer

_HEARD_BY_MEMBERS = (Joined, Said, Left)


class ClusterChat(WaitingChat[Connection]):
    """`link_address`: where the bridge comes from; None: there is none yet."""

    def __init__(self, limits: Limits, *, log: Callable[[str], None]) -> None:
        super().__init__(limits, log=log)
        self.link_address: Address | None = None
        self._speaker = ""  # the server whose lines come next
        self._beat_at = 0.0

    def is_of_the_room(self, address: Address) -> bool:
        return self.link_address is not None and address[:2] == self.link_address[:2]

    def connect(self, connection: Connection, address: Address, now: float) -> list[Delivery[Connection]]:
        if not self.is_of_the_room(address):
            return super().connect(connection, address, now)
        self._link = LinkEnd(connection)
        return [delivery for claim in self._claims.values() for delivery in self._link.tell("claim", *claim)]

    def tick(self, now: float) -> list[Delivery[Connection]]:
        deliveries = super().tick(now)
        if self._is_up and now >= self._beat_at:
            if now >= self._beat_at + SILENT - BEAT:  # this server stood still, and the others may take it for gone
                self._elsewhere.hear_anew(now)
                deliveries += self._link.tell("again")
            deliveries += self._say_who_is_here("here", now)
        if self._is_up:
            deliveries += self._announce(self._elsewhere.silence(now))
        return deliveries

    def leave(self, connection: Connection, reason: Reason, saw: str = "") -> list[Delivery[Connection]]:
        if connection != self._link.bridge:
            return super().leave(connection, reason, saw)
        return self._leave_link(connection, reason)

    def close(self) -> list[Delivery[Connection]]:
        deliveries = self._link.say_all() + super().close()
        return deliveries if self._link.bridge is None else deliveries + self.leave(self._link.bridge, Reason.CLOSING)

    def _hear_other(self, connection: Connection, data: bytes, now: float) -> list[Delivery[Connection]]:
        if connection != self._link.bridge:
            return []
        return self._hear(data, now) if data else self.leave(connection, Reason.LEFT)

    def _hear(self, data: bytes, now: float) -> list[Delivery[Connection]]:
        """What follows from what the bridge says."""
        deliveries: list[Delivery[Connection]] = []
        for piece in self._link.take(data):
            if isinstance(piece, Command):
                deliveries += self._obey(piece, now)
                continue
            events: list[RoomEvent] = []
            for line in piece.splitlines():
                if isinstance(event := parse_answer(line), _HEARD_BY_MEMBERS):
                    events += self._elsewhere.hear(self._speaker, event, now)
            deliveries += self._announce(events)
        return deliveries

    def _obey(self, command: Command, now: float) -> list[Delivery[Connection]]:
        match command.word, command.rest:
            case "said", (server,):
                self._speaker = server
            case "more", ():
                return self._link.go_on()
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
                self._log("the broker is gone: this server goes on alone until it is back")
                return self._go_on_alone(now)
        return []

    def _say_who_is_here(self, word: str, now: float) -> list[Delivery[Connection]]:
        self._beat_at = now + BEAT
        return self._link.tell(word, *self.room.nicknames)

    def _announce(self, events: Sequence[RoomEvent]) -> list[Delivery[Connection]]:
        """Tell the members here what has happened elsewhere."""
        return [super()._delivery(events, self.room.members)] if events and len(self.room) else []

    def _delivery(
        self, answers: Sequence[Answer], recipients: tuple[Connection, ...], *, last: bool = False
    ) -> Delivery[Connection]:
        """What members hear of each other, the bridge hears."""
        delivery = super()._delivery(answers, recipients, last=last)
        if isinstance(answers[0], _HEARD_BY_MEMBERS):
            if self._link.listens:
                return self._link.pass_on(delivery)
            self._link.waiting.append(delivery.lines)  # most often: a call for each line would be felt
        return delivery

    def _leave_link(self, link: Connection, reason: Reason) -> list[Delivery[Connection]]:
        if reason is Reason.SLOW:  # a bridge that can't go on ends; what waits for it meanwhile is bounded by that time
            return []
        self._link = LinkEnd()
        self._is_up = None
        self._elsewhere.clear()
        return [] if reason is Reason.LOST else [Delivery(b"", (link,), last=True)]
