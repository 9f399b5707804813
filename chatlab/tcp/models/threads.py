"""The room with two threads a client: one reads, one writes. The lessons build this one (lessons 10 to 12).

    tcp-accept         the listener -> a connection with its two threads; it also keeps the chat's time
    tcp-read-<port>    the socket -> the chat -> the outboxes of all who are to hear
    tcp-send           the outboxes -> the sockets, as far as it goes without waiting: see `threads_sender`
    tcp-write-<port>   its own outbox -> the socket, when tcp-send would have to wait

Nobody but a client's own writing thread ever waits for that client. <port> is the client's.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

from chatlab.tcp.chat import TICK, TcpChat
from chatlab.tcp.models.threads_peer import Peer
from chatlab.tcp.models.threads_sender import Sender
from chatlab.tcp.sockets import RECEIVE_BYTES, WAKE, accept, end_sending, is_reset, wake


class ThreadedServer:
    """Serves `chat` to whoever connects to `listener`, and closes that in the end."""

    def __init__(self, listener: socket.socket, chat: TcpChat[Peer]) -> None:
        self._listener = listener
        self._chat = chat
        self._sender = Sender(chat)
        self._readers: dict[Peer, threading.Thread] = {}  # of the accepting thread
        self._tick_at = 0.0
        self._closing = False
        self._accepting = _thread("tcp-accept", self._run)

    def start(self) -> None:
        self._listener.settimeout(TICK)
        self._accepting.start()
        self._sender.start()

    def close(self) -> None:
        self._closing = True
        self._accepting.join()
        self._sender.close()

    def _run(self) -> None:
        with self._listener:
            while not self._closing:
                self._accept()
                if time.monotonic() >= self._tick_at:
                    self._tick()
        self._sender.deliver(self._chat.close)
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
        self._sender.deliver(self._chat.connect, peer, address, time.monotonic())
        reader = _thread(f"tcp-read-{address[1]}", self._read, peer)
        try:
            reader.start()
        except RuntimeError:  # the system has no thread left
            self._sender.lose(peer)
            peer.close()
        else:
            self._readers[peer] = reader

    def _tick(self) -> None:
        """Let the chat do what is due, wake the threads of who is late in ending, and close who has ended."""
        now = time.monotonic()
        self._tick_at = now + TICK
        self._sender.deliver(self._chat.tick, now)
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
            self._sender.lose(peer)
            return
        while True:
            try:
                data = peer.socket.recv(RECEIVE_BYTES)
            except TimeoutError:  # see WAKE
                continue
            except OSError:
                self._sender.lose(peer)
                break
            self._sender.wait()
            self._sender.deliver(self._chat.receive, peer, data, time.monotonic())
            if not data:
                break
            while self._chat.is_throttled(peer):
                time.sleep(TICK)
                if is_reset(peer.socket):
                    self._sender.lose(peer)
        writer.join()

    def _write(self, peer: Peer) -> None:
        try:
            peer.write()
        except OSError:
            self._sender.lose(peer)
        end_sending(peer.socket)


def _thread(name: str, target: Callable[..., None], *arguments: object) -> threading.Thread:
    # A daemon, so that a notebook's kernel can end whatever it left open; what stops it is close().
    return threading.Thread(target=target, args=arguments, name=name, daemon=True)
