"""The room with two threads a client: one reads, one writes.

    serve     tcp-accept         the listener -> a connection with its two threads; it also keeps the chat's time
    hear      tcp-read-<port>    the socket -> the chat; what follows is due
    deliver   any thread         what is due waits for tcp-send, which sends it as far as it goes without waiting
              tcp-write-<port>   the outbox of a slow reader -> its socket
    lose      any thread         a connection is lost
    close     any thread         the accepting thread is to end the room

Nobody but a client's own writing thread ever waits for that client. <port> is the client's.

A lock guards the chat, and nobody sends while holding it. To wake a thread costs much more than to send a line, and all
that are awake take turns (see "global interpreter lock" in Python's glossary). So one thread serves all who read
quickly, and joins what was said meanwhile; a room where every client's own thread woke for every line let a thousand
clients in thirty times more slowly.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import ExitStack
from functools import partial

from chatlab.room.addresses import Address
from chatlab.tcp.chat import TICK
from chatlab.tcp.delivery import Delivery
from chatlab.tcp.limits import Reason
from chatlab.tcp.models.chat import Chat
from chatlab.tcp.models.threads_peer import Peer
from chatlab.tcp.models.threads_table import PeerTable, Spawn
from chatlab.tcp.models.unread_ends import has_ended, is_reset
from chatlab.tcp.outbox import MOST_JOINED
from chatlab.tcp.sockets import LINGER, LOOK_EVERY, RECEIVE_BYTES, accept

# Bytes that may wait for the sending thread; then the reading threads wait, and so do members that flood the room.
MOST_UNSENT = 65_536


class ThreadsModel:
    """Serves `chat` to all that connect to `listener`. What it opens goes to `resources`."""

    def __init__(self, listener: socket.socket, chat: Chat[Peer], resources: ExitStack, spawn: Spawn) -> None:
        self.threads = {"tcp-accept": self.serve, "tcp-send": self._send}
        self._listener = listener
        self._chat = chat
        self._tick_at = 0.0
        self._closing = False
        # Guards the chat and all below. Reentrant, since a log that fails closes the room in the midst of a step.
        self._lock = threading.RLock()
        self._news = threading.Condition(self._lock)  # for the sending thread
        self._taken = threading.Condition(self._lock)  # nothing is due
        self._peers = PeerTable(self._lock, spawn)
        self._due: list[Delivery[Peer]] = []
        self._unsent = 0  # bytes of that, however many they are for
        self._all_said = False
        resources.callback(self._peers.close_all)
        listener.settimeout(TICK)

    def serve(self) -> None:
        try:
            while not self._closing:
                self._accept()
                if time.monotonic() >= self._tick_at:
                    self._tick()
        finally:
            self._part()

    def hear(self, peer: Peer, address: Address) -> None:
        with self._lock:
            if self._closing:
                peer.end()
            else:
                self.deliver(self._chat.connect(peer, address, time.monotonic()))
        while True:
            try:
                data = peer.socket.recv(RECEIVE_BYTES)
            except TimeoutError:  # see LOOK_EVERY
                if peer.is_late:
                    return
                continue
            except OSError:
                self.lose(peer)
                return
            with self._lock:
                while (self._unsent >= MOST_UNSENT or len(self._due) >= MOST_JOINED) and not self._closing:
                    self._taken.wait()
                self.deliver(self._chat.receive(peer, data, time.monotonic()))
            if not data:
                return
            while peer in self._chat.paused:
                self._look_after_paused(peer)

    def deliver(self, deliveries: list[Delivery[Peer]]) -> None:
        """With the lock held."""
        for delivery in deliveries:
            # A member alone in the room speaks to nobody, and nothing wakes for it.
            if delivery.recipients:
                self._due.append(delivery)
                self._unsent += len(delivery.lines)
                self._news.notify()

    def lose(self, peer: Peer) -> None:
        with self._lock:
            self.deliver(self._chat.leave(peer, Reason.LOST))
        peer.end()

    def close(self) -> None:
        """Waits for nobody: whoever ends the room may hold a lock."""
        self._closing = True

    def _accept(self) -> None:
        try:
            accepted = accept(self._listener)
        except OSError:  # no file descriptor is left: let them wait in the backlog for a moment
            time.sleep(TICK)
            return
        if not accepted:
            return
        sock, address = accepted
        sock.settimeout(LOOK_EVERY)
        peer, port = Peer(sock), address[1]
        self._peers.add(
            peer,
            (f"tcp-write-{port}", partial(self._write, peer)),
            (f"tcp-read-{port}", partial(self.hear, peer, address)),
        )

    def _tick(self) -> None:
        now = time.monotonic()
        self._tick_at = now + TICK
        with self._lock:
            self.deliver(self._chat.tick(now))
            self._peers.wake_late()

    def _look_after_paused(self, peer: Peer) -> None:
        time.sleep(TICK)
        if is_reset(peer.socket):
            self.lose(peer)
        elif has_ended(peer.socket):
            with self._lock:
                self._chat.part(peer, time.monotonic())

    def _write(self, peer: Peer) -> None:
        try:
            peer.write()
        except OSError:
            self.lose(peer)

    def _send(self) -> None:
        """The sending thread."""
        while True:
            with self._lock:
                while not self._due and not self._all_said:
                    self._news.wait()
                due, self._due = self._due, []
                self._unsent = 0
                self._taken.notify_all()
            if not due:
                return
            for peer, pieces in self._chat.owed(due):
                try:
                    if peer.send(pieces) > self._chat.limits.max_outbox:
                        with self._lock:
                            self.deliver(self._chat.leave(peer, Reason.SLOW))
                except OSError:
                    self.lose(peer)
            for delivery in due:
                if delivery.last:
                    delivery.recipients[0].end()

    def _part(self) -> None:
        """Free the port, tell everybody, and give them time to read it."""
        self._closing = True
        self._listener.close()
        try:
            with self._lock:
                self._taken.notify_all()
                self.deliver(self._chat.close())
            late = time.monotonic() + 2 * LINGER  # longer than a peer may take that has got its last words
            while self._peers and time.monotonic() < late:
                self._tick()
                self._peers.wait(TICK)
        finally:
            with self._lock:
                self._all_said = True
                self._news.notify()
                self._peers.end_all()
