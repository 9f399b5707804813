"""The Outbox of ex13 between a talk and two readers, one of whom reads nothing: a line for each step of it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from chatlab.panels.slow_reader.capacity import connected
from chatlab.room.errors import CantUse

SMALL = 4096  # bytes of a kernel's buffer
SHOWN = 12  # lines of the table
CELLS = 16  # of a bar
ALL = 1 << 20
PATIENCE = 2.0  # seconds
OUT = "(out: put has answered False. What waited by then is still sent when there is room, so the bytes may fall.)"


class Reader:
    """Somebody for whom an outbox of the learner's holds what is to come, `limit` bytes of it at most.

    `ends`: of the connection, ours and the reader's. `taken`: lines that `put` took. `waits`: bytes that it holds.
    `is_in`: it has not refused a line yet.
    """

    def __init__(self, outbox: Any, limit: int, ends: tuple[socket.socket, socket.socket]) -> None:
        self._outbox = outbox
        self._limit = limit
        self._ours, self._theirs = ends
        self._theirs.setblocking(False)
        self.is_in = True
        self.taken = self.waits = 0
        self.arrived = b""

    def tell(self, line: bytes) -> None:
        """Raises CantUse if the outbox answers what the stub does not say."""
        if self.is_in:
            answer = self._outbox.put(line)
            if not isinstance(answer, bool):
                raise CantUse(f"put answered {answer!r}: True or False is wanted")
            self.is_in = answer
            self.taken += answer
        self.flush()

    def flush(self) -> None:
        waits = self._outbox.flush(self._ours)
        if not isinstance(waits, int):
            raise CantUse(f"flush answered {waits!r}: the number of bytes that wait is wanted")
        self.waits = waits

    def read(self) -> None:
        """What is there."""
        with suppress(BlockingIOError):
            self.arrived += self._theirs.recv(ALL)

    def read_all(self) -> None:
        """And what still waits."""
        while self.waits:
            self.read()
            self.flush()
        self._theirs.settimeout(PATIENCE)
        with suppress(OSError):  # the learner's code has ended the connection
            self._ours.shutdown(socket.SHUT_WR)
            while data := self._theirs.recv(ALL):
                self.arrived += data

    def __str__(self) -> str:
        full = min(CELLS, CELLS * self.waits // max(1, self._limit))
        bar = "█" * full + "░" * (CELLS - full)
        return f"{bar} {self.waits:>6,} bytes" + ("" if self.is_in else ", out")


def tell_two(learner: Any, limit: int, lines: int) -> None:
    """Say `lines` lines to both. Prints what waits for each, and what each has got in the end."""
    talk = [b"ada: this is line %d of a long talk\n" % number for number in range(1, lines + 1)]
    with _readers(learner, limit) as (quick, slow):
        print(f"{'line':>6}  {'for the quick reader':36}for the slow one")
        for number, line in enumerate(talk, 1):
            was_in = slow.is_in
            quick.tell(line)
            slow.tell(line)
            quick.read()
            if number % max(1, lines // SHOWN) == 0 or slow.is_in != was_in:
                print(f"{number:>6}  {quick!s:36}{slow}")
        if not slow.is_in:
            print(OUT)
        for reader, name in (quick, "The quick reader"), (slow, "The slow one reads at last, and"):
            reader.read_all()
            came = reader.arrived.splitlines(keepends=True)
            whole = "whole and in order" if came == talk[: len(came)] else "but not as they were said"
            print(f"{name} has got {len(came)} of {lines} lines, {whole}.")


@contextmanager
def _readers(learner: Any, limit: int) -> Iterator[tuple[Reader, Reader]]:
    with ExitStack() as stack:
        ends = [stack.enter_context(connected(SMALL, SMALL)) for _ in range(2)]
        yield Reader(learner.Outbox(limit), limit, ends[0]), Reader(learner.Outbox(limit), limit, ends[1])
