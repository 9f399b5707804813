"""The bell is a connection to its own door; what is lost is put out at the end of a turn."""

import contextlib
import selectors
import socket
import threading
import time

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.limits import Reason

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class Server:
    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.chat: TcpChat[socket.socket] = TcpChat(log=lambda line: None)
        self.is_open = False

    def start(self) -> None:
        self.is_open = True
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()

    def close(self) -> None:
        if self.is_open:
            self.is_open = False
            with contextlib.suppress(OSError), socket.create_connection(self.listener.getsockname(), timeout=0.5):
                self.thread.join()
        self.listener.close()

    def work(self) -> None:
        self.listener.setblocking(False)
        self.outboxes: dict[socket.socket, bytes] = {}
        self.lost: set[socket.socket] = set()
        with selectors.DefaultSelector() as self.selector:
            self.selector.register(self.listener, READ)
            while self.is_open:
                for key, events in self.selector.select():
                    if key.fileobj is self.listener:
                        self.welcome()
                    elif events & WRITE:
                        self.flush(key.fileobj)
                    else:
                        self.listen_to(key.fileobj)
                self.bury()
            self.say(self.chat.close())
            self.bury()
            for client in self.outboxes:
                client.close()

    def welcome(self) -> None:
        with contextlib.suppress(OSError):
            client, address = self.listener.accept()
            client.setblocking(False)
            self.outboxes[client] = b""
            self.selector.register(client, READ)
            self.say(self.chat.connect(client, address, time.monotonic()))

    def listen_to(self, client) -> None:
        if client in self.lost:
            return
        try:
            data = client.recv(1024)
        except BlockingIOError:
            return
        except OSError:
            self.lost.add(client)
            return
        self.say(self.chat.receive(client, data, time.monotonic()))

    def say(self, deliveries) -> None:
        for delivery in deliveries:
            for client in delivery.recipients:
                if client in self.lost or client not in self.outboxes:
                    continue
                self.outboxes[client] += delivery.lines
                self.flush(client)
                if delivery.last:
                    self.lost.add(client)

    def flush(self, client) -> None:
        if client in self.lost:
            return
        try:
            while self.outboxes[client]:
                self.outboxes[client] = self.outboxes[client][client.send(self.outboxes[client]) :]
        except BlockingIOError:
            if len(self.outboxes[client]) > self.chat.limits.max_outbox:
                self.say(self.chat.leave(client, Reason.SLOW))
        except OSError:
            self.lost.add(client)
        if client not in self.lost:
            self.selector.modify(client, READ | WRITE if self.outboxes[client] else READ)

    def bury(self) -> None:
        """Who is here no more: closed, and the room told, which knows it already if it was the last."""
        while self.lost:
            gone, self.lost = self.lost, set()
            for client in gone:
                del self.outboxes[client]
                self.selector.unregister(client)
                client.close()
            for client in gone:
                self.say(answer for answer in self.chat.leave(client, Reason.LOST))
