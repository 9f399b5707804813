"""ex04 A receiver that stops. About 30 minutes. Lesson: notebooks/04_threads_and_a_queue.ipynb

A receiving thread is easy to start. This one can also be stopped, at any moment, and leaves nothing behind.
"""

import socket
from queue import Queue


class Receiver:
    """Receives in a thread of its own: each datagram that arrives at `sock` goes into `messages`, as bytes.

    `sock` is a UDP socket and is bound. It stays open: who opened it closes it. While nothing arrives, the thread
    waits; it does not turn round and round.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.messages: Queue[bytes] = Queue()

    def start(self) -> None:
        """Start the thread, and return at once.

        Every datagram is a message, whatever is in it: from no bytes at all to the largest that there is. A
        ConnectionResetError is no reason to stop: on Windows, recvfrom raises one after something was sent to a port
        that nobody has open.
        """
        # TODO: start the thread here; end it in stop. You may add methods, and lines to __init__.
        raise NotImplementedError

    def stop(self) -> None:
        """End the thread, and return when it has ended: within a second, whether or not anything arrives meanwhile.

        To stop what has stopped, or never started, does nothing.
        """
        raise NotImplementedError
