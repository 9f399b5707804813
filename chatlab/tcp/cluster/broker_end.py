"""The bridge's end at the broker: a connection that comes back, what the servers say, and whose nicknames are whose.

On the broker's subjects chatlab.room.<verb>.<server> are:

    said    lines as that server's members hear them
    here    the nicknames of all of them
    new     the same, by one who wants to hear the others'

The broker sends nobody's own messages back (`no_echo`). It brings those of one server in their order, and loses what
is sent while a server is not connected to it. So each server says again and again who its members are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any
from uuid import uuid4

from nats.aio.client import Client
from nats.aio.subscription import Subscription

from chatlab.tcp.cluster.broker import Broker
from chatlab.tcp.cluster.broker_connection import ANSWER_TIME, GOODBYE_TIME, TROUBLE, close, connect
from chatlab.tcp.cluster.link import build_command, to_room
from chatlab.tcp.cluster.names import Names
from chatlab.tcp.cluster.room.elsewhere import SILENT
from chatlab.tcp.cluster.store import StreamStore

SUBJECT = "chatlab.room"
# Seconds until the next try.
TRY_AGAIN = 0.25


class BrokerEnd:
    """`room`: writes to the link. To be made within a loop."""

    def __init__(self, broker: Broker, room: asyncio.StreamWriter) -> None:
        self._broker = broker
        self._room = room
        self._server = uuid4().hex
        self._names = Names(self._server, self._is_there)
        self._news = asyncio.Event()  # for the one who settles whose nicknames are whose
        self._settled = asyncio.Event()
        self._is_up: bool | None = None
        self._now = asyncio.get_running_loop().time
        self._heard_at: dict[str, float] = {}  # by server
        self._listens_since = 0.0

    async def stay_connected(self) -> None:
        """For ever."""
        while True:
            gone = asyncio.Event()
            with suppress(*TROUBLE):
                self._client = await connect(self._broker, gone)
                try:
                    await until_one_ends(self._use(self._client), gone.wait())
                finally:
                    self._say_down()
                    await close(self._client)
            self._say_down()
            await asyncio.sleep(TRY_AGAIN)

    async def publish(self, verb: str, message: bytes) -> None:
        """Tell the other servers, if the broker is there."""
        if self._is_up:
            with suppress(*TROUBLE):
                await self._client.publish(f"{SUBJECT}.{verb}.{self._server}", message)

    def claim(self, ticket: str, nickname: str) -> None:
        """See `Names`. The room is told the broker's answer."""
        self._names.claim(ticket, nickname)
        self._news.set()

    def free(self, ticket: str) -> None:
        self._names.free(ticket)
        self._news.set()

    def claim_all_again(self) -> None:
        self._listen_anew()
        self._names.claim_all_again()
        self._news.set()

    async def part(self) -> None:
        """Nobody is here any more: tell the others, and give all nicknames back."""
        await self.publish("here", b"")
        self._names.free_all()
        if self._is_up:
            self._settled.clear()
            self._news.set()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._settled.wait(), GOODBYE_TIME)

    async def _use(self, client: Client) -> None:
        store = StreamStore(client.jetstream(timeout=ANSWER_TIME))
        await store.open()
        self._listen_anew()
        listening = self._hear(await client.subscribe(f"{SUBJECT}.*.*"))
        await until_one_ends(listening, self._settle(store))

    async def _hear(self, subscription: Subscription) -> None:
        async for message in subscription.messages:
            verb, server = message.subject.split(".")[2:]
            self._heard_at[server] = self._now()
            self._room.write(to_room(verb, server, message.data))
            await self._room.drain()

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
        if not self._room.is_closing():
            self._room.write(build_command(word, *rest))

    def _listen_anew(self) -> None:
        """So far, nobody could be heard."""
        self._heard_at.clear()
        self._listens_since = self._now()

    def _is_there(self, server: str) -> bool:
        return self._now() - self._heard_at.get(server, self._listens_since) < SILENT


async def until_one_ends(*works: Coroutine[Any, Any, object]) -> None:
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
