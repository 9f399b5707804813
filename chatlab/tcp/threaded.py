"""The room with two threads a client: one reads, one writes. The lessons build this one (lessons 10 to 12).

    tcp-accept         the listener -> a connection with its two threads; it also keeps the chat's time
    tcp-read-<port>    the socket -> the chat -> the outboxes of all who are to hear
    tcp-send           the outboxes -> the sockets, as far as it goes without waiting
    tcp-write-<port>   its own outbox -> the socket, when tcp-send would have to wait

The chat is shared by all of them, so a lock guards it. Nobody sends while holding that lock, and nobody but a client's
own writing thread ever waits for that client. To wake a thread costs much more than to send a line, and all that are
awake take turns (see "global interpreter lock" in Python's glossary). So one thread serves all who read quickly, and
joins what was said meanwhile; a room where every writing thread woke for every line let a thousand clients in thirty
times more slowly. <port> is the client's.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

from chatlab.tcp.chat import TICK, Delivery, Reason, TcpChat
from chatlab.tcp.sockets import RECEIVE_BYTES, WAKE, accept, end_sending, is_reset, wake
from chatlab.tcp.threaded_peer import Peer

# Bytes that may wait for the sending thread; the reading threads wait then, and so does who floods the room.
MOST_UNSENT = 65_536


class ThreadedServer:
    """Serves `chat` to whoever connects to `listener`, and closes that in the end."""

    def __init__(self, listener: socket.socket, chat: TcpChat[Peer]) -> None:
        self._listener = listener
        self._chat = chat
        self._lock = threading.Lock()  # guards the chat, the order of outboxes, and:
        self._owed: set[Peer] = set()  # who has something in the outbox that nobody has tried to send
        self._unsent = 0  # bytes of that, however many they are for
        self._news = threading.Condition(self._lock)  # somebody is owed something
        self._taken = threading.Condition(self._lock)  # nothing is unsent
        self._readers: dict[Peer, threading.Thread] = {}  # of the accepting thread
        self._tick_at = 0.0
        self._closing = False
        self._closed = False  # all connections are
        self._accepting = _thread("tcp-accept", self._run)
        self._sending = _thread("tcp-send", self._send)

    def start(self) -> None:
        self._listener.settimeout(TICK)
        self._accepting.start()
        self._sending.start()

    def close(self) -> None:
        self._closing = True
        self._accepting.join()
        with self._news:
            self._closed = True
            self._news.notify()
        self._sending.join()

    def _run(self) -> None:
        with self._listener:
            while not self._closing:
                self._accept()
                if time.monotonic() >= self._tick_at:
                    self._tick()
        self._deliver(self._chat.close)
        while self._readers:
            next(iter(self._readers.values())).join(TICK)
            self._tick()

    def _accept(self) -> None:
        try:
            accepted = accept(self._listener)
        except OSError:  # no file descriptor is left: let them wait in the backlog for a moment
            time.sleep(TICK)
            return
        if not accepted:
            return
        sock, address = accepted
        sock.settimeout(WAKE)
        peer = Peer(sock)
        self._deliver(self._chat.connect, peer, address, time.monotonic())
        self._readers[peer] = reader = _thread(f"tcp-read-{address[1]}", self._read, peer)
        try:
            reader.start()
        except RuntimeError:  # the system has no thread left
            self._lose(peer)

    def _tick(self) -> None:
        """Let the chat do what is due, wake the threads of who is late in ending, and close who has ended."""
        now = time.monotonic()
        self._tick_at = now + TICK
        self._deliver(self._chat.tick, now)
        for peer, reader in tuple(self._readers.items()):
            if not reader.is_alive():
                del self._readers[peer]
                peer.close()
            elif peer.end_by and peer.end_by <= now:
                wake(peer.socket)

    def _read(self, peer: Peer) -> None:
        writer = _thread(threading.current_thread().name.replace("read", "write"), self._write, peer)
        try:
            writer.start()
        except RuntimeError:  # the system has no thread left
            self._lose(peer)
            return
        while True:
            try:
                data = peer.socket.recv(RECEIVE_BYTES)
            except TimeoutError:  # see WAKE
                continue
            except OSError:
                self._lose(peer)
                break
            with self._lock:
                self._taken.wait_for(lambda: self._unsent < MOST_UNSENT)
            self._deliver(self._chat.receive, peer, data, time.monotonic())
            if not data:
                break
            while self._chat.is_throttled(peer):
                time.sleep(TICK)
                if is_reset(peer.socket):
                    self._lose(peer)
        writer.join()

    def _write(self, peer: Peer) -> None:
        try:
            peer.write()
        except OSError:
            self._lose(peer)
        end_sending(peer.socket)

    def _lose(self, peer: Peer) -> None:
        self._deliver(self._chat.leave, peer, Reason.LOST)
        peer.end()

    def _deliver(self, step: Callable[..., list[Delivery[Peer]]], *arguments: object) -> None:
        """Let the chat take a step, and have sent what follows."""
        with self._news:
            self._put(step(*arguments))
            self._news.notify()

    def _send(self) -> None:
        """The sending thread."""
        while True:
            with self._news:
                self._news.wait_for(lambda: self._owed or self._closed)
                owed, self._owed = self._owed, set()
                self._unsent = 0
                self._taken.notify_all()
            if not owed:
                return
            for peer in owed:
                try:
                    peer.flush()
                except OSError:
                    self._lose(peer)

    def _put(self, deliveries: list[Delivery[Peer]]) -> None:
        """Put everything into the outboxes, in the chat's order. With the lock held."""
        limit = self._chat.limits.max_outbox
        while deliveries:  # who proves to be too slow makes more of them
            slow: list[Peer] = []
            for delivery in deliveries:
                self._owed.update(delivery.recipients)
                self._unsent += len(delivery.lines)
                slow += [peer for peer in delivery.recipients if peer.put(delivery.lines) > limit]
                if delivery.last:
                    delivery.recipients[0].end()
            deliveries = [delivery for peer in slow for delivery in self._chat.leave(peer, Reason.SLOW)]


def _thread(name: str, target: Callable[..., None], *arguments: object) -> threading.Thread:
    # A daemon, so that a notebook's kernel can end whatever it left open; what stops it is close().
    return threading.Thread(target=target, args=arguments, name=name, daemon=True)
