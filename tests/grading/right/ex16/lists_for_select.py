"""select.select with three lists, bytes for outboxes, and a flag that is looked at five times a second."""

import select
import threading
import time

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.limits import Reason


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.chat = TcpChat(log=lambda line: None)
        self.thread = None
        self.stop = False

    def start(self):
        self.listener.settimeout(0)
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def close(self):
        self.stop = True
        if self.thread:
            self.thread.join()
        self.listener.close()

    def run(self):
        self.rest = {}
        while not self.stop:
            writers = [c for c, rest in self.rest.items() if rest]
            readable, writable, _ = select.select([self.listener, *self.rest], writers, [], 0.2)
            for c in writable:
                self.write(c)
            for c in readable:
                if c is self.listener:
                    self.accept()
                elif c in self.rest:
                    self.read(c)
        self.tell(self.chat.close())
        for c in list(self.rest):
            self.drop(c)

    def accept(self):
        try:
            c, address = self.listener.accept()
        except OSError:
            return
        c.settimeout(0)
        self.rest[c] = b""
        self.tell(self.chat.connect(c, address, time.monotonic()))

    def read(self, c):
        try:
            self.tell(self.chat.receive(c, c.recv(1000), time.monotonic()))
        except BlockingIOError:
            pass
        except OSError:
            self.lose(c)

    def tell(self, deliveries):
        for d in deliveries:
            for c in d.recipients:
                if c in self.rest:
                    self.rest[c] += d.lines
                    self.write(c)
                if d.last:
                    self.drop(c)

    def write(self, c):
        try:
            while self.rest.get(c):
                n = c.send(self.rest[c])
                self.rest[c] = self.rest[c][n:]
        except BlockingIOError:
            if len(self.rest[c]) > self.chat.limits.max_outbox:
                self.tell(self.chat.leave(c, Reason.SLOW))
        except OSError:
            self.lose(c)

    def lose(self, c):
        self.drop(c)
        self.tell(self.chat.leave(c, Reason.LOST))

    def drop(self, c):
        if c in self.rest:
            del self.rest[c]
            c.close()
