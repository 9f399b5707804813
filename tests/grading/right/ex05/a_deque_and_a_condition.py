"""A queue of my own: a deque, and a condition that says that there is something in it."""

import contextlib
import select
import socket
from collections import deque
from threading import Condition, Thread
from time import monotonic

from chatlab.udp.chat import UdpChat


class Mailbox:
    def __init__(self):
        self.letters = deque()
        self.changed = Condition()
        self.is_closed = False

    def put(self, letter):
        with self.changed:
            self.letters.append(letter)
            self.changed.notify()

    def close(self):
        with self.changed:
            self.is_closed = True
            self.changed.notify_all()

    def __iter__(self):
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.letters or self.is_closed)
                if not self.letters:
                    return
                letter = self.letters.popleft()
            yield letter


class Server:
    def __init__(self, sock):
        self.sock = sock
        self.chat = UdpChat(log=lambda line: None)
        self.arrivals = Mailbox()
        self.running = False
        self.threads = ()

    def start(self):
        self.running = True
        self.threads = (Thread(target=self._in), Thread(target=self._out))
        for each in self.threads:
            each.start()

    def _in(self):
        # The socket is asked only when there is something: so it need not wait, and I look at the flag now and then.
        while self.running:
            readable, _, _ = select.select([self.sock], [], [], 0.25)
            if readable:
                with contextlib.suppress(ConnectionResetError, BlockingIOError):
                    self.arrivals.put(self.sock.recvfrom(100_000))
        self.arrivals.close()

    def _out(self):
        for datagram, address in self.arrivals:
            self._deliver(self.chat.receive(datagram, address, monotonic()))
        self._deliver(self.chat.close())

    def _deliver(self, deliveries):
        for delivery in deliveries:
            [self._post(delivery.datagram, recipient) for recipient in delivery.recipients]

    def _post(self, datagram, recipient):
        try:
            self.sock.sendto(datagram, recipient)
            return True
        except OSError:
            return False

    def stop(self):
        self.running = False
        for each in self.threads:
            each.join()
        self.threads = ()
