"""A connection of which each receive gives only a few bytes, as a network may cut a stream, and each `send` takes few.

What it has not given stays in the system's buffer, and comes with the next receive.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chatlab.grading.for_checks.small_sends import SmallSends

LARGEST = 65_536  # bytes


class SmallReceives(SmallSends):
    """`piece`: how many bytes a receive gives, at most. Python's own documentation of `socket` says what each does."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.piece = LARGEST

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        return super().recv(min(bufsize, self.piece), flags)

    def recvfrom(self, bufsize: int, flags: int = 0) -> tuple[bytes, Any]:
        return super().recvfrom(min(bufsize, self.piece), flags)

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        return super().recv_into(buffer, min(nbytes or memoryview(buffer).nbytes, self.piece), flags)

    def recvfrom_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> tuple[int, Any]:
        return super().recvfrom_into(buffer, min(nbytes or memoryview(buffer).nbytes, self.piece), flags)

    def recvmsg(self, bufsize: int, ancbufsize: int = 0, flags: int = 0) -> tuple[bytes, list[Any], int, Any]:
        return self.recv(bufsize, flags), [], 0, None

    def recvmsg_into(
        self, buffers: Iterable[Any], ancbufsize: int = 0, flags: int = 0
    ) -> tuple[int, list[Any], int, Any]:
        return self.recv_into(next(iter(buffers)), flags=flags), [], 0, None

    def dup(self) -> SmallReceives:
        twin = super().dup()
        assert isinstance(twin, SmallReceives)
        twin.piece = self.piece
        return twin
