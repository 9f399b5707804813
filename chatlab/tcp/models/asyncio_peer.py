"""One client of the asyncio room: a protocol that asyncio calls, its outbox, and whether its transport takes more.

What the kernel does not take, the transport does; then it asks for a pause (see "Transports and Protocols" in asyncio's
pages), and lines wait in the outbox.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Protocol, cast

from chatlab.room.addresses import Address
from chatlab.tcp.outbox import Outbox
from chatlab.tcp.sockets import end_sending


class Room(Protocol):
    """What a connection tells of. `buffer`: where it reads to. `hear` gets the number of bytes, 0 at the end."""

    buffer: bytearray

    def greet(self, peer: Peer) -> None: ...
    def hear(self, peer: Peer, size: int) -> None: ...
    def lose(self, peer: Peer) -> None: ...


class Peer(asyncio.BufferedProtocol):
    """A connection from `address`."""

    transport: asyncio.Transport

    def __init__(self, room: Room, sock: socket.socket, address: Address) -> None:
        self.socket = sock
        self.address = address
        self._room = room
        self._outbox = Outbox()
        self._paused = False
        self._at_end = False  # its stream is
        self._ended = False  # the chat is done with it
        self.buffer_updated = partial(room.hear, self)  # type: ignore[method-assign]  # what asyncio calls after a read

    @property
    def waits(self) -> int:
        """How many bytes do. Any thread may ask."""
        return self._outbox.size + self.transport.get_write_buffer_size()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.set_write_buffer_limits(0)  # ask for a pause as soon as the kernel takes no more
        self._room.greet(self)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._room.buffer

    def eof_received(self) -> bool:
        self._at_end = True
        self._room.hear(self, 0)
        self._finish()
        return True  # the transport stays open, for our last words

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        while not self._paused and not self.transport.is_closing() and (piece := self._outbox.front()):
            self._outbox.drop(len(piece))
            self.transport.write(piece)
        self._finish()

    def connection_lost(self, exc: Exception | None) -> None:
        self._room.lose(self)
        del self.buffer_updated  # which knows the peer, as the peer knows it
        self.socket.close()  # of one that is reset, Windows' loop does not get as far as that

    def send(self, pieces: Sequence[bytes]) -> int:
        """Send `pieces` at once, or put them behind what waits already. Returns how many bytes wait."""
        if self._paused:
            for piece in pieces:
                self._outbox.put(piece)
        elif not self.transport.is_closing():
            data = b"".join(pieces)
            sent = 0
            # Windows' transport counts as waiting whatever is under way, even if the kernel has taken all of it.
            with suppress(OSError):  # one of a lost connection comes again when the transport sends
                sent = self.socket.send(data)
            if sent < len(data):
                self.transport.write(data[sent:])
            self._finish()
        return self.waits

    def end(self) -> None:
        """The chat is done with it: what is sent next, and what waits, are its last words."""
        self._ended = True
        self.transport.resume_reading()  # to learn of its end

    def _finish(self) -> None:
        """Close the connection if it has got its last words and said its own."""
        if self._ended and not self._outbox.size and not self._paused:
            if self._at_end:  # soon: a transport that is closed by what it calls itself may close twice
                asyncio.get_running_loop().call_soon(self.transport.close)
            else:
                end_sending(self.socket)
