"""Bytes are the business of one class, the room of another; memoryviews are sent."""

import selectors
import socket
import threading
import time
from collections import deque

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.limits import Reason


class Wire:
    """All sockets of the loop. `heard(sock, data)` gets what comes, and None of who is lost."""

    def __init__(self, listener, came, heard):
        self.listener, self.came, self.heard = listener, came, heard
        self.queues = {}
        self.selector = selectors.DefaultSelector()
        self.inside, self.outside = socket.socketpair()
        listener.setblocking(False)
        for sock in (self.inside, listener):
            self.selector.register(sock, selectors.EVENT_READ)

    def turn(self):
        for key, mask in self.selector.select():
            sock = key.fileobj
            if sock is self.inside:
                return False
            if sock is self.listener:
                self._take_in()
            if mask & selectors.EVENT_WRITE and sock in self.queues:
                self.push(sock)
            if mask & selectors.EVENT_READ and sock in self.queues:
                self._pull(sock)
        return True

    def push(self, sock, data=b""):
        """Send, or keep; returns how many bytes wait."""
        queue = self.queues[sock]
        if data:
            queue.append(memoryview(data))
        try:
            while queue:
                queue[0] = queue[0][sock.send(queue[0]) :]
                if not queue[0]:
                    queue.popleft()
        except BlockingIOError:
            pass
        except OSError:
            self.cut(sock)
            self.heard(sock, None)
            return 0
        write = selectors.EVENT_WRITE if queue else 0
        self.selector.modify(sock, selectors.EVENT_READ | write)
        return sum(map(len, queue))

    def cut(self, sock):
        if self.queues.pop(sock, None) is not None:
            self.selector.unregister(sock)
            sock.close()

    def close(self):
        for sock in tuple(self.queues):
            self.cut(sock)
        self.selector.close()
        self.inside.close()

    def _take_in(self):
        try:
            sock, address = self.listener.accept()
        except OSError:
            return
        sock.setblocking(False)
        self.queues[sock] = deque()
        self.selector.register(sock, selectors.EVENT_READ)
        self.came(sock, address)

    def _pull(self, sock):
        buffer = bytearray(4096)
        try:
            size = sock.recv_into(buffer)
        except BlockingIOError:
            return
        except OSError:
            self.cut(sock)
            self.heard(sock, None)
        else:
            self.heard(sock, bytes(buffer[:size]))


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.chat = TcpChat(log=lambda line: None)
        self.wire = self.thread = None

    def start(self):
        self.wire = Wire(self.listener, self.came, self.heard)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def close(self):
        if self.thread:
            self.wire.outside.send(b"x")
            self.thread.join()
            self.wire.outside.close()
            self.thread = None
        self.listener.close()

    def run(self):
        while self.wire.turn():
            pass
        self.deliver(self.chat.close())
        self.wire.close()

    def came(self, sock, address):
        self.deliver(self.chat.connect(sock, address, time.monotonic()))

    def heard(self, sock, data):
        if data is None:
            self.deliver(self.chat.leave(sock, Reason.LOST))
        else:
            self.deliver(self.chat.receive(sock, data, time.monotonic()))

    def deliver(self, deliveries):
        for delivery in deliveries:
            for sock in delivery.recipients:
                if sock in self.wire.queues and self.wire.push(sock, delivery.lines) > self.chat.limits.max_outbox:
                    self.deliver(self.chat.leave(sock, Reason.SLOW))
                if delivery.last:
                    self.wire.cut(sock)
