"""ex13 A bounded outbox. About 30 minutes. Lesson: notebooks/13_slow_readers.ipynb

A room never waits for one reader. What a connection does not take at once waits in an outbox, in the room's memory. An
outbox has a limit: for whom more would have to wait, reads too slowly, and is put out of the room.
"""

import socket

# TODO: write Outbox: first flush for a reader that takes all, then for one that does not; put and its limit last.


class Outbox:
    """The lines that wait for one reader, at most `limit` bytes of them. Each reader has an Outbox of its own."""

    def __init__(self, limit: int) -> None:
        raise NotImplementedError

    def put(self, line: bytes) -> bool:
        """Add `line` behind all that waits, and answer True. `flush` sends it.

        If more than `limit` bytes would wait then, add nothing, not even a part of the line, and answer False: the room
        puts this reader out. From then on every put adds nothing and answers False, even when there is room again, for
        nobody should read a talk with a hole in it.
        """
        raise NotImplementedError

    def flush(self, sock: socket.socket) -> int:
        """Send what waits, from the front, as much as `sock` takes now. Answer how many bytes still wait: 0 if none.

        `sock` is a connected TCP socket that does not block. Its `send` takes as many bytes as there is room for, three
        perhaps, and returns how many these were. Go on until nothing waits, or until there is no room at all: then
        `send` raises BlockingIOError. That is no error: what was not taken waits for the next flush, which goes on at
        just that byte. What waited when a put answered False is sent, too.

        Any other error of `send` says that the reader is lost: let it through, to the room. Leave `sock` as it is.
        """
        raise NotImplementedError
