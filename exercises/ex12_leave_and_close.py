"""ex12 Leave and close. About 35 minutes. Lesson: notebooks/12_goodbyes.ipynb

One end of a TCP connection. It hears how the other side ends, and can end itself in two ways: politely, or at once.
"""

import socket
from collections.abc import Callable

ENDED = "ended"  # the other side says no more: recv gives b""
RESET = "reset"  # the connection is broken off: recv raises ConnectionResetError


class Connection:
    """Receives at `sock`, a connected TCP socket, in a thread of its own. Others send by `sock`.

    The thread calls on_data with the bytes that come, in their order. When the other side has ended, it calls on_end,
    once: with ENDED, behind the last bytes, or with RESET. Even then `sock` stays open: we may have something to say.
    While nothing comes, and after the end, nothing turns round and round.
    """

    def __init__(
        self, sock: socket.socket, on_data: Callable[[bytes], object], on_end: Callable[[str], object]
    ) -> None:
        # TODO: write start, then close, then leave. You may add methods.
        raise NotImplementedError

    def start(self) -> None:
        """Start the thread, and return at once."""
        raise NotImplementedError

    def leave(self, patience: float = 0.5) -> None:
        """Say goodbye: the other side gets all that was sent before, and then the end (b"").

        What it still says goes to on_data, until it ends as well; after `patience` seconds that is over, whatever the
        other side does. Then close. Neither on_data nor on_end calls leave.
        """
        raise NotImplementedError

    def close(self) -> None:
        """End at once: when close returns, within a second, the thread has ended and `sock` is closed.

        It may be called while leave waits. on_data and on_end may call it, too: the thread then ends when they return.
        From then on, on_data gets nothing more. Our own end is no news: on_end is not told of it.

        What is closed, or was reset, or was never started, can be closed and left as well.
        """
        raise NotImplementedError
