# expects: UdpChat.receive() missing 1 required positional argument: 'now'
import socket
import threading
import time
from queue import Queue

from chatlab.udp.chat import UdpChat


class Server:
    def __init__(self, sock):
        self.sock = sock
        self.chat = UdpChat(log=lambda line: None)
        self.arrivals = Queue()
        self.stopping = threading.Event()
        self.threads = []

    def start(self):
        self.sock.settimeout(0.2)
        self.threads = [threading.Thread(target=self.receive), threading.Thread(target=self.serve)]
        for thread in self.threads:
            thread.start()

    def receive(self):
        while not self.stopping.is_set():
            try:
                self.arrivals.put(self.sock.recvfrom(65_507))
            except (TimeoutError, ConnectionResetError):
                pass
        self.arrivals.put(None)

    def serve(self):
        while True:
            item = self.arrivals.get()
            if item is None or self.stopping.is_set():
                break
            self.send(self.chat.receive(item, time.monotonic()))
        self.send(self.chat.close())

    def send(self, deliveries):
        for delivery in deliveries:
            for recipient in delivery.recipients:
                try:
                    self.sock.sendto(delivery.datagram, recipient)
                except OSError:
                    pass

    def stop(self):
        if not self.threads:
            return
        self.stopping.set()
        for thread in self.threads:
            thread.join()
