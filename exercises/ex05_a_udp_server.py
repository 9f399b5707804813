"""ex05 A UDP server. About 40 minutes. Lesson: notebooks/05_the_udp_server.ipynb

The room itself is there: `UdpChat`, which lesson 03 played by hand. You write what moves the bytes: two threads with a
queue between them, so that receiving never waits for sending.
"""

import socket
from queue import Queue

from chatlab.room.addresses import Address
from chatlab.udp.chat import UdpChat


class Server:
    """A chatroom at `sock`, which is a UDP socket and is bound. It stays open: who opened it closes it."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.chat = UdpChat(log=lambda line: None)
        self.arrivals: Queue[tuple[bytes, Address]] = Queue()

    def start(self) -> None:
        """Start two threads, and return at once.

        One receives, and does no more than put each datagram, with the address that it came from, into the queue. The
        other takes them out, in their order, asks self.chat.receive(datagram, address, time.monotonic()), and sends
        what is answered: a list, in which each Delivery has a datagram and its recipients. Both wait while there is
        nothing to do, for as long as it takes.

        Whatever arrives, the room goes on; also after a ConnectionResetError from recvfrom. An OSError from sendto is
        about one recipient: the others get the datagram all the same. (self.chat.tick is not asked for.)
        """
        # TODO: start the threads here; end them in stop. You may add methods, and lines to __init__.
        raise NotImplementedError

    def stop(self) -> None:
        """Send what self.chat.close() answers, and return when both threads have ended: within a second, whether or
        not anything arrives meanwhile. self.chat is asked by one thread at a time: for its last words, too.

        To stop what has stopped, or never started, does nothing: nothing is sent either.
        """
        raise NotImplementedError
