"""Each thread is a class of its own; both look at one event, five times a second."""

import queue
import socket
import threading
from time import monotonic

from chatlab.udp.chat import UdpChat


class Receiver(threading.Thread):
    def __init__(self, server: "Server") -> None:
        super().__init__(daemon=True)
        self.server = server
        self.buffer = bytearray(70_000)

    def run(self) -> None:
        while not self.server.over.is_set():
            try:
                size, sender = self.server.sock.recvfrom_into(self.buffer)
            except (socket.timeout, ConnectionError):
                continue
            self.server.arrivals.put((bytes(self.buffer[:size]), sender))


class Worker(threading.Thread):
    def __init__(self, server: "Server") -> None:
        super().__init__(daemon=True)
        self.server = server

    def run(self) -> None:
        server = self.server
        while True:
            try:
                item = server.arrivals.get(True, 0.1)
            except queue.Empty:
                if server.over.is_set():
                    break
                continue
            server.send_all(server.chat.receive(item[0], item[1], now=monotonic()))
        server.send_all(server.chat.close())


class Server:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.chat = UdpChat(log=lambda line: None)
        self.arrivals: queue.Queue = queue.Queue()
        self.over = threading.Event()
        self.receiver, self.worker = Receiver(self), Worker(self)

    def start(self) -> None:
        self.sock.settimeout(0.2)
        self.receiver.start()
        self.worker.start()

    def send_all(self, deliveries) -> None:
        todo = [(d.datagram, who) for d in deliveries for who in d.recipients]
        while todo:
            datagram, who = todo.pop(0)
            try:
                self.sock.sendto(datagram, 0, who)
            except OSError as error:
                print("could not reach", who, error)

    def stop(self) -> None:
        self.over.set()
        for thread in (self.receiver, self.worker):
            if thread.ident is not None:
                thread.join()
