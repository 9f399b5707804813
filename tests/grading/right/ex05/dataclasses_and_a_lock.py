"""What is in the queue has names; a lock makes stop safe from two threads at once. A long one."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from queue import Empty, Queue

from chatlab.room.addresses import Address
from chatlab.udp.chat import Delivery, UdpChat

log = logging.getLogger(__name__)


class State(Enum):
    NEW = auto()
    RUNNING = auto()
    STOPPED = auto()


@dataclass(frozen=True)
class Arrival:
    datagram: bytes
    address: Address
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Stop:
    pass


class Server:
    """A chatroom at `sock`, which is a UDP socket and is bound. It stays open: who opened it closes it."""

    LARGEST = 1 << 16

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.chat = UdpChat(log=lambda line: None)
        self.arrivals: Queue[Arrival | Stop] = Queue()
        self._state = State.NEW
        self._lock = threading.RLock()
        self._threads: dict[str, threading.Thread] = {}

    def start(self) -> None:
        with self._lock:
            if self._state is not State.NEW:
                return
            self._state = State.RUNNING
            for name, target in {"in": self._receive_all, "out": self._serve_all}.items():
                thread = threading.Thread(target=target, name=name)
                self._threads[name] = thread
                thread.start()

    def _receive_all(self) -> None:
        try:
            while self._state is State.RUNNING:
                try:
                    datagram, address = self.sock.recvfrom(self.LARGEST)
                except ConnectionResetError:
                    log.debug("somebody is gone")
                except OSError as error:
                    log.debug("%s", error)
                else:
                    self.arrivals.put(Arrival(datagram, address))
        finally:
            self.arrivals.put(Stop())

    def _serve_all(self) -> None:
        while True:
            try:
                item = self.arrivals.get(timeout=1)
            except Empty:
                continue
            if isinstance(item, Stop):
                break
            self._send(self.chat.receive(item.datagram, item.address, time.monotonic()))
        self._send(self.chat.close())

    def _send(self, deliveries: Iterable[Delivery]) -> None:
        for delivery in deliveries:
            for recipient in delivery.recipients:
                self._send_one(delivery.datagram, recipient)

    def _send_one(self, datagram: bytes, recipient: Address) -> None:
        try:
            self.sock.sendto(datagram, recipient)
        except OSError as error:
            log.debug("%s can't be reached: %s", recipient, error)

    def stop(self) -> None:
        with self._lock:
            if self._state is not State.RUNNING:
                return
            self._state = State.STOPPED
        host, port = self.sock.getsockname()[:2]
        self.sock.sendto(b"\x00", ("127.0.0.1" if host == "0.0.0.0" else host, port))
        current = threading.current_thread()
        for thread in self._threads.values():
            if thread is not current:
                thread.join()
