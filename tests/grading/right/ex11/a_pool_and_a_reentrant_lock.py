"""The threads come from a pool, and the lock may be taken twice by the thread that has it."""

import contextlib
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep

from chatlab.tcp.chat import TcpChat
from chatlab.tcp.limits import Reason


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.chat = TcpChat(log=lambda line: None)
        self.lock = threading.RLock()
        self.pool = ThreadPoolExecutor(200)
        self.is_open = False
        self.sockets = set()

    def start(self):
        self.is_open = True
        self.door = self.pool.submit(self.accept)

    def close(self):
        if self.is_open:
            self.is_open = False
            with contextlib.suppress(OSError), socket.create_connection(self.listener.getsockname()):
                self.door.result()
            with self.lock:
                self.send(self.chat.close())
                for sock in self.sockets.copy():
                    with contextlib.suppress(OSError):
                        sock.shutdown(socket.SHUT_RDWR)
        self.pool.shutdown(wait=True)
        self.listener.close()

    def accept(self):
        while self.is_open:
            try:
                sock, address = self.listener.accept()
            except OSError:
                sleep(0.05)
                continue
            if self.is_open:
                self.pool.submit(self.serve, sock, address)
            else:
                sock.close()

    def serve(self, sock, address):
        with sock, contextlib.suppress(OSError):
            with self.lock:
                if not self.is_open:
                    return
                self.sockets.add(sock)
                self.send(self.chat.connect(sock, address, monotonic()))
            try:
                for data in iter(lambda: sock.recv(8192), b""):
                    with self.lock:
                        self.send(self.chat.receive(sock, data, monotonic()))
                with self.lock:
                    self.send(self.chat.receive(sock, b"", monotonic()))
            finally:
                with self.lock:
                    self.sockets.discard(sock)
                    self.send(self.chat.leave(sock, Reason.LOST))

    def send(self, deliveries):
        with self.lock:
            for delivery in deliveries:
                for sock in delivery.recipients:
                    try:
                        sock.sendall(delivery.lines)
                    except OSError:
                        self.send(self.chat.leave(sock, Reason.LOST))
                    if delivery.last:
                        with contextlib.suppress(OSError):
                            sock.shutdown(socket.SHUT_RDWR)
