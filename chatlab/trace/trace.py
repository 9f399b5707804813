"""A trace: what crossed the wire, as a picture, as text, as a capture, and byte by byte.

Attach it to a server, a client or a relay (`UdpServer(trace=trace)`), or to a socket of your own (`trace.watch`), or to
several: what is seen at both ends is drawn once. All but recording is pure: records -> arrows -> rows -> picture.
Lesson 01 uses it first.
"""

from __future__ import annotations

import io
import os
import socket
import time as times
from pathlib import Path

from chatlab.trace.arrows.arrows import arrows_of
from chatlab.trace.picture.bytes_view import BytesView
from chatlab.trace.picture.ladder import Axis, Ladder
from chatlab.trace.picture.svg import draw
from chatlab.trace.recording import MAX_RECORDS, Recording
from chatlab.trace.stream.streams import Streams, streams_of
from chatlab.trace.watch.watched_socket import WatchedSocket


class Trace(Recording):
    """What crossed the wire at the ends that it is attached to. Any thread may use it.

    The last line of a notebook's cell shows its message ladder; `str` gives the same as text. `axis`: what the ladder's
    steps downwards are, "events" in their order or "time" to scale; it may be changed.
    """

    def __init__(self, axis: Axis = "events") -> None:
        super().__init__()
        self.axis = axis
        self._started_at = times.time() - self.clock()

    def watch(self, sock: socket.socket, name: str, peer_name: str = "") -> socket.socket:
        """The same socket, watched: use it in place of `sock`, which is empty from now on.

        `name`: of this end. `peer_name`: of the other end, where it is known. What a listening socket accepts is
        watched too. Raises ValueError for a socket without a port (AF_UNIX).
        """
        return WatchedSocket.take_over(sock, self, name, peer_name)

    @property
    def ladder(self) -> Ladder:
        """The message ladder of the newest messages."""
        return Ladder.of(self.snapshot(), axis=self.axis)

    @property
    def streams(self) -> Streams:
        """What has passed through TCP connections, byte by byte; for each direction the newest bytes."""
        return streams_of(self.snapshot())

    def message(self, number: int) -> BytesView:
        """The bytes of the message that has this number on the ladder. Raises KeyError if there is none."""
        return BytesView.of(Ladder.of(self.snapshot(), MAX_RECORDS).message(number))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a capture for Wireshark (pcapng). Raises OSError if it can't be written, ImportError without dpkt.

        Wireshark goes by the port: if it takes one for another protocol's (8805 is PFCP's), choose Decode As, "Data".
        """
        try:
            from chatlab.trace.picture.capture import write_capture  # noqa: PLC0415  # it wants a package that the rest does not
        except ImportError as error:
            raise ImportError("a capture needs the package dpkt: pip install -r requirements.txt") from error
        capture = io.BytesIO()  # first of all here, so that a file is whole or as it was
        write_capture(arrows_of(self.snapshot()), capture, self._started_at)
        Path(path).write_bytes(capture.getvalue())

    def __str__(self) -> str:
        return str(self.ladder)

    def __repr__(self) -> str:
        ladder = self.ladder
        return f"<trace of {ladder.earlier + len(ladder.rows):,} messages>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        ladder = self.ladder
        return {"image/svg+xml": draw(ladder), "text/plain": str(ladder)}
