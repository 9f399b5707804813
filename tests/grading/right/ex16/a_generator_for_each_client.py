"""Each client is a generator that yields until it can go on: coroutines, made by hand."""

import selectors
import socket
import threading
from selectors import EVENT_READ, EVENT_WRITE
from time import monotonic

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.limits import Reason


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.chat = TcpChat(log=lambda line: None)
        self.parts = []

    def start(self):
        self.listener.setblocking(False)
        ring, heard = socket.socketpair()
        thread = threading.Thread(target=self.serve, args=(heard,), name="everything")
        self.parts = [ring, thread]
        thread.start()

    def close(self):
        if self.parts:
            ring, thread = self.parts
            ring.close()  # its other end can be read then
            thread.join()
            self.parts = []
        self.listener.close()

    def serve(self, heard):
        self.waits, self.steps, self.out = {}, {}, []
        with selectors.DefaultSelector() as self.selector, heard:
            self.selector.register(heard, EVENT_READ)
            self.selector.register(self.listener, EVENT_READ)
            rung = False
            while not rung:
                for key, events in self.selector.select():
                    sock = key.fileobj
                    if sock is heard:
                        rung = True
                    elif sock is self.listener:
                        self.let_in()
                    elif sock in self.steps:
                        if events & EVENT_WRITE:
                            self.push(sock)
                        if sock in self.steps and events & EVENT_READ:
                            next(self.steps[sock], None)
                self.tell()
            self.out += self.chat.close()
            self.tell()

    def let_in(self):
        try:
            sock, address = self.listener.accept()
        except OSError:
            return
        sock.setblocking(False)
        self.waits[sock], self.steps[sock] = bytearray(), self.life(sock, address)
        self.selector.register(sock, EVENT_READ)
        next(self.steps[sock])

    def life(self, sock, address):
        self.out += self.chat.connect(sock, address, monotonic())
        while True:
            yield
            try:
                data = sock.recv(8192)
            except BlockingIOError:
                continue
            except OSError:
                self.lose(sock)
                return
            self.out += self.chat.receive(sock, data, monotonic())

    def tell(self):
        while self.out:
            delivery, *self.out = self.out
            for sock in delivery.recipients:
                if sock in self.waits:
                    self.waits[sock] += delivery.lines
                    self.push(sock)
                if delivery.last:
                    self.forget(sock)

    def push(self, sock):
        waits = self.waits[sock]
        try:
            while waits:
                del waits[: sock.send(waits)]
        except BlockingIOError:
            pass
        except OSError:
            self.lose(sock)
            return
        self.selector.modify(sock, EVENT_READ | (EVENT_WRITE * bool(waits)))
        if len(waits) > self.chat.limits.max_outbox:
            self.out += self.chat.leave(sock, Reason.SLOW)

    def lose(self, sock):
        self.out += self.chat.leave(sock, Reason.LOST)
        self.forget(sock)

    def forget(self, sock):
        if sock in self.waits:
            del self.waits[sock], self.steps[sock]
            self.selector.unregister(sock)
            sock.close()
