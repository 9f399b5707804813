"""One thread for all, with a selector and a pair of sockets to wake it."""

import selectors
import socket
import threading
import time

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.limits import Reason


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.chat = TcpChat(log=lambda line: None)
        self.waiter = self.waker = self.thread = None
        self.rest = {}

    def start(self):
        self.listener.setblocking(False)
        self.waiter, self.waker = socket.socketpair()
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.waiter, selectors.EVENT_READ)
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.thread = threading.Thread(target=self.loop)
        self.thread.start()

    def close(self):
        if self.thread is not None:
            self.waker.send(b"!")
            self.thread.join()
            self.thread = None
            self.waker.close()
        self.listener.close()

    def loop(self):
        while True:
            ready = [key.fileobj for key, _ in self.selector.select()]
            if self.waiter in ready:
                break
            for sock in ready:
                if sock is self.listener:
                    self.welcome()
                elif sock in self.rest:
                    self.hear(sock)
        self.answer(self.chat.close())
        for sock in list(self.rest):
            self.drop(sock)
        self.selector.close()
        self.waiter.close()

    def welcome(self):
        try:
            sock, address = self.listener.accept()
        except BlockingIOError:
            return
        except OSError:
            time.sleep(0.02)
            return
        self.rest[sock] = b""
        self.selector.register(sock, selectors.EVENT_READ)
        self.answer(self.chat.connect(sock, address, time.monotonic()))

    def hear(self, sock):
        try:
            data = sock.recv(65536)
        except OSError:
            self.answer(self.chat.leave(sock, Reason.LOST))
            self.drop(sock)
        else:
            self.answer(self.chat.receive(sock, data, time.monotonic()))

    def answer(self, deliveries):
        for delivery in deliveries:
            for sock in delivery.recipients:
                if sock not in self.rest:
                    continue
                try:
                    sock.sendall(delivery.lines)
                except OSError:
                    self.answer(self.chat.leave(sock, Reason.LOST))
                    self.drop(sock)
                if delivery.last:
                    self.drop(sock)

    def drop(self, sock):
        if self.rest.pop(sock, None) is not None:
            self.selector.unregister(sock)
            sock.close()
