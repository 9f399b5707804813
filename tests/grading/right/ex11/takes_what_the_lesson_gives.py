"""The accept of lesson 11, as it stands there, and the rest by the plan of that lesson."""

import contextlib
import socket
import threading
import time

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.limits import Reason


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.chat = TcpChat(log=lambda line: None)
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self.threads = []
        self.acceptor = None

    def start(self):
        self.acceptor = threading.Thread(target=self.accept)
        self.acceptor.start()

    def accept(self):
        while not self.closing.is_set():  # a threading.Event
            try:
                client, address = self.listener.accept()
            except OSError:  # no file descriptor is left, perhaps
                self.closing.wait(0.1)
                continue
            if self.closing.is_set():  # it was close that knocked
                client.close()
                return
            thread = threading.Thread(target=self.serve, args=(client, address))
            self.threads.append(thread)
            thread.start()

    def serve(self, client, address):
        with self.lock:
            self.deliver(self.chat.connect(client, address, time.monotonic()))
        try:
            while data := client.recv(4096):
                with self.lock:
                    self.deliver(self.chat.receive(client, data, time.monotonic()))
            with self.lock:
                self.deliver(self.chat.receive(client, b"", time.monotonic()))
        except OSError:
            with self.lock:
                self.deliver(self.chat.leave(client, Reason.LOST))
        client.close()

    def deliver(self, deliveries):
        todo = list(deliveries)
        while todo:
            delivery = todo.pop(0)
            for recipient in delivery.recipients:
                try:
                    recipient.sendall(delivery.lines)
                    if delivery.last:
                        recipient.shutdown(socket.SHUT_RDWR)
                except OSError:
                    todo.extend(self.chat.leave(recipient, Reason.LOST))

    def close(self):
        if self.acceptor is not None and not self.closing.is_set():
            self.closing.set()
            with contextlib.suppress(OSError):
                socket.create_connection(self.listener.getsockname(), timeout=1).close()
            self.acceptor.join()
            with self.lock:
                self.deliver(self.chat.close())
            for thread in self.threads:
                thread.join()
        self.listener.close()
