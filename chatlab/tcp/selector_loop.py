"""The room in one thread that waits for all sockets at once. Lesson 14 compares it with its two sisters.

    a turn   wait until sockets are ready -> read each once -> the chat -> send each reader all it is owed at once

So a reader costs one `send` a turn, however many lines there were. What the kernel does not take waits in the reader's
outbox until its socket can be written to. Only this thread touches the chat, so it needs no lock.
"""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from selectors import EVENT_READ, EVENT_WRITE

from chatlab.tcp.chat import TICK, Delivery, Reason, TcpChat
from chatlab.tcp.outbox import Outbox
from chatlab.tcp.sockets import LINGER, RECEIVE_BYTES, accept, end_sending, is_reset

# Deliveries that are joined at most. More would save little, and take memory: each knows all its recipients.
MOST_JOINED = 100


class Peer:
    """A connection.

    `outbox`: what the kernel has not taken, if anything. `end_by`: once the chat is done with it, when to close it at
    the latest; 0 before. `at_end`: its stream has ended. `events`: what the selector watches it for.
    """

    __slots__ = ("at_end", "end_by", "events", "outbox", "socket")

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.outbox: Outbox | None = None
        self.end_by = 0.0
        self.at_end = False
        self.events = 0


class SelectorLoop:
    """Serves `chat` to whoever connects to `listener`, and closes that in the end."""

    def __init__(self, listener: socket.socket, chat: TcpChat[Peer]) -> None:
        self._listener = listener
        self._chat = chat
        self._deliveries: list[Delivery[Peer]] = []
        self._throttled: set[Peer] = set()
        self._ending: dict[Peer, None] = {}  # in the order of end_by
        self._tick_at = 0.0
        self._closing = False
        self._bell, self._bell_heard = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._thread = threading.Thread(target=self._run, name="tcp-selectors", daemon=True)

    def start(self) -> None:
        self._listener.setblocking(False)
        self._selector.register(self._bell_heard, EVENT_READ)
        self._accept_more(True)
        self._thread.start()

    def close(self) -> None:
        self._closing = True
        with self._bell, self._bell_heard:
            self._bell.send(b"!")
            self._thread.join()

    def _run(self) -> None:
        with self._listener, self._selector:
            while not self._closing:
                self._turn()
            self._selector.unregister(self._bell_heard)
            self._accept_more(False)
            self._deliveries += self._chat.close()
            self._deliver()
            while self._ending:
                self._turn()

    def _turn(self) -> None:
        ready = self._selector.select(TICK)
        now = time.monotonic()
        for key, events in ready:
            if isinstance(key.data, Peer):
                if events & EVENT_WRITE:
                    self._empty_outbox(key.data)
                if events & EVENT_READ:
                    self._read(key.data, now)
                    if len(self._deliveries) >= MOST_JOINED:
                        self._deliver()
            elif key.fileobj is self._listener:
                self._accept(now)
        if now >= self._tick_at:
            self._tick(now)
        self._deliver()

    def _tick(self, now: float) -> None:
        self._tick_at = now + TICK
        self._accept_more(not self._closing)
        self._deliveries += self._chat.tick(now)
        for peer in tuple(self._throttled):
            if is_reset(peer.socket):
                self._lose(peer)
            elif not self._chat.is_throttled(peer):
                self._throttled.remove(peer)
                self._watch(peer)
        while self._ending and (oldest := next(iter(self._ending))).end_by <= now:
            self._close(oldest)

    def _accept(self, now: float) -> None:
        try:
            while accepted := accept(self._listener):
                sock, address = accepted
                sock.setblocking(False)
                peer = Peer(sock)
                self._watch(peer)
                self._deliveries += self._chat.connect(peer, address, now)
        except OSError:  # no file descriptor is left: let them wait in the backlog until the next tick
            self._accept_more(False)

    def _accept_more(self, wanted: bool) -> None:
        watched = self._listener in self._selector.get_map()
        if wanted and not watched:
            self._selector.register(self._listener, EVENT_READ)
        elif watched and not wanted:
            self._selector.unregister(self._listener)

    def _read(self, peer: Peer, now: float) -> None:
        try:
            data = peer.socket.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            self._lose(peer)
            return
        peer.at_end = not data
        self._deliveries += self._chat.receive(peer, data, now)
        if self._chat.is_throttled(peer):
            self._throttled.add(peer)
            self._watch(peer)
        elif peer.at_end and peer.end_by:
            self._finish(peer)

    def _deliver(self) -> None:
        while self._deliveries:  # a reader that proves to be lost or too slow makes more of them
            deliveries, self._deliveries = self._deliveries, []
            for delivery in deliveries:
                if delivery.last:
                    self._end(delivery.recipients[0])
            if len(deliveries) == 1:  # nothing to join: when the room is quiet, most of the time goes into this loop
                single = (deliveries[0].lines,)
                for peer in deliveries[0].recipients:
                    self._send(peer, single)
                continue
            owed: defaultdict[Peer, list[bytes]] = defaultdict(list)
            for delivery in deliveries:
                for peer in delivery.recipients:
                    owed[peer].append(delivery.lines)
            for peer, pieces in owed.items():
                self._send(peer, pieces)

    def _send(self, peer: Peer, pieces: Sequence[bytes]) -> None:
        """Send `pieces` at once, or put them behind what waits already."""
        sent = 0
        if peer.outbox is None:
            data = b"".join(pieces)
            try:
                sent = peer.socket.send(data)
            except BlockingIOError:
                pass
            except OSError:
                self._lose(peer)
                return
            if sent == len(data):
                if peer.end_by:
                    self._finish(peer)
                return
            pieces = (data[sent:],)
            peer.outbox = Outbox()
            self._watch(peer)
        for piece in pieces:
            peer.outbox.put(piece)
        if peer.outbox.size > self._chat.limits.max_outbox:
            self._deliveries += self._chat.leave(peer, Reason.SLOW)

    def _empty_outbox(self, peer: Peer) -> None:
        """`peer` reads again."""
        while peer.outbox and (piece := peer.outbox.front()):
            try:
                peer.outbox.drop(peer.socket.send(piece))
            except BlockingIOError:
                return
            except OSError:
                self._lose(peer)
                return
        peer.outbox = None
        self._watch(peer)
        if peer.end_by:
            self._finish(peer)

    def _end(self, peer: Peer) -> None:
        """The chat is done with `peer`: what it is owed are its last words."""
        peer.end_by = time.monotonic() + LINGER
        self._ending[peer] = None
        self._watch(peer)

    def _finish(self, peer: Peer) -> None:
        """Close `peer`, with which the chat is done, if it has got its last words and said its own."""
        if peer.outbox is None:
            if peer.at_end:
                self._close(peer)
            else:
                end_sending(peer.socket)
        else:
            self._watch(peer)

    def _lose(self, peer: Peer) -> None:
        self._deliveries += self._chat.leave(peer, Reason.LOST)
        self._close(peer)

    def _close(self, peer: Peer) -> None:
        self._ending.pop(peer, None)
        self._throttled.discard(peer)
        if peer.events:
            self._selector.unregister(peer.socket)
            peer.events = 0
        peer.socket.close()

    def _watch(self, peer: Peer) -> None:
        """Let the selector watch `peer` for what is wanted of it now."""
        events = 0 if peer.at_end or self._chat.is_throttled(peer) else EVENT_READ
        events |= EVENT_WRITE if peer.outbox else 0
        if peer.events and events:
            self._selector.modify(peer.socket, events, peer)
        elif events:
            self._selector.register(peer.socket, events, peer)
        elif peer.events:
            self._selector.unregister(peer.socket)
        peer.events = events
