"""The room on asyncio: one thread, callbacks, and asyncio's own loop. Lesson 14 compares it with its two sisters.

    buffer_updated   bytes -> the chat; what follows is due
    flush            after all that was ready has been read: send each reader all it is owed at once

What the kernel does not take, the transport does; then it asks for a pause (see "Transports and Protocols" in asyncio's
pages), and lines wait in the reader's outbox, where they are counted. Only this thread touches the chat, so it needs no
lock.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from functools import partial
from typing import cast

from chatlab.addresses import Address
from chatlab.tcp.chat import TICK, Delivery, Reason, TcpChat
from chatlab.tcp.outbox import Outbox
from chatlab.tcp.sockets import LINGER, RECEIVE_BYTES, accept, is_reset, send_at_once


class Peer(asyncio.BufferedProtocol):
    """A connection and its outbox. `ended`: the chat is done with it. `at_end`: its stream has ended."""

    def __init__(self, server: AsyncioServer, address: Address) -> None:
        self.outbox = Outbox()
        self.ended = False
        self._server = server
        self._address = address
        self._paused = False
        self._at_end = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.set_write_buffer_limits(0)  # ask for a pause as soon as the kernel takes no more
        self._server.connect(self, self._address)

    def get_buffer(self, sizehint: int) -> bytearray:
        return self._server.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._server.receive(self, bytes(self._server.buffer[:nbytes]))

    def eof_received(self) -> bool:
        self._at_end = True
        self._server.receive(self, b"")
        self.finish()
        return True  # the transport stays open, for our last words

    def pause_writing(self) -> None:
        self._paused = True

    def resume_writing(self) -> None:
        self._paused = False
        self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.lose(self)

    def send(self) -> None:
        """Give the transport what waits, until it asks for a pause."""
        while not self._paused and not self.transport.is_closing() and (piece := self.outbox.front()):
            self.transport.write(piece)
            self.outbox.drop(len(piece))
        self.finish()

    def finish(self) -> None:
        """Close the connection if it has got its last words and said its own."""
        if self.ended and not self.outbox.size and not self._paused:
            if self._at_end:
                self.transport.close()
            else:
                self.transport.write_eof()


class AsyncioServer:
    """Serves `chat` to whoever connects to `listener`, and closes that in the end."""

    def __init__(self, listener: socket.socket, chat: TcpChat[Peer]) -> None:
        self.buffer = bytearray(RECEIVE_BYTES)  # one for all: what is read goes to the chat at once
        self._listener = listener
        self._chat = chat
        self._peers: set[Peer] = set()
        self._throttled: set[Peer] = set()
        self._due: list[Delivery[Peer]] = []
        self._closing = False
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="tcp-asyncio", daemon=True)

    def start(self) -> None:
        self._listener.setblocking(False)
        self._thread.start()

    def close(self) -> None:
        self._closing = True
        self._thread.join()

    def connect(self, peer: Peer, address: Address) -> None:
        self._peers.add(peer)
        self._deliver_soon(self._chat.connect(peer, address, time.monotonic()))

    def receive(self, peer: Peer, data: bytes) -> None:
        self._deliver_soon(self._chat.receive(peer, data, time.monotonic()))
        if self._chat.is_throttled(peer):
            self._throttled.add(peer)
            peer.transport.pause_reading()

    def lose(self, peer: Peer) -> None:
        self._peers.discard(peer)
        self._throttled.discard(peer)
        self._deliver_soon(self._chat.leave(peer, Reason.LOST))

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        with self._listener:
            accepting = asyncio.create_task(self._accept())
            while not self._closing:
                await asyncio.sleep(TICK)
                self._tick()
            accepting.cancel()
            await asyncio.wait([accepting])
        self._deliver_soon(self._chat.close())
        while self._peers:
            await asyncio.sleep(TICK)

    async def _accept(self) -> None:
        while True:
            arrived: list[tuple[socket.socket, Address]] = []
            try:
                arrived.append(await self._loop.sock_accept(self._listener))
                while more := accept(self._listener):
                    arrived.append(more)
            except ConnectionAbortedError:
                pass
            except OSError:  # no file descriptor is left: let them wait in the backlog for a moment
                await asyncio.sleep(TICK)
            for sock, _ in arrived:
                sock.setblocking(False)
                send_at_once(sock)
            connect = self._loop.connect_accepted_socket
            await asyncio.gather(*(connect(partial(Peer, self, address), sock) for sock, address in arrived))

    def _tick(self) -> None:
        self._deliver_soon(self._chat.tick(time.monotonic()))
        for peer in tuple(self._throttled):
            if is_reset(peer.transport.get_extra_info("socket")):
                peer.transport.abort()
            elif not self._chat.is_throttled(peer):
                self._throttled.remove(peer)
                peer.transport.resume_reading()

    def _deliver_soon(self, deliveries: list[Delivery[Peer]]) -> None:
        if deliveries and not self._due:
            self._loop.call_soon(self._flush)
        self._due += deliveries

    def _flush(self) -> None:
        """Send what is due, what is due to one reader all at once."""
        deliveries, self._due = self._due, []
        owed: set[Peer] = set()
        for delivery in deliveries:
            owed.update(delivery.recipients)
            for peer in delivery.recipients:
                peer.outbox.put(delivery.lines)
            if delivery.last:
                self._end(peer)
        for peer in owed:
            peer.send()
            if peer.outbox.size > self._chat.limits.max_outbox:
                self._deliver_soon(self._chat.leave(peer, Reason.SLOW))

    def _end(self, peer: Peer) -> None:
        """The chat is done with `peer`: what it is owed are its last words."""
        peer.ended = True
        peer.transport.resume_reading()  # to learn of its end
        self._loop.call_later(LINGER, peer.transport.abort)
