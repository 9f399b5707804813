"""What a learner's code prints: only the end is kept, and code that prints for ever is stopped."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

FLOOD = 1_000_000  # bytes
KEPT = 8_000


class Flood(BaseException):
    """The call printed more than FLOOD characters; raised in the line that prints. No `except Exception` stops it."""


class End(io.RawIOBase):
    """A file that keeps its last KEPT bytes. More than FLOOD bytes raise Flood."""

    def __init__(self) -> None:
        self.size = 0
        self.kept = b""

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer) -> int:
        written = bytes(data)
        self.size += len(written)
        self.kept = (self.kept + written)[-KEPT:]
        if self.size > FLOOD:
            raise Flood
        return len(written)


class Printed(io.TextIOWrapper):
    """What a call prints to standard output and standard error; only the end is kept."""

    def __init__(self) -> None:
        self._end = End()
        super().__init__(self._end, "utf-8", "replace", newline="\n", write_through=True)  # type: ignore[arg-type]  # wants a name

    @property
    def size(self) -> int:
        """In bytes."""
        return self._end.size

    @property
    def text(self) -> str:
        """The end of what was printed."""
        return self._end.kept.decode("utf-8", "replace")
