# expects: It is start() that starts the threads
import socket
import threading
import time
from queue import Empty, Queue

from chatlab.udp.chat import UdpChat


class Server:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.chat = UdpChat(log=lambda line: None)
        self.arrivals = Queue()
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.receive), threading.Thread(target=self.answer)]
        for thread in self.threads:
            thread.start()

    def start(self) -> None:
        pass

    def receive(self):
        self.sock.settimeout(0.2)
        while not self.stopping.is_set():
            try:
                arrival = self.sock.recvfrom(65507)
            except (TimeoutError, ConnectionResetError):
                continue
            self.arrivals.put(arrival)
        self.arrivals.put(None)

    def answer(self):
        while True:
            arrival = self.arrivals.get()
            if arrival is None:
                break
            datagram, address = arrival
            self.send(self.chat.receive(datagram, address, time.monotonic()))
        self.send(self.chat.close())

    def send(self, deliveries):
        for delivery in deliveries:
            for recipient in delivery.recipients:
                try:
                    self.sock.sendto(delivery.datagram, recipient)
                except OSError:
                    pass

    def stop(self) -> None:
        if not self.threads:
            return
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        self.threads = []
