"""Bytes to lines: TCP carries a stream of bytes and cuts it where it likes, so each side finds the lines again. Pure.

    in the buffer                          a look at it says
    a newline within the first `limit`     ready; next_line takes the bytes before it, without a `\\r` at their end
    `limit` bytes without a newline        ready; next_line raises LineTooLong, and for ever
    fewer bytes, and no newline            not ready: feed more

A line's length counts its newline. What is buffered is bounded by `limit` and what was fed last, as long as one feeds
only what is not ready. Bytes that no newline follows when the stream ends were a message cut short: nobody sees them.
Decoding comes after framing, since a cut can go through the middle of a letter. Lesson 08 builds it.
"""

from __future__ import annotations

from chatlab.room.errors import LineTooLong


class LineBuffer:
    """The bytes of a stream that are no line yet. `limit`: bytes of a line, newline included; at least 1."""

    __slots__ = ("_bytes", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._bytes = bytearray()

    def feed(self, data: bytes) -> None:
        """Add what the stream brought."""
        self._bytes += data

    @property
    def ready(self) -> bool:
        """Whether next_line has something to say."""
        return b"\n" in self._bytes or len(self._bytes) >= self.limit

    def next_line(self) -> bytes:
        """Take the next whole line, without its end; to be called when ready. Raises LineTooLong."""
        end = self._bytes.find(b"\n", 0, self.limit)
        if end < 0:
            raise LineTooLong(f"a line has at most {self.limit} bytes")
        line = bytes(self._bytes[:end])
        del self._bytes[: end + 1]
        return line.removesuffix(b"\r")
