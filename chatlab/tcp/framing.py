"""Bytes to lines: TCP carries a stream of bytes and cuts it where it likes, so each side finds the lines again. Pure.

    the next bytes of the stream           `take`
    a newline within the first `limit`     returns the bytes before it, without a `\\r` at their end
    `limit` bytes without a newline        raises LineTooLong, now and ever after
    fewer bytes, and no newline            keeps them until there are more

A line's length counts its newline. If all lines are taken that there are, the buffer holds less than `limit` bytes.
Bytes that no newline follows when the stream ends were a message cut short: nobody sees them. Decoding comes after
framing, since a cut can go through the middle of a letter.
"""

from __future__ import annotations

import math

from chatlab.room.errors import LineTooLong


class LineBuffer:
    """The bytes of a stream that nobody has taken yet. `limit`: bytes of a line, newline included; at least 1.

    `ready`: whether `take` would return a line, or raise.
    """

    __slots__ = ("_bytes", "_searched", "limit", "ready")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.ready = False
        self._bytes = bytearray()
        self._searched = 0  # the number of bytes at the start that are known to hold no newline

    def __len__(self) -> int:
        return len(self._bytes)

    def take(self, data: bytes = b"", most: float = math.inf) -> list[bytes]:
        """Add what the stream brought, and take the whole lines that there are, at most `most`, without their ends.

        Raises LineTooLong if a line is too long, once those before it have been taken.
        """
        buffer = self._bytes
        buffer += data
        lines: list[bytes] = []
        start, search = 0, self._searched
        while len(lines) < most and (end := buffer.find(b"\n", search, start + self.limit)) >= 0:
            lines.append(bytes(buffer[start:end]).removesuffix(b"\r"))
            start = search = end + 1
        del buffer[:start]
        if len(lines) < most:
            self._searched = len(buffer)
            self.ready = len(buffer) >= self.limit
            if self.ready and not lines:
                raise LineTooLong(f"a line has at most {self.limit} bytes")
        else:
            self._searched = 0
            self.ready = b"\n" in buffer or len(buffer) >= self.limit
        return lines

    def next_line(self) -> bytes:
        """The next line, or as much of it as there is, with its end. It stays in the buffer."""
        return bytes(self._bytes[: self._bytes.find(b"\n") + 1 or None])
