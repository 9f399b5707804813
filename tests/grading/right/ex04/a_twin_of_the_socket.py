from __future__ import annotations

import socket
import threading
from collections import deque
from dataclasses import dataclass, field
from queue import Queue


@dataclass
class Receiver:
    sock: socket.socket
    messages: Queue[bytes] = field(default_factory=Queue)
    threads: deque[threading.Thread] = field(default_factory=deque, repr=False)
    stopping: threading.Event = field(default_factory=threading.Event, repr=False)

    def start(self) -> None:
        thread = threading.Thread(target=self.receive, args=(self.sock.dup(),))
        self.threads.append(thread)
        thread.start()

    def receive(self, twin: socket.socket) -> None:
        with twin:
            twin.settimeout(0.3)
            while not self.stopping.is_set():
                try:
                    datagram = twin.recv(65_507)
                except OSError:  # nothing came, or a port somewhere is closed
                    continue
                self.messages.put(datagram)

    def stop(self) -> None:
        self.stopping.set()
        while self.threads:
            self.threads.pop().join()
