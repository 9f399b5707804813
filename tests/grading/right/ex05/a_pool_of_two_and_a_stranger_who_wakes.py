"""concurrent.futures starts the threads; a second socket wakes the first, at its own address."""

import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Queue

from chatlab.room.addresses import Address
from chatlab.udp.chat import UdpChat


class Server:
    """A chatroom at `sock`."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.chat = UdpChat(log=lambda line: None)
        self.arrivals: Queue[tuple[bytes, Address] | object] = Queue()
        self.the_end = object()
        self.stopped = False
        self.pool: ThreadPoolExecutor | None = None
        self.jobs: list[Future[None]] = []

    def start(self) -> None:
        self.pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="room")
        self.jobs = [self.pool.submit(self.receive), self.pool.submit(self.serve)]

    def receive(self) -> None:
        while True:
            try:
                arrival = self.sock.recvfrom(65_507)
            except ConnectionResetError:
                continue
            if self.stopped:
                self.arrivals.put(self.the_end)
                return
            self.arrivals.put(arrival)

    def serve(self) -> None:
        while (arrival := self.arrivals.get()) is not self.the_end:
            self.send(self.chat.receive(*arrival, time.monotonic()))
        self.send(self.chat.close())

    def send(self, answers) -> None:
        for answer in answers:
            for one in answer.recipients:
                try:
                    self.sock.sendto(answer.datagram, one)
                except OSError:
                    continue

    def stop(self) -> None:
        if self.pool is None or self.stopped:
            return
        self.stopped = True
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"wake up", self.sock.getsockname())
        self.pool.shutdown(wait=True)
        for job in self.jobs:
            job.result()
