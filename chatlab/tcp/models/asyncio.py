"""The room on asyncio: one thread, callbacks, and asyncio's own loop.

    serve     let connections in, and keep the chat's time; asyncio calls the others
    hear      what a connection has said -> the chat; what follows is due
    deliver   what is due is sent after all that was ready has been heard: each reader gets all it is owed at once
    lose      a connection is lost
    close     the room is to end, within TICK seconds

Only this thread touches the chat, so it needs no lock. Its two sisters have the same five verbs.
"""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import ExitStack
from typing import Any

from chatlab.room.addresses import Address
from chatlab.tcp.chat import TICK
from chatlab.tcp.delivery import Delivery
from chatlab.tcp.limits import Reason
from chatlab.tcp.models.asyncio_peer import Peer
from chatlab.tcp.models.chat import Chat
from chatlab.tcp.models.unread_ends import has_ended, is_reset
from chatlab.tcp.outbox import MOST_JOINED
from chatlab.tcp.sockets import (
    LINGER,
    MOST_ACCEPTED,
    RECEIVE_BYTES,
    accept,
    is_of_lost_connection,
    prepare_accepted,
)


class AsyncioModel:
    """Serves `chat` to all that connect to `listener`. What it opens goes to `resources`."""

    def __init__(self, listener: socket.socket, chat: Chat[Peer], resources: ExitStack) -> None:
        self.threads = {"tcp-asyncio": self.serve}
        self._listener = listener
        self._chat = chat
        self.buffer = bytearray(RECEIVE_BYTES)  # one for all: what is read goes to the chat at once
        self._peers: dict[Peer, None] = {}
        self._paused: dict[Peer, None] = {}
        self._due: list[Delivery[Peer]] = []
        self._failures: list[BaseException] = []
        self._closing = False
        listener.setblocking(False)

    def serve(self) -> None:
        asyncio.run(self._serve())
        if self._failures:
            raise self._failures[0]

    def greet(self, peer: Peer) -> None:
        self._peers[peer] = None
        self.deliver(self._chat.connect(peer, peer.address, time.monotonic()))

    def hear(self, peer: Peer, size: int) -> None:
        self.deliver(self._chat.receive(peer, bytes(self.buffer[:size]), time.monotonic()))
        if peer in self._chat.paused:
            self._paused[peer] = None
            peer.transport.pause_reading()
        if len(self._due) >= MOST_JOINED:
            self._send()

    def deliver(self, deliveries: list[Delivery[Peer]]) -> None:
        if deliveries and not self._due:
            self._loop.call_soon(self._send)
        self._due += deliveries

    def lose(self, peer: Peer) -> None:
        self._peers.pop(peer, None)
        self._paused.pop(peer, None)
        try:
            self.deliver(self._chat.leave(peer, Reason.LOST))
        except BaseException as error:  # noqa: BLE001  # SystemExit would leave the loop, and the others' sockets open
            self._failures.append(error)

    def close(self) -> None:
        self._closing = True

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(self._note_failure)
        accepting = asyncio.create_task(self._accept())
        try:
            while not self._closing and not self._failures and not accepting.done():
                await asyncio.sleep(TICK)
                self._tick()
        finally:
            accepting.cancel()
            await asyncio.wait([accepting])
            await self._part()
        if not accepting.cancelled():
            accepting.result()

    async def _accept(self) -> None:
        while True:
            arrived: list[tuple[socket.socket, Address]] = []
            try:
                sock, address = await self._loop.sock_accept(self._listener)
                prepare_accepted(sock)
                arrived.append((sock, address))
                while len(arrived) < MOST_ACCEPTED and (more := accept(self._listener)):
                    arrived.append(more)
            except OSError as error:
                if not is_of_lost_connection(error):  # no file descriptor is left: let them wait in the backlog a while
                    await asyncio.sleep(TICK)
            await asyncio.gather(*(self._take_in(sock, address) for sock, address in arrived))

    async def _take_in(self, sock: socket.socket, address: Address) -> None:
        sock.setblocking(False)
        try:
            await self._loop.connect_accepted_socket(lambda: Peer(self, sock, address), sock)
        except OSError:  # macOS, of a connection that is lost already, when asyncio sets TCP_NODELAY
            sock.close()

    def _tick(self) -> None:
        now = time.monotonic()
        self.deliver(self._chat.tick(now))
        for peer in tuple(self._paused):
            if is_reset(peer.socket):
                peer.transport.abort()
            elif peer not in self._chat.paused:
                del self._paused[peer]
                peer.transport.resume_reading()
            elif has_ended(peer.socket):
                self._chat.part(peer, now)

    def _send(self) -> None:
        """Send what is due."""
        due, self._due = self._due, []
        for delivery in due:
            if delivery.last:
                [peer] = delivery.recipients
                peer.end()
                self._loop.call_later(LINGER, peer.transport.abort)
        for peer, pieces in self._chat.owed(due):
            if peer.send(pieces) > self._chat.limits.max_outbox:
                self.deliver(self._chat.leave(peer, Reason.SLOW))

    async def _part(self) -> None:
        """Free the port, tell everybody, and give them time to read it."""
        self._listener.close()
        try:
            self.deliver(self._chat.close())
            late = time.monotonic() + 2 * LINGER  # longer than a peer may take that has got its last words
            while self._peers and time.monotonic() < late:
                await asyncio.sleep(TICK)
        finally:
            for peer in self._peers:  # a room that has failed could not tell them
                peer.transport.abort()
            while self._peers:
                await asyncio.sleep(0)

    def _note_failure(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """An error has left one of the callbacks. Those of the system are of a connection that is lost."""
        error = context.get("exception") or RuntimeError(context["message"])
        if not isinstance(error, OSError):
            self._failures.append(error)
