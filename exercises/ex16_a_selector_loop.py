"""ex16 A selector loop. About 45 minutes. Lesson: notebooks/16_one_thread.ipynb

The server of ex11 once more, and without its threads: one thread waits for all sockets at once. `TcpChat` is the same.
"""

import socket

from chatlab.tcp.chat import TcpChat


class Server:
    """A chatroom at `listener`, a TCP socket that listens. It is the server's from now on."""

    def __init__(self, listener: socket.socket) -> None:
        self.listener = listener
        self.chat: TcpChat[socket.socket] = TcpChat(log=lambda line: None)

    def start(self) -> None:
        """Start one thread, and return at once. It waits for all sockets by a selector, and serves all clients.

        As in ex11 the room is asked, with a client's socket as its name, and time.monotonic() as the time `now`:
        - self.chat.connect(client, address, now) for each that was accepted;
        - self.chat.receive(client, data, now) for all that recv gives; b"" is the end of its stream;
        - self.chat.leave(client, Reason.LOST) if recv or a send raises an OSError.
        And each time it answers a list of Delivery: send all of its `lines` to each of its `recipients`.

        No socket makes the thread wait. That one is ready is only a hint: if recv or accept raises BlockingIOError all
        the same, go on. What a send does not take waits in an outbox (chatlab.tcp.outbox has one, or use yours), in
        order, and goes out when the selector says that there is room. If more than self.chat.limits.max_outbox bytes
        wait for a client, it reads too slowly: ask self.chat.leave(client, Reason.SLOW).

        When a Delivery is the `last`, send as much of it as goes now, and close the connection. Nobody waits for the
        rest. Who was lost in this turn may have been ready in it, too.

        While nothing happens, the thread rests. (self.chat.tick is not asked for.)
        """
        # TODO: make the selector here, and the sockets that wake it. You may add methods, and lines to __init__.
        raise NotImplementedError

    def close(self) -> None:
        """Wake the thread. It sends what self.chat.close() answers, and closes all connections. Return when it has
        ended, within a second, whoever is in the room; the listener is closed then.

        To close what is closed, or never started, does nothing but close the listener.
        """
        raise NotImplementedError
