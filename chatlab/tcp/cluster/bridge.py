"""Joins the rooms of many servers through a NATS broker: its own thread, with asyncio's loop, between two connections.

    the link      to the room: see `chatlab.tcp.cluster.link`
    the broker    subject chatlab.room.<verb>.<server>: `said`, lines as that server's members hear them; `here`, the
                  nicknames of all of them; `new`, the same, by one who wants to hear the others'

The broker sends nobody's own messages back (`no_echo`). It brings those of one server in their order, and loses what
is sent while a server is not connected to it. So each server says again and again who its members are.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any
from uuid import uuid4

from nats.aio.client import Client
from nats.aio.subscription import Subscription

from chatlab.room.rate_limit import TokenBucket
from chatlab.tcp.cluster.broker import Broker
from chatlab.tcp.cluster.broker_connection import ANSWER_TIME, GOODBYE_TIME, TROUBLE, close, connect
from chatlab.tcp.cluster.elsewhere import SILENT
from chatlab.tcp.cluster.link import Command, LinkReader, build_command, to_room
from chatlab.tcp.cluster.names import Names
from chatlab.tcp.cluster.store import StreamStore

SUBJECT = "chatlab.room"
RECEIVE_BYTES = 65_536
# Seconds until the next try.
TRY_AGAIN = 0.25
# How often a second the bridge listens to a busy room: to wake for every line costs more than the line does. What comes
# after a silence goes out at once, AT_ONCE pieces of it.
LISTENS, AT_ONCE = 50, 10


class Bridge:
    """`link`: a connection to the room."""

    def __init__(self, broker: Broker, link: socket.socket) -> None:
        self._broker = broker
        self._link = link
        self._server = uuid4().hex
        self._names = Names(self._server, self._is_there)
        self._is_up: bool | None = None
        self._heard_at: dict[str, float] = {}  # by server
        self._listens_since = 0.0

    def serve(self) -> None:
        """Until the room ends the link."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()  # for the one who settles whose nicknames are whose
        self._settled = asyncio.Event()
        reader, self._writer = await asyncio.open_connection(sock=self._link)
        await _first(self._hear_room(reader), self._stay_connected())

    async def _hear_room(self, reader: asyncio.StreamReader) -> None:
        lines = LinkReader()
        pace = TokenBucket(LISTENS, AT_ONCE, self._loop.time())
        with suppress(OSError):
            while data := await reader.read(RECEIVE_BYTES):
                for piece in lines.take(data):
                    await self._obey(piece)
                while not pace.take(self._loop.time()):
                    self._writer.transport.pause_reading()  # type: ignore[attr-defined]
                    await asyncio.sleep(1 / LISTENS)
                    self._writer.transport.resume_reading()  # type: ignore[attr-defined]
        self._writer.close()
        await self._publish("here", b"")
        self._names.free_all()
        if self._is_up:
            self._settled.clear()
            self._news.set()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._settled.wait(), GOODBYE_TIME)

    async def _obey(self, piece: bytes | Command) -> None:
        match piece:
            case bytes():
                await self._publish("said", piece)
            case Command("here" | "new", nicknames):
                await self._publish(piece.word, " ".join(nicknames).encode())
            case Command("claim", (ticket, nickname)):
                self._names.claim(ticket, nickname)
                self._news.set()
            case Command("free", (ticket,)):
                self._names.free(ticket)
                self._news.set()
            case Command("again"):
                self._listen_anew()
                self._names.claim_all_again()
                self._news.set()

    async def _publish(self, verb: str, message: bytes) -> None:
        if self._is_up:
            with suppress(*TROUBLE):
                await self._client.publish(f"{SUBJECT}.{verb}.{self._server}", message)

    async def _stay_connected(self) -> None:
        while True:
            gone = asyncio.Event()
            with suppress(*TROUBLE):
                self._client = await connect(self._broker, gone)
                try:
                    await _first(self._use(self._client), gone.wait())
                finally:
                    self._say_down()
                    await close(self._client)
            self._say_down()
            await asyncio.sleep(TRY_AGAIN)

    async def _use(self, client: Client) -> None:
        store = StreamStore(client.jetstream(timeout=ANSWER_TIME))
        await store.open()
        self._listen_anew()
        listening = self._hear_broker(await client.subscribe(f"{SUBJECT}.*.*"))
        await _first(listening, self._settle(store))

    async def _hear_broker(self, subscription: Subscription) -> None:
        async for message in subscription.messages:
            verb, server = message.subject.split(".")[2:]
            self._heard_at[server] = self._loop.time()
            self._writer.write(to_room(verb, server, message.data))
            await self._writer.drain()

    async def _settle(self, store: StreamStore) -> None:
        self._names.claim_all_again()
        while True:
            self._news.clear()
            async for ticket, is_ours in self._names.settle(store):
                self._tell("yours" if is_ours else "taken", ticket)
            self._settled.set()
            if not self._is_up:
                self._is_up = True
                self._tell("up")
            await self._news.wait()

    def _say_down(self) -> None:
        if self._is_up is not False:
            self._is_up = False
            self._tell("down")

    def _tell(self, word: str, *rest: str) -> None:
        if not self._writer.is_closing():
            self._writer.write(build_command(word, *rest))

    def _listen_anew(self) -> None:
        """So far, nobody could be heard."""
        self._heard_at.clear()
        self._listens_since = self._loop.time()

    def _is_there(self, server: str) -> bool:
        return self._loop.time() - self._heard_at.get(server, self._listens_since) < SILENT


async def _first(*works: Coroutine[Any, Any, object]) -> None:
    """Run them until one ends, or fails; then the others are cancelled."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        task.result()
