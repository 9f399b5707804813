"""The room on asyncio: one thread, callbacks, and asyncio's own loop. Lesson 14 compares it with its two sisters.

    receive   bytes -> the chat; what follows is due
    _flush    after all that was ready has been read: send each reader all it is owed at once

Only this thread touches the chat, so it needs no lock.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time

from chatlab.room.addresses import Address
from chatlab.tcp.chat import TICK, Delivery, TcpChat
from chatlab.tcp.limits import Reason
from chatlab.tcp.models.asyncio_peer import Peer
from chatlab.tcp.sockets import LINGER, RECEIVE_BYTES, accept, is_reset, send_at_once


class AsyncioServer:
    """Serves `chat` to whoever connects to `listener`, and closes that in the end."""

    def __init__(self, listener: socket.socket, chat: TcpChat[Peer]) -> None:
        self.buffer = bytearray(RECEIVE_BYTES)  # one for all: what is read goes to the chat at once
        self._listener = listener
        self._chat = chat
        self._peers: set[Peer] = set()
        self._throttled: dict[Peer, None] = {}
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
            self._throttled[peer] = None
            peer.transport.pause_reading()

    def lose(self, peer: Peer) -> None:
        self._peers.discard(peer)
        self._throttled.pop(peer, None)
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
            await asyncio.gather(*(self._take_in(sock, address) for sock, address in arrived))

    async def _take_in(self, sock: socket.socket, address: Address) -> None:
        try:
            await self._loop.connect_accepted_socket(lambda: Peer(self, address), sock)
        except OSError:  # macOS, of a connection that is lost already, when asyncio sets TCP_NODELAY
            sock.close()

    def _tick(self) -> None:
        self._deliver_soon(self._chat.tick(time.monotonic()))
        for peer in tuple(self._throttled):
            if is_reset(peer.transport.get_extra_info("socket")):
                peer.transport.abort()
            elif not self._chat.is_throttled(peer):
                del self._throttled[peer]
                peer.transport.resume_reading()

    def _deliver_soon(self, deliveries: list[Delivery[Peer]]) -> None:
        if deliveries and not self._due:
            self._loop.call_soon(self._flush)
        self._due += deliveries

    def _flush(self) -> None:
        """Send what is due, what is due to one reader all at once."""
        deliveries, self._due = self._due, []
        owed: dict[Peer, None] = {}  # in order
        for delivery in deliveries:
            for peer in delivery.recipients:
                peer.put(delivery.lines)
                owed[peer] = None
            if delivery.last:
                [peer] = delivery.recipients
                peer.end()
                self._loop.call_later(LINGER, peer.transport.abort)
        for peer in owed:
            if peer.flush() > self._chat.limits.max_outbox:
                self._deliver_soon(self._chat.leave(peer, Reason.SLOW))
