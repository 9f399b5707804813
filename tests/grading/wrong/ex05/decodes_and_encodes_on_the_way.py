# expects: What arrives may be no text
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
        self.ended = threading.Event()
        self.threads = []

    def start(self) -> None:
        self.ended.clear()
        self.threads = [threading.Thread(target=self.receive), threading.Thread(target=self.answer)]
        for thread in self.threads:
            thread.start()

    def receive(self):
        while True:
            try:
                arrival = self.sock.recvfrom(65507)
            except ConnectionResetError:
                continue
            if self.ended.is_set():
                break
            self.arrivals.put(arrival)
        self.arrivals.put(None)

    def answer(self):
        while (arrival := self.arrivals.get()) is not None:
            datagram, address = arrival
            self.deliver(self.chat.receive(datagram.decode().encode(), address, time.monotonic()))
        self.deliver(self.chat.close())

    def deliver(self, deliveries):
        for datagram, recipients in deliveries:
            for recipient in recipients:
                try:
                    self.sock.sendto(datagram, recipient)
                except OSError:
                    pass

    def stop(self) -> None:
        if not self.threads:
            return
        self.ended.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", ("127.0.0.1", self.sock.getsockname()[1]))
        for thread in self.threads:
            thread.join()
        self.threads = []
