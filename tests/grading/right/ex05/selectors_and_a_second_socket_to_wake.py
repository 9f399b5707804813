"""A selector waits for two sockets: the room's, and one that stop() sends a word to."""

import selectors
import socket
import threading
import time
from queue import Queue

from chatlab.room.addresses import Address
from chatlab.udp.chat import UdpChat


class Server:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.chat = UdpChat(log=lambda line: None)
        self.arrivals: Queue[tuple[bytes, Address]] = Queue()
        self.threads: list[threading.Thread] = []

    def start(self) -> None:
        self.bell = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.bell.bind(("127.0.0.1", 0))
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.sock, selectors.EVENT_READ, "room")
        self.selector.register(self.bell, selectors.EVENT_READ, "bell")
        self.threads = [threading.Thread(target=self.listen), threading.Thread(target=self.work)]
        for thread in self.threads:
            thread.start()

    def listen(self) -> None:
        while True:
            for key, _ in self.selector.select():
                if key.data == "bell":
                    self.arrivals.put((b"", ()))
                    return
                try:
                    datagram, address = self.sock.recvfrom(65535)
                except OSError:
                    continue
                self.arrivals.put((datagram, address))

    def work(self) -> None:
        while True:
            datagram, address = self.arrivals.get()
            if address == ():
                break
            self.answer(self.chat.receive(datagram, address, time.monotonic()))
        self.answer(self.chat.close())

    def answer(self, deliveries) -> None:
        for delivery in deliveries:
            for recipient in delivery.recipients:
                try:
                    self.sock.sendto(delivery.datagram, recipient)
                except OSError:
                    pass

    def stop(self) -> None:
        if not self.threads:
            return
        self.bell.sendto(b"!", self.bell.getsockname())
        for thread in self.threads:
            thread.join()
        self.threads = []
        self.selector.close()
        self.bell.close()
