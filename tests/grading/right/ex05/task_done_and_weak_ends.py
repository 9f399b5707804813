"""stop waits for the queue to be empty (Queue.join) before it ends the second thread."""

import contextlib
import socket
import threading
import time
from functools import partial
from itertools import chain, product
from queue import Queue

from chatlab.room.addresses import Address
from chatlab.udp.chat import UdpChat

TICK = 0.15


class Server:
    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.chat = UdpChat(log=lambda line: None)
        self.arrivals: Queue[tuple[bytes, Address] | None] = Queue()
        self._more = True
        self._started: list[threading.Thread] = []

    def start(self) -> None:
        self.sock.settimeout(TICK)
        self._started = [threading.Thread(target=self._put_all), threading.Thread(target=self._take_all)]
        for thread in self._started:
            thread.start()

    def stop(self) -> None:
        threads, self._started = self._started, []
        if threads:
            self._more = False
            threads[0].join()
            self.arrivals.join()
            self.arrivals.put(None)
            threads[1].join()

    def _put_all(self) -> None:
        while self._more:
            with contextlib.suppress(TimeoutError, ConnectionResetError):
                self.arrivals.put(self.sock.recvfrom(65_507))

    def _take_all(self) -> None:
        for arrival in iter(self.arrivals.get, None):
            try:
                self._send_all(partial(self.chat.receive, *arrival, time.monotonic()))
            finally:
                self.arrivals.task_done()
        self._send_all(self.chat.close)

    def _send_all(self, ask) -> None:
        pairs = chain.from_iterable(product([delivery.datagram], delivery.recipients) for delivery in ask())
        for datagram, recipient in pairs:
            with contextlib.suppress(OSError):
                self.sock.sendto(datagram, recipient)
