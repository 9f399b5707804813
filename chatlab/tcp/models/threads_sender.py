"""What the threaded room's threads share: the chat, and one thread that sends for all of them.

    any thread   the chat takes a step -> the outboxes of all who are to hear
    tcp-send     the outboxes -> the sockets, as far as it goes without waiting

A lock guards the chat, and nobody sends while holding it. To wake a thread costs much more than to send a line, and all
that are awake take turns (see "global interpreter lock" in Python's glossary). So one thread serves all who read
quickly, and joins what was said meanwhile; a room where every client's own thread woke for every line let a thousand
clients in thirty times more slowly. Lesson 12 shows it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from chatlab.tcp.chat import Delivery, TcpChat
from chatlab.tcp.limits import Reason
from chatlab.tcp.models.threads_peer import Peer

# Bytes that may wait for the sending thread; the reading threads wait then, and so does who floods the room.
MOST_UNSENT = 65_536


class Sender:
    """The sending thread of `chat`."""

    def __init__(self, chat: TcpChat[Peer]) -> None:
        self._chat = chat
        self._lock = threading.Lock()  # guards the chat, the order of outboxes, and:
        self._owed: dict[Peer, None] = {}  # who has something in the outbox that nobody has tried to send
        self._unsent = 0  # bytes of that, however many they are for
        self._closing = False
        self._news = threading.Condition(self._lock)  # for the sending thread
        self._taken = threading.Condition(self._lock)  # nothing is unsent
        self._thread = threading.Thread(target=self._send, name="tcp-send", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """When nothing more will be said."""
        with self._news:
            self._closing = True
            self._news.notify()
        self._thread.join()

    def deliver(self, step: Callable[..., list[Delivery[Peer]]], *arguments: object) -> None:
        """Let the chat take a step, and have sent what follows."""
        with self._news:
            self._put(step(*arguments))
            self._news.notify()

    def lose(self, peer: Peer) -> None:
        """The connection of `peer` is lost."""
        self.deliver(self._chat.leave, peer, Reason.LOST)
        peer.end()

    def wait(self) -> None:
        """Wait while too much is unsent."""
        with self._taken:
            self._taken.wait_for(lambda: self._unsent < MOST_UNSENT)

    def _send(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._owed or self._closing)
                owed, self._owed = self._owed, {}
                self._unsent = 0
                self._taken.notify_all()
            if not owed:
                return
            for peer in owed:
                try:
                    peer.flush()
                except OSError:
                    self.lose(peer)

    def _put(self, deliveries: list[Delivery[Peer]]) -> None:
        """Put everything into the outboxes, in the chat's order. With the lock held."""
        limit = self._chat.limits.max_outbox
        while deliveries:  # who proves to be too slow makes more of them
            slow: list[Peer] = []
            for delivery in deliveries:
                self._owed.update(dict.fromkeys(delivery.recipients))
                self._unsent += len(delivery.lines)
                slow += [peer for peer in delivery.recipients if peer.put(delivery.lines) > limit]
                if delivery.last:
                    delivery.recipients[0].end()
            deliveries = [delivery for peer in slow for delivery in self._chat.leave(peer, Reason.SLOW)]
