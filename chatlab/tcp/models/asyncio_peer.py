"""One client of the asyncio room: a protocol that asyncio calls, its outbox, and whether its transport takes more.

What the kernel does not take, the transport does; then it asks for a pause (see "Transports and Protocols" in asyncio's
pages), and lines wait in the outbox, where they are counted.
"""

from __future__ import annotations

import asyncio
from typing import Protocol, cast

from chatlab.room.addresses import Address
from chatlab.tcp.outbox import Outbox


class Room(Protocol):
    """What a connection tells of. `buffer`: where it reads to."""

    buffer: bytearray

    def connect(self, peer: Peer, address: Address) -> None: ...
    def receive(self, peer: Peer, data: bytes) -> None: ...
    def lose(self, peer: Peer) -> None: ...


class Peer(asyncio.BufferedProtocol):
    """A connection from `address`."""

    transport: asyncio.Transport

    def __init__(self, room: Room, address: Address) -> None:
        self._room = room
        self._address = address
        self._outbox = Outbox()
        self._paused = False
        self._at_end = False  # its stream is
        self._ended = False  # the chat is done with it

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.set_write_buffer_limits(0)  # ask for a pause as soon as the kernel takes no more
        self._room.connect(self, self._address)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._room.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._room.receive(self, bytes(self._room.buffer[:nbytes]))

    def eof_received(self) -> bool:
        self._at_end = True
        self._room.receive(self, b"")
        self._finish()
        return True  # the transport stays open, for our last words

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self.flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self._room.lose(self)

    def put(self, lines: bytes) -> None:
        """Add `lines` to the outbox."""
        self._outbox.put(lines)

    def flush(self) -> int:
        """Give the transport what waits, until it asks for a pause. Returns how many bytes wait then."""
        while not self._paused and not self.transport.is_closing() and (piece := self._outbox.front()):
            self.transport.write(piece)
            self._outbox.drop(len(piece))
        self._finish()
        return self._outbox.size

    def end(self) -> None:
        """The chat is done with it: what waits are its last words."""
        self._ended = True
        self.transport.resume_reading()  # to learn of its end

    def _finish(self) -> None:
        """Close the connection if it has got its last words and said its own."""
        if self._ended and not self._outbox.size and not self._paused:
            if self._at_end:
                self.transport.close()
            else:
                self.transport.write_eof()
