# expects: hand on the one that recvfrom gave
import contextlib
import socket
import threading
import time
from queue import Queue

from chatlab.room.addresses import Address
from chatlab.udp.chat import Delivery, UdpChat

LARGEST_DATAGRAM = 65_507


class Server:

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.chat = UdpChat(log=lambda line: None)
        self.arrivals: Queue[tuple[bytes, Address] | None] = Queue()
        self._stopping = threading.Event()
        self._receiver = threading.Thread(target=self._receive, name="receive", daemon=True)
        self._broadcaster = threading.Thread(target=self._broadcast, name="broadcast", daemon=True)

    def start(self) -> None:
        self._receiver.start()
        self._broadcaster.start()

    def stop(self) -> None:
        if not self._receiver.is_alive():
            return
        self._stopping.set()
        self.sock.sendto(b"", self.sock.getsockname())
        self._receiver.join()
        self._broadcaster.join()

    def _receive(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(ConnectionResetError):
                self.arrivals.put(self.sock.recvfrom(LARGEST_DATAGRAM))
        self.arrivals.put(None)

    def _broadcast(self) -> None:
        while arrival := self.arrivals.get():
            datagram, address = arrival
            self.address = getattr(self, "address", address)
            address = self.address
            self._send(self.chat.receive(datagram, address, time.monotonic()))
        self._send(self.chat.close())

    def _send(self, deliveries: list[Delivery]) -> None:
        for datagram, recipients in deliveries:
            for recipient in recipients:
                with contextlib.suppress(OSError):
                    self.sock.sendto(datagram, recipient)
