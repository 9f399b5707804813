"""One browser's session: lines go from its WebSocket to a connection of its own to the room, and back, until one ends.

    what happens                  the code that ends the WebSocket (RFC 6455, section 7.4)
    nobody answers                NO_ROOM
    TLS with the room fails       NO_TLS, and the log says why
    the room ends the connection  ROOM_HAS_GONE

By the code, the page tells people what to expect. A browser that does not read makes its connection to the room wait,
so the room does with it as with any slow reader.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import NamedTuple

from websockets.asyncio.server import ServerConnection

from chatlab.room.addresses import Address, shown
from chatlab.tcp.tls.distrust import in_a_sentence

ROOM_HAS_GONE, NO_ROOM, NO_TLS = 4000, 4001, 4002
# How long it tries to reach the room, in seconds.
PATIENCE = 5.0
# A message is one line, whatever is in it.
_ONE_LINE = bytes.maketrans(b"\r\n", b"  ")


class RoomSide(NamedTuple):
    """Where the room is, as somebody has typed it and as sockets take it. `tls`: it speaks TLS in this context."""

    typed: tuple[str, int]
    address: Address
    tls: ssl.SSLContext | None

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Raises OSError, of which ssl.SSLError is one, and asyncio.TimeoutError after PATIENCE seconds."""
        host = self.typed[0] if self.tls else None
        opening = asyncio.open_connection(*self.address[:2], ssl=self.tls, server_hostname=host)
        return await asyncio.wait_for(opening, PATIENCE)


async def run_session(browser: ServerConnection, room: RoomSide, log: Callable[[str], None]) -> None:
    """Returns when it has ended. Raises OSError or ConnectionClosed if one of the two sides is lost."""
    where = shown(room.typed)
    try:
        reader, writer = await room.connect()
    except ssl.SSLError as failure:
        log(str(in_a_sentence(failure, where, room.typed[0])))
        await browser.close(NO_TLS, "TLS with the room has failed: its gateway's log says why")
        return
    except (OSError, asyncio.TimeoutError):
        await browser.close(NO_ROOM, f"nobody answers at {where}")
        return
    ways = [asyncio.create_task(way) for way in (_to_room(browser, writer), _to_browser(reader, browser))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        writer.close()
    await browser.close(ROOM_HAS_GONE, "the room has gone")
    await writer.wait_closed()


async def _to_room(browser: ServerConnection, writer: asyncio.StreamWriter) -> None:
    async for message in browser:
        data = message if isinstance(message, bytes) else message.encode("utf-8", "replace")
        writer.write(data.translate(_ONE_LINE) + b"\n")
        await writer.drain()


async def _to_browser(reader: asyncio.StreamReader, browser: ServerConnection) -> None:
    while line := await reader.readline():
        await browser.send(line.rstrip(b"\r\n").decode("utf-8", "replace"))
