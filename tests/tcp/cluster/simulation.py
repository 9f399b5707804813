"""Servers, their bridges and a broker without a socket: a message is late, or lost, when a test wants it."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Coroutine, Iterator
from typing import TypeVar

from chatlab.tcp.cluster.link import Command, LinkReader, build_command, to_room
from chatlab.tcp.cluster.names import Entry, Names
from chatlab.tcp.cluster.room.chat import ClusterChat
from chatlab.tcp.cluster.room.elsewhere import SILENT
from chatlab.tcp.delivery import Delivery
from chatlab.tcp.limits import Limits

T = TypeVar("T")
LINK_ADDRESS = ("127.0.0.1", 1)
MEMBERS_ADDRESS = ("192.0.2.1", 40_000)


def at_once(coroutine: Coroutine[object, None, T]) -> T:
    """What it returns; it waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    raise AssertionError("it waits")


class PretendedStore:
    """`waits`: how often each step lets others go first, one number a step; then never."""

    def __init__(self, waits: Iterator[int] = iter(())) -> None:
        self.entries: dict[str, Entry] = {}
        self._revision = 0
        self._waits = waits

    async def create(self, key: str, server: str) -> bool:
        return await self.replace(key, server, 0)

    async def replace(self, key: str, server: str, revision: int) -> bool:
        await self._wait()
        if self.entries.get(key, Entry("", 0)).revision != revision:
            return False
        self._revision += 1
        self.entries[key] = Entry(server, self._revision)
        return True

    async def get(self, key: str) -> Entry | None:
        await self._wait()
        return self.entries.get(key)

    async def delete(self, revision: int) -> None:
        await self._wait()
        self.entries = {key: entry for key, entry in self.entries.items() if entry.revision != revision}

    async def _wait(self) -> None:
        for _ in range(next(self._waits, 0)):
            await asyncio.sleep(0)


class PretendedBroker:
    """`late`: servers whose messages wait until they are taken out of it. `answers`: whether it settles claims."""

    def __init__(self) -> None:
        self.now = 0.0
        self.servers: dict[str, PretendedServer] = {}
        self.store = PretendedStore()
        self.is_up = True
        self.answers = True
        self.late: set[str] = set()
        self._queue: deque[tuple[str, str, bytes]] = deque()

    def publish(self, verb: str, server: str, payload: bytes) -> None:
        if self.is_up:
            self._queue.append((verb, server, payload))

    def lose_all(self) -> None:
        """What is under way."""
        self._queue.clear()

    def run(self) -> None:
        """Until there is nothing more to do."""
        while True:
            for server in self.servers.values():
                server.ask_for_more()
                if self.is_up and self.answers:
                    server.settle()
            ready = [message for message in self._queue if message[1] not in self.late]
            if not ready:
                return
            self._queue = deque(message for message in self._queue if message[1] in self.late)
            for verb, source, payload in ready:
                for name, server in tuple(self.servers.items()):
                    if name != source:
                        server.heard_at[source] = self.now
                        server.hear(to_room(verb, source, payload))

    def wait(self, seconds: float) -> None:
        """In steps of half a second, as the time passes for all."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + 0.5)
            for server in tuple(self.servers.values()):
                server.deliver(server.chat.tick(self.now))
            self.run()

    def go(self) -> None:
        """It is gone, and forgets all."""
        self.is_up = False
        self.lose_all()
        self.store.entries.clear()
        for server in self.servers.values():
            server.hear(build_command("down"))

    def come_back(self) -> None:
        self.is_up = True
        for server in self.servers.values():
            server.connect()
        self.run()

    def kill(self, name: str) -> None:
        del self.servers[name]


class PretendedServer:
    """`got`: what each of its members has got since one last looked."""

    def __init__(self, broker: PretendedBroker, name: str, limits: Limits = Limits(rate_limit=0)) -> None:
        self.broker = broker
        self.name = name
        self.log: list[str] = []
        self.chat: ClusterChat[str] = ClusterChat(limits, log=self.log.append)
        self.chat.link_address = LINK_ADDRESS
        self.got: defaultdict[str, bytes] = defaultdict(bytes)
        self.ended: list[str] = []
        self.heard_at: dict[str, float] = {}
        self.since = broker.now
        self.names = Names(name, self._is_there)
        self._reader = LinkReader()
        self._is_at_work = False  # the bridge, with what it has heard
        broker.servers[name] = self
        self.deliver(self.chat.connect("link", LINK_ADDRESS, broker.now))
        if broker.is_up:
            self.connect()
            broker.run()
        else:
            self.hear(build_command("down"))

    def connect(self) -> None:
        """To the broker."""
        self.since = self.broker.now
        self.heard_at.clear()
        self.names.claim_all_again()
        self.settle()
        self.hear(build_command("up"))

    def settle(self) -> None:
        for ticket, is_ours in at_once(self._settled()):
            self.hear(build_command("yours" if is_ours else "taken", ticket))

    def ask_for_more(self) -> None:
        while self._is_at_work and "link" not in self.ended:
            self._is_at_work = False
            self.hear(build_command("more"))

    def hear(self, data: bytes) -> None:
        self.deliver(self.chat.receive("link", data, self.broker.now))

    def deliver(self, deliveries: list[Delivery[str]]) -> None:
        for delivery in deliveries:
            for recipient in delivery.recipients:
                assert recipient not in self.ended, "nothing comes after the last words"
                if recipient == "link":
                    self._obey(delivery.lines)
                    self._is_at_work = True
                else:
                    self.got[recipient] += delivery.lines
            if delivery.last:
                self.ended += delivery.recipients

    def come(self, member: str, *lines: str) -> None:
        """A connection that says `lines`; the broker has not answered yet."""
        self.deliver(self.chat.connect(member, MEMBERS_ADDRESS, self.broker.now))
        self.say(member, *lines)

    def join(self, *members: str) -> None:
        """They come in under their own names."""
        for member in members:
            self.come(member, member)
            self.broker.run()
            assert member in self.chat.room

    def say(self, member: str, *lines: str) -> None:
        if lines:
            data = "".join(f"{line}\n" for line in lines).encode()
            self.deliver(self.chat.receive(member, data, self.broker.now))

    def leave(self, member: str) -> None:
        self.deliver(self.chat.receive(member, b"", self.broker.now))

    def look(self, member: str) -> list[str]:
        """The lines that it has got since one last looked."""
        return self.got.pop(member, b"").decode().splitlines()

    def _obey(self, data: bytes) -> None:
        for piece in self._reader.take(data):
            match piece:
                case bytes():
                    self.broker.publish("said", self.name, piece)
                case Command("here" | "new" as verb, nicknames):
                    self.broker.publish(verb, self.name, " ".join(nicknames).encode())
                case Command("claim", (ticket, nickname)):
                    self.names.claim(ticket, nickname)
                case Command("free", (ticket,)):
                    self.names.free(ticket)
                case Command("again"):
                    self.since = self.broker.now
                    self.heard_at.clear()
                    self.names.claim_all_again()

    async def _settled(self) -> list[tuple[str, bool]]:
        return [answer async for answer in self.names.settle(self.broker.store)]

    def _is_there(self, server: str) -> bool:
        return self.broker.now - self.heard_at.get(server, self.since) < SILENT


def two() -> tuple[PretendedBroker, PretendedServer, PretendedServer]:
    """A broker, and two servers of it."""
    broker = PretendedBroker()
    return broker, PretendedServer(broker, "one"), PretendedServer(broker, "two")
