"""Two jobs of a pool; stop waits for the result of each, while the threads of the pool live on."""

from concurrent.futures import ThreadPoolExecutor
import socket
import threading
import time
from queue import Queue

from chatlab.room.addresses import Address
from chatlab.udp.chat import UdpChat


class Server:
    """Zwei Fäden aus einem Vorrat."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.chat = UdpChat(log=lambda line: None)
        self.arrivals: Queue[tuple[bytes, Address]] = Queue()
        self.pool = None
        self.closing = False

    def start(self):
        self.closing = False
        self.pool = ThreadPoolExecutor(max_workers=2)
        self.jobs = [self.pool.submit(job) for job in (self.incoming, self.outgoing)]

    def incoming(self):
        room = bytearray(65_507)
        while not self.closing:
            try:
                n, address = self.sock.recvfrom_into(room)
                self.arrivals.put((bytes(room[:n]), address))
            except ConnectionResetError:
                pass

    def outgoing(self):
        while True:
            datagram, address = self.arrivals.get()
            last = self.closing
            if last:
                deliveries = self.chat.close()
            else:
                deliveries = self.chat.receive(datagram, address, time.monotonic())
            for datagram, recipients in deliveries:
                for recipient in recipients:
                    try:
                        self.sock.sendto(datagram, recipient)
                    except OSError as error:
                        print("not sent:", error)
            if last:
                return

    def stop(self):
        if self.pool is None:
            return
        self.closing = True
        self.sock.sendto(b"", ("127.0.0.1", self.sock.getsockname()[1]))
        self.arrivals.put((b"", None))
        for job in self.jobs:
            job.result()
        self.pool.shutdown()
        self.pool = None
