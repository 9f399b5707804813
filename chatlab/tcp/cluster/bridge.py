"""Joins the rooms of many servers through a NATS broker: its own thread, with asyncio's loop, between two connections.

the link      to the room: see `chatlab.tcp.cluster.link`
the broker    see `chatlab.tcp.cluster.broker_end`
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress

from chatlab.room.rate_limit import TokenBucket
from chatlab.tcp.cluster.broker import Broker
from chatlab.tcp.cluster.broker_end import BrokerEnd, until_one_ends
from chatlab.tcp.cluster.link import Command, LinkReader, build_command

RECEIVE_BYTES = 65_536
# How often a second the bridge asks a busy room for what was said: to wake for every line costs more than the line
# does. What comes after a silence goes out at once, AT_ONCE pieces of it.
ASKS, AT_ONCE = 50, 10


class Bridge:
    """`link`: a connection to the room."""

    def __init__(self, broker: Broker, link: socket.socket) -> None:
        self._broker = broker
        self._link = link

    def serve(self) -> None:
        """Until the room ends the link."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        reader, writer = await asyncio.open_connection(sock=self._link)
        end = BrokerEnd(self._broker, writer)
        await until_one_ends(_hear_room(reader, writer, end), end.stay_connected())


async def _hear_room(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, end: BrokerEnd) -> None:
    now = asyncio.get_running_loop().time
    lines = LinkReader()
    pace = TokenBucket(ASKS, AT_ONCE, now())
    with suppress(OSError):
        while data := await reader.read(RECEIVE_BYTES):
            for piece in lines.take(data):
                await _obey(piece, end)
            while not pace.take(now()):
                await asyncio.sleep(1 / ASKS)
            writer.write(build_command("more"))
    writer.close()
    await end.part()


async def _obey(piece: bytes | Command, end: BrokerEnd) -> None:
    match piece:
        case bytes():
            await end.publish("said", piece)
        case Command("here" | "new", nicknames):
            await end.publish(piece.word, " ".join(nicknames).encode())
        case Command("claim", (ticket, nickname)):
            end.claim(ticket, nickname)
        case Command("free", (ticket,)):
            end.free(ticket)
        case Command("again"):
            end.claim_all_again()
