"""What readers have not got yet. Pure.

The kernel buffers for a slow reader, and then no more. What waits after that is counted, so that the server can drop
the reader before it costs too much. A line that waits for a thousand readers is in memory once.
"""

from __future__ import annotations

from collections import deque

# Deliveries that a model joins at most. More would save little, and take memory: each knows all its recipients.
MOST_JOINED = 100
# Bytes that are offered to the kernel at once, or a little more.
PIECE = 16_384


class Outbox:
    """Lines, in the order in which they are to go out. `size`: how many bytes wait."""

    __slots__ = ("_lines", "_piece", "size")

    def __init__(self) -> None:
        self.size = 0
        self._lines: deque[bytes] = deque()
        self._piece = b""  # taken from the lines, and not sent yet

    def put(self, lines: bytes) -> None:
        """Add a line, or some in one piece, at the end."""
        self._lines.append(lines)
        self.size += len(lines)

    def front(self) -> bytes:
        """About PIECE bytes from the front, to be sent; b'' if nothing waits."""
        if not self._piece and self._lines:
            lines = [self._lines.popleft()]
            size = len(lines[0])
            while self._lines and size < PIECE:
                lines.append(self._lines.popleft())
                size += len(lines[-1])
            self._piece = b"".join(lines)
        return self._piece

    def drop(self, count: int) -> None:
        """Forget `count` bytes of what `front` has returned: they are sent."""
        self._piece = self._piece[count:]
        self.size -= count
