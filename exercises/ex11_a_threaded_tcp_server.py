"""ex11 A threaded TCP server. About 45 minutes. Lesson: notebooks/11_many_clients.ipynb

The room itself is there: `TcpChat` cuts lines, asks for nicknames, and knows who hears what. You write what moves the
bytes: a thread that accepts, a thread for each client, and one room that all of them share.
"""

import socket

from chatlab.tcp.chat import TcpChat


class Server:
    """A chatroom at `listener`, a TCP socket that listens. It is the server's from now on."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.chat: TcpChat[socket.socket] = TcpChat(log=lambda line: None)

    def start(self) -> None:
        """Start a thread that accepts, and return at once. Each client gets a thread of its own.

        The room is asked, with a client's socket as its name, and time.monotonic() as the time `now`:
        - self.chat.connect(client, address, now) for each that was accepted;
        - self.chat.receive(client, data, now) for all that recv gives; b"" is the end of its stream;
        - self.chat.leave(client, Reason.LOST) if recv or a send raises an OSError; it may be asked more than once.
          Reason is in chatlab.tcp.limits.
        One thread at a time asks it.

        Each time it answers a list of Delivery: send all of its `lines`, bytes that may be several lines, to each of
        its `recipients`, a line never in the midst of another. When it is the `last`, the connection of its recipient
        ends with it. An OSError is about one client: the others get theirs. A client that says nothing keeps nobody
        waiting.

        Whatever OSError accept raises, as when no file descriptor is left, wait a moment, and accept again.
        (self.chat.tick is not asked for, and who does not read may keep the others waiting: that is lesson 13.)
        """
        # TODO: start the thread here; end all in close. You may add methods, and lines to __init__.
        raise NotImplementedError

    def close(self) -> None:
        """Send what self.chat.close() answers, close the listener and all connections, and return when all threads
        have ended: within a second, whoever is in the room.

        To close what is closed, or never started, does nothing but close the listener.
        """
        raise NotImplementedError
