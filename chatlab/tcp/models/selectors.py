"""The room in one thread that waits for all sockets at once.

    serve     a turn: wait until sockets are ready -> hear each of them once -> send each reader all it is owed at once
    hear      the socket -> the chat; what follows is due
    deliver   what is due waits for the end of the turn
    lose      a connection is lost
    close     ring the bell, which wakes the thread

Only this thread touches the chat, so it needs no lock. Its two sisters have the same five verbs.
"""

from __future__ import annotations

import selectors
import socket
import sys
import time
from contextlib import ExitStack
from selectors import EVENT_READ, EVENT_WRITE

from chatlab.tcp.chat import TICK
from chatlab.tcp.delivery import Delivery
from chatlab.tcp.limits import Reason
from chatlab.tcp.models.chat import Chat
from chatlab.tcp.models.selectors_peer import Peer
from chatlab.tcp.models.unread_ends import has_ended, is_reset
from chatlab.tcp.outbox import MOST_JOINED
from chatlab.tcp.sockets import MOST_ACCEPTED, RECEIVE_BYTES, accept

# Connections that `select` can wait for: Windows' takes 512 sockets (FD_SETSIZE), two of which are the room's own.
MOST_SELECTED = 500


class SelectorsModel:
    """Serves `chat` to all that connect to `listener`. What it opens goes to `resources`."""

    def __init__(self, listener: socket.socket, chat: Chat[Peer], resources: ExitStack) -> None:
        self.threads = {"tcp-selectors": self.serve}
        self._listener = listener
        self._chat = chat
        self._due: list[Delivery[Peer]] = []
        # Dicts, to go through them in order.
        self._peers: dict[Peer, None] = {}
        self._paused: dict[Peer, None] = {}
        self._ending: dict[Peer, None] = {}
        self._tick_at = 0.0
        self._closing = False
        self._selector = resources.enter_context(selectors.DefaultSelector())
        self._most = MOST_SELECTED if isinstance(self._selector, selectors.SelectSelector) else sys.maxsize
        resources.callback(self._close_all)
        self._bell, self._bell_heard = map(resources.enter_context, socket.socketpair())
        listener.setblocking(False)

    def serve(self) -> None:
        # It is never taken out: Windows' `select` fails where there is nothing to wait for.
        self._selector.register(self._bell_heard, EVENT_READ)
        try:
            while not self._closing:
                self._turn()
        finally:
            self._part()

    def hear(self, peer: Peer, now: float) -> None:
        try:
            data = peer.socket.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            self.lose(peer)
            return
        if not peer.end_by:
            self.deliver(self._chat.receive(peer, data, now))
        if not data:
            peer.end_hearing()
        elif peer in self._chat.paused:
            self._paused[peer] = None
            peer.pause(True)

    def deliver(self, deliveries: list[Delivery[Peer]]) -> None:
        self._due += deliveries

    def lose(self, peer: Peer) -> None:
        self.deliver(self._chat.leave(peer, Reason.LOST))
        self._forget(peer)

    def close(self) -> None:
        self._closing = True
        self._bell.send(b"!")

    def _turn(self) -> None:
        ready = self._selector.select(TICK)
        now = time.monotonic()
        for key, events in ready:
            if isinstance(key.data, Peer):
                if events & EVENT_WRITE:
                    self._flush(key.data)
                if events & EVENT_READ:
                    self.hear(key.data, now)
                    if len(self._due) >= MOST_JOINED:
                        self._send()
            elif key.fileobj is self._listener:
                self._accept(now)
            else:
                self._bell_heard.recv(1)
        if now >= self._tick_at:
            self._tick(now)
        self._send()

    def _tick(self, now: float) -> None:
        self._tick_at = now + TICK
        if not self._closing:
            self._accept_more(len(self._peers) < self._most)
        self.deliver(self._chat.tick(now))
        for peer in tuple(self._paused):
            if is_reset(peer.socket):
                self.lose(peer)
            elif peer not in self._chat.paused:
                del self._paused[peer]
                peer.pause(False)
            elif has_ended(peer.socket):
                self._chat.part(peer, now)
        for peer in tuple(self._ending):
            if peer.has_ended or peer.end_by <= now:
                self._forget(peer)

    def _accept(self, now: float) -> None:
        try:
            for _ in range(min(MOST_ACCEPTED, self._most - len(self._peers))):
                if not (accepted := accept(self._listener)):
                    break
                peer = Peer(accepted[0], self._selector)
                self._peers[peer] = None
                self.deliver(self._chat.connect(peer, accepted[1], now))
            has_room = len(self._peers) < self._most
        except OSError:  # no file descriptor is left
            has_room = False
        self._accept_more(has_room)  # the others wait in the backlog, at least until the next tick

    def _accept_more(self, wanted: bool) -> None:
        watched = self._listener in self._selector.get_map()
        if wanted and not watched:
            self._selector.register(self._listener, EVENT_READ)
        elif watched and not wanted:
            self._selector.unregister(self._listener)

    def _flush(self, peer: Peer) -> None:
        try:
            peer.flush()
        except OSError:
            self.lose(peer)

    def _send(self) -> None:
        """Send what is due."""
        while self._due:  # a reader that proves to be lost or too slow makes more of it
            due, self._due = self._due, []
            for delivery in due:
                if delivery.last:
                    [peer] = delivery.recipients
                    peer.end()
                    self._ending[peer] = None
            for peer, pieces in self._chat.owed(due):
                try:
                    if peer.send(pieces) > self._chat.limits.max_outbox:
                        self.deliver(self._chat.leave(peer, Reason.SLOW))
                except OSError:
                    self.lose(peer)

    def _part(self) -> None:
        """Free the port, tell everybody, and give them time to read it."""
        self._closing = True
        self._accept_more(False)
        self._listener.close()
        self.deliver(self._chat.close())
        self._send()
        while self._ending:
            self._turn()

    def _forget(self, peer: Peer) -> None:
        self._peers.pop(peer, None)
        self._paused.pop(peer, None)
        self._ending.pop(peer, None)
        peer.close()

    def _close_all(self) -> None:
        """Close the connections that a room leaves behind when it has failed."""
        for peer in self._peers:
            peer.socket.close()
