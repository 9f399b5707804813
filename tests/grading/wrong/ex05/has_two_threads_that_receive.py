# expects: 2 threads called recvfrom
"""ex05"""

import socket
import threading
import time
from queue import Queue, Empty

from chatlab.room.addresses import Address
from chatlab.udp.chat import UdpChat


class Server:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.chat = UdpChat(log=lambda line: None)
        self.arrivals = Queue()
        self.stopping = threading.Event()
        self.threads = []

    def start(self) -> None:
        self.sock.settimeout(0.2)
        self.threads = [threading.Thread(target=self.receive), threading.Thread(target=self.receive), threading.Thread(target=self.work)]
        for thread in self.threads:
            thread.start()

    def receive(self) -> None:
        while not self.stopping.is_set():
            try:
                arrival = self.sock.recvfrom(65_507)
            except TimeoutError:
                continue
            except ConnectionResetError:
                continue
            self.arrivals.put(arrival)
        self.arrivals.put(None)

    def work(self) -> None:
        while True:
            arrival = self.arrivals.get()
            if arrival is None:
                break
            datagram, address = arrival
            self.send(self.chat.receive(datagram, address, time.monotonic()))
        self.send(self.chat.close())

    def send(self, deliveries) -> None:
        for delivery in deliveries:
            for recipient in delivery.recipients:
                try:
                    self.sock.sendto(delivery.datagram, recipient)
                except OSError:
                    pass

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        self.threads = []
