"""A chat behind TLS, with the face of the chat: the models feed it what comes, and send what it owes.

    a connection  and                            then
    comes                                        what the room says waits until the two have agreed on TLS
    any           speaks TLS                     the chat hears what it says
    a stranger    speaks no TLS                  ERROR, in plain words: it would understand no others
    any           breaks TLS                     it is out, after TLS's own alert
    any           ends its TLS (close_notify)    it has ended its stream
    any           ends its stream without that   the same: see "TLS" in PROTOCOL.md
    the bridge    comes                          no TLS: it is of the room itself

A handshake has to be done, and a nickname chosen, within `nickname_time`. Each recipient has a key of its own, so what
the room says is sealed once for each, and no sooner than it is to be sent: till then a line is in memory once.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from typing import Generic

from chatlab.room.addresses import Address
from chatlab.tcp.chat import TcpChat
from chatlab.tcp.delivery import Connection, Delivery, owed
from chatlab.tcp.limits import Limits, Reason
from chatlab.tcp.tls.stream import NOT_TLS, TlsStream


class TlsChat(Generic[Connection]):
    """`chat` for connections that are to speak TLS, by the certificate in `context`."""

    def __init__(self, chat: TcpChat[Connection], context: ssl.SSLContext) -> None:
        self._chat = chat
        self._context = context
        self._streams: dict[Connection, TlsStream] = {}
        self._plain: set[Connection] = set()  # of the room itself

    @property
    def limits(self) -> Limits:
        return self._chat.limits

    @property
    def paused(self) -> set[Connection]:
        return self._chat.paused

    def connect(self, connection: Connection, address: Address, now: float) -> list[Delivery[Connection]]:
        if self._chat.is_of_the_room(address):
            self._plain.add(connection)
            return self._chat.connect(connection, address, now)
        stream = self._streams[connection] = TlsStream(self._context)
        for delivery in self._chat.connect(connection, address, now):
            stream.seal(delivery.lines)
        return []

    def receive(self, connection: Connection, data: bytes, now: float) -> list[Delivery[Connection]]:
        if connection in self._plain:
            return self._chat.receive(connection, data, now)
        stream = self._streams.get(connection)
        if stream is None or connection not in self._chat:
            return []
        said = stream.receive(data)
        deliveries = self._chat.receive(connection, said, now) if said else []
        if stream.failure:
            reason = Reason.NOT_TLS if stream.failure.reason == NOT_TLS else Reason.TLS_FAILED
            deliveries += self.leave(connection, reason)
        elif stream.has_ended or not data:
            deliveries += self._chat.receive(connection, b"", now)
        elif stream.has_words and connection in self._chat:
            deliveries.append(Delivery(b"", (connection,)))
        return deliveries

    def part(self, connection: Connection, now: float) -> None:
        self._chat.part(connection, now)

    def tick(self, now: float) -> list[Delivery[Connection]]:
        return self._chat.tick(now)

    def leave(self, connection: Connection, reason: Reason) -> list[Delivery[Connection]]:
        if reason is Reason.LOST:
            self._streams.pop(connection, None)
            self._plain.discard(connection)
        return self._chat.leave(connection, reason)

    def close(self) -> list[Delivery[Connection]]:
        return self._chat.close()

    def owed(self, due: Sequence[Delivery[Connection]]) -> Iterator[tuple[Connection, Sequence[bytes]]]:
        last = {delivery.recipients[0]: delivery.lines for delivery in due if delivery.last}
        for connection, pieces in owed(due):
            if connection in self._plain:
                yield connection, pieces
                if connection in last:
                    self._plain.remove(connection)
                continue
            stream = self._streams.get(connection)
            if stream is None:  # lost since
                continue
            sealed = stream.seal(b"".join(pieces), last=connection in last)
            if connection in last:
                if stream.failure and stream.failure.reason == NOT_TLS:
                    sealed = last[connection]
                del self._streams[connection]
            if sealed or connection in last:
                yield connection, (sealed,)
