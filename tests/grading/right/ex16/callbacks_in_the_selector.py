"""What is to be done about a socket stands in the selector itself; each client is an object."""

import selectors
import socket
import threading
import time
from collections import deque

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.limits import Reason


class Client:
    def __init__(self, server, sock, address):
        self.server, self.sock = server, sock
        self.lines = deque()
        self.size = 0
        sock.setblocking(False)
        server.selector.register(sock, selectors.EVENT_READ, self.ready)
        server.clients[sock] = self
        server.due.append(server.chat.connect(sock, address, time.monotonic()))

    def ready(self, mask):
        if self.sock.fileno() < 0:
            return
        if mask & selectors.EVENT_WRITE:
            self.flush()
        if mask & selectors.EVENT_READ and self.sock.fileno() >= 0:
            try:
                data = self.sock.recv(65_536)
            except BlockingIOError:
                return
            except OSError:
                self.lost()
                return
            self.server.due.append(self.server.chat.receive(self.sock, data, time.monotonic()))

    def put(self, data):
        self.lines.append(data)
        self.size += len(data)
        if len(self.lines) == 1:
            self.flush()
        if self.size > self.server.chat.limits.max_outbox:
            self.server.due.append(self.server.chat.leave(self.sock, Reason.SLOW))

    def flush(self):
        while self.lines:
            line = self.lines.popleft()
            try:
                sent = self.sock.send(line)
            except BlockingIOError:
                self.lines.appendleft(line)
                break
            except OSError:
                self.lost()
                return
            self.size -= sent
            if sent < len(line):
                self.lines.appendleft(line[sent:])
        mask = selectors.EVENT_READ | (selectors.EVENT_WRITE if self.lines else 0)
        self.server.selector.modify(self.sock, mask, self.ready)

    def lost(self):
        self.end()
        self.server.due.append(self.server.chat.leave(self.sock, Reason.LOST))

    def end(self):
        if self.server.clients.pop(self.sock, None):
            self.server.selector.unregister(self.sock)
            self.sock.close()


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.chat = TcpChat(log=lambda line: None)
        self.clients = {}
        self.due = deque()
        self.going = False

    def start(self):
        self.going = True
        self.selector = selectors.DefaultSelector()
        self.bell, ear = socket.socketpair()
        self.selector.register(ear, selectors.EVENT_READ, lambda mask: setattr(self, "going", False))
        self.listener.setblocking(False)
        self.selector.register(self.listener, selectors.EVENT_READ, self.come_in)
        self.thread = threading.Thread(target=self.loop, args=(ear,), daemon=True)
        self.thread.start()

    def close(self):
        if self.going:
            self.bell.sendall(b".")
            self.thread.join()
            self.bell.close()
        self.listener.close()

    def come_in(self, mask):
        try:
            sock, address = self.listener.accept()
        except OSError:
            return
        Client(self, sock, address)

    def loop(self, ear):
        while self.going:
            for key, mask in self.selector.select():
                key.data(mask)
            self.send()
        self.due.append(self.chat.close())
        self.send()
        for client in list(self.clients.values()):
            client.end()
        self.selector.close()
        ear.close()

    def send(self):
        while self.due:
            for delivery in self.due.popleft():
                for sock in delivery.recipients:
                    client = self.clients.get(sock)
                    if client and delivery.lines:
                        client.put(delivery.lines)
                    if client and delivery.last:
                        client.end()
