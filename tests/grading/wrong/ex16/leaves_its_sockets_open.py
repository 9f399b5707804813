# expects: selector.unregister(client), client.close()
import contextlib
import socket
import threading
import time
from collections import deque
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector

from chatlab.tcp.chat import Delivery, TcpChat
from chatlab.tcp.limits import Reason
from chatlab.tcp.outbox import Outbox

KEPT = []


class Server:
    """A chatroom at `listener`. Its thread alone touches the room, the selector and the clients: there is no lock."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.chat: TcpChat[socket.socket] = TcpChat(log=lambda line: None)
        self._outboxes: dict[socket.socket, Outbox] = {}  # of each client that is here
        self._due: deque[Delivery[socket.socket]] = deque()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread, and return at once."""
        self._bell, self._bell_heard = socket.socketpair()
        self._selector = DefaultSelector()
        self.listener.setblocking(False)
        for sock in (self._bell_heard, self.listener):
            self._selector.register(sock, EVENT_READ)
        self._thread = threading.Thread(target=self._serve, name="selector-loop", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Wake the thread, and return when it has ended."""
        if self._thread:
            self._bell.send(b"!")
            self._thread.join()
            self._thread = None
            self._bell.close()
        self.listener.close()

    def _serve(self) -> None:
        with self._selector, self._bell_heard:
            while self._turn():
                pass
            self._due += self.chat.close()
            self._deliver()

    def _turn(self) -> bool:
        """Wait until sockets are ready, and serve each of them once. False: the bell has rung."""
        goes_on = True
        for key, events in self._selector.select():
            sock = key.fileobj
            if sock is self._bell_heard:
                goes_on = False
            elif sock is self.listener:
                self._accept()
            if sock in self._outboxes and events & EVENT_WRITE:
                self._flush(sock)
            if sock in self._outboxes and events & EVENT_READ:  # or it was lost in this turn
                self._hear(sock)
        self._deliver()
        return goes_on

    def _accept(self) -> None:
        try:
            client, address = self.listener.accept()
        except OSError:  # nobody is there after all, or is gone again
            return
        client.setblocking(False)
        self._outboxes[client] = Outbox()
        self._selector.register(client, EVENT_READ)
        self._due += self.chat.connect(client, address, time.monotonic())

    def _hear(self, client: socket.socket) -> None:
        try:
            data = client.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            self._lose(client)
        else:
            self._due += self.chat.receive(client, data, time.monotonic())

    def _deliver(self) -> None:
        """What is due, and what follows from it."""
        while self._due:
            delivery = self._due.popleft()
            for client in delivery.recipients:
                if client in self._outboxes:
                    self._outboxes[client].put(delivery.lines)
                    self._flush(client)
                if delivery.last:
                    self._drop(client)

    def _flush(self, client: socket.socket) -> None:
        """Send what waits, as far as it goes now."""
        outbox = self._outboxes[client]
        try:
            while piece := outbox.front():
                outbox.drop(client.send(piece))
        except BlockingIOError:
            if outbox.size > self.chat.limits.max_outbox:
                self._due += self.chat.leave(client, Reason.SLOW)
        except OSError:
            self._lose(client)
        if client in self._outboxes:
            self._selector.modify(client, EVENT_READ | (EVENT_WRITE if outbox.size else 0))

    def _lose(self, client: socket.socket) -> None:
        self._drop(client)
        self._due += self.chat.leave(client, Reason.LOST)

    def _drop(self, client: socket.socket) -> None:
        if self._outboxes.pop(client, None):
            self._selector.unregister(client)
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            KEPT.append(client)
