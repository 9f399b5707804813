"""A client's connection through the stream relay: one to the client, one to the server, and a stream each way.

    hear      read what a side says, and cut it into pieces
    deliver   write each piece to the other side when it is due

Between the two is a queue. Where it is full nothing more is read, so the system's buffers fill, and the sender waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys
import time
from collections.abc import Callable, Coroutine
from typing import NamedTuple

from chatlab.tcp.sockets import LINGER, RECEIVE_BYTES
from chatlab.tcp.weather.pieces import Piece, Stream, StreamWeather, Trouble

# Pieces of one direction that may be under way.
MOST_UNDER_WAY = 1000
# Behind the last piece of a stream.
END = Piece(b"", 0.0)
# How a connection has ended, for people.
_ENDS = {Trouble.NONE: "both sides have ended", Trouble.CUT: "cut", Trouble.RESET: "reset"}
# On, for 0 seconds: to close a socket with this SO_LINGER resets the connection (socket(7)). Windows has shorts in it.
RESET_AT_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class Side(NamedTuple):
    """One of the two connections."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def end(self) -> None:
        """Say no more (FIN)."""
        with contextlib.suppress(OSError):  # it is lost already
            self.writer.write_eof()

    def reset(self) -> None:
        """Say that the connection is lost (RST), and nothing before it."""
        sock = self.writer.get_extra_info("socket")
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        self.close()
        sock._sock.close()  # asyncio, which would do it later, says an orderly end (FIN) first on Windows

    def close(self) -> None:
        """Without a word more. It awaits nothing, so that whoever closes two sides closes both, cancelled or not."""
        self.writer.transport.abort()

    async def hear_out(self) -> None:
        """Read to the end. What is closed with bytes unread is reset, and a reset takes the last words away."""
        while await self.reader.read(RECEIVE_BYTES):
            pass


class Connection:
    """`sides`: the client's, the server's. `streams`: to the server, to the client. `weather` says what it is now."""

    def __init__(
        self, sides: tuple[Side, Side], streams: tuple[Stream, Stream], weather: Callable[[], StreamWeather]
    ) -> None:
        self._client, self._server = self._sides = sides
        self._to_server, self._to_client = streams
        self._weather = weather
        self._passable = asyncio.Event()
        self._passable.set()
        self._trouble = Trouble.NONE
        self._work: list[asyncio.Task[None]] = []

    def meet(self, trouble: Trouble) -> None:
        """Let this happen now. NONE ends a stall."""
        if trouble is Trouble.NONE:
            self._passable.set()
        elif trouble is Trouble.STALL:
            self._passable.clear()
        else:
            self._trouble = trouble
            for task in self._work:
                task.cancel()

    async def carry(self) -> str:
        """Pass on what both sides say, until both have ended or trouble ends them. Returns which, in a word or two."""
        work = (
            *self._pass_on(self._client, self._server, self._to_server),
            *self._pass_on(self._server, self._client, self._to_client),
        )
        self._work = [asyncio.create_task(step) for step in work]
        try:
            await self._work_to_the_end()
            await self._part()
        finally:  # cancelled, at whatever moment
            for side in self._sides:
                side.close()
        return _ENDS[self._trouble]

    async def _work_to_the_end(self) -> None:
        try:
            await asyncio.gather(*self._work)
        except OSError:  # one side is lost: so is the other
            self._trouble = Trouble.RESET
        except asyncio.CancelledError:
            if self._trouble is Trouble.NONE:
                self._trouble = Trouble.CUT  # the relay closes
        finally:
            for task in self._work:
                task.cancel()
            await asyncio.gather(*self._work, return_exceptions=True)

    def _pass_on(self, source: Side, destination: Side, stream: Stream) -> tuple[Coroutine[None, None, None], ...]:
        under_way: asyncio.Queue[Piece] = asyncio.Queue(MOST_UNDER_WAY)
        return self._hear(source, stream, under_way), self._deliver(under_way, destination)

    async def _hear(self, source: Side, stream: Stream, under_way: asyncio.Queue[Piece]) -> None:
        try:
            while data := await source.reader.read(RECEIVE_BYTES):
                for piece in stream.cut(data, self._weather(), time.monotonic()):
                    await under_way.put(piece)
        except OSError:
            await self._passable.wait()  # in a stall, nobody is told
            raise
        await under_way.put(END)

    async def _deliver(self, under_way: asyncio.Queue[Piece], destination: Side) -> None:
        destination.writer.transport.set_write_buffer_limits(0)  # `drain` waits until the system has taken all
        while (piece := await under_way.get()) is not END:
            await asyncio.sleep(max(0, piece.arrives_at - time.monotonic()))
            await self._passable.wait()
            destination.writer.write(piece.data)
            await destination.writer.drain()
            if piece.trouble is not Trouble.NONE:
                self.meet(piece.trouble)
        await self._passable.wait()
        destination.end()

    async def _part(self) -> None:
        if self._trouble is Trouble.RESET:
            for side in self._sides:
                side.reset()
            return
        for side in self._sides:
            side.end()
        with contextlib.suppress(OSError, asyncio.TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(asyncio.gather(*(side.hear_out() for side in self._sides)), LINGER)
