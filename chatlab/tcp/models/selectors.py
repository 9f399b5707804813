"""The room in one thread that waits for all sockets at once. Lesson 14 compares it with its two sisters.

    a turn   wait until sockets are ready -> read each once -> the chat -> send each reader all it is owed at once

So a reader costs one `send` a turn, however many lines there were. Only this thread touches the chat, so it needs no
lock.
"""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from selectors import EVENT_READ, EVENT_WRITE

from chatlab.tcp.chat import TICK, Delivery, TcpChat
from chatlab.tcp.limits import Reason
from chatlab.tcp.models.selectors_peer import Peer
from chatlab.tcp.sockets import accept, is_reset

# Deliveries that are joined at most. More would save little, and take memory: each knows all its recipients.
MOST_JOINED = 100


class SelectorLoop:
    """Serves `chat` to whoever connects to `listener`, and closes that in the end."""

    def __init__(self, listener: socket.socket, chat: TcpChat[Peer]) -> None:
        self._listener = listener
        self._chat = chat
        self._deliveries: list[Delivery[Peer]] = []
        # Dicts, to go through them in order.
        self._throttled: dict[Peer, None] = {}
        self._ending: dict[Peer, None] = {}
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
                    self._flush(key.data)
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
                del self._throttled[peer]
                peer.pause(False)
        for peer in tuple(self._ending):
            if peer.has_ended or peer.end_by <= now:
                self._close(peer)

    def _accept(self, now: float) -> None:
        try:
            while accepted := accept(self._listener):
                sock, address = accepted
                self._deliveries += self._chat.connect(Peer(sock, self._selector), address, now)
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
            data = peer.receive()
        except BlockingIOError:
            return
        except OSError:
            self._lose(peer)
            return
        self._deliveries += self._chat.receive(peer, data, now)
        if self._chat.is_throttled(peer):
            self._throttled[peer] = None
            peer.pause(True)

    def _flush(self, peer: Peer) -> None:
        try:
            peer.flush()
        except OSError:
            self._lose(peer)

    def _deliver(self) -> None:
        while self._deliveries:  # a reader that proves to be lost or too slow makes more of them
            deliveries, self._deliveries = self._deliveries, []
            for delivery in deliveries:
                if delivery.last:
                    [peer] = delivery.recipients
                    peer.end()
                    self._ending[peer] = None
            for peer, pieces in _owed(deliveries).items():
                try:
                    if peer.send(pieces) > self._chat.limits.max_outbox:
                        self._deliveries += self._chat.leave(peer, Reason.SLOW)
                except OSError:
                    self._lose(peer)

    def _lose(self, peer: Peer) -> None:
        self._deliveries += self._chat.leave(peer, Reason.LOST)
        self._close(peer)

    def _close(self, peer: Peer) -> None:
        self._ending.pop(peer, None)
        self._throttled.pop(peer, None)
        peer.close()


def _owed(deliveries: Sequence[Delivery[Peer]]) -> Mapping[Peer, Sequence[bytes]]:
    """What each reader is to get."""
    if len(deliveries) == 1:  # nothing to join: the quick way, when the room is quiet
        return dict.fromkeys(deliveries[0].recipients, (deliveries[0].lines,))
    owed: defaultdict[Peer, list[bytes]] = defaultdict(list)
    for delivery in deliveries:
        for peer in delivery.recipients:
            owed[peer].append(delivery.lines)
    return owed
