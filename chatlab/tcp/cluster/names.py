"""Which nicknames are this server's: each is taken at the broker, once, whichever server asks. Pure.

A nickname has one or two look-alike keys. Under each the broker keeps the name of the server whose member has it, and a
revision. It creates a key only if there is none, and replaces one only if its revision is the one that is told. So of
two servers that ask at the same moment one gets it.

    there is                              then
    no such key                           it is ours
    one that is ours                      it is ours: an answer was lost, or the broker was gone for a while
    one of a server that is there         it is taken
    one of a server that is gone          it is ours, if nobody else is quicker

The keys of a nickname are taken in the same order by all servers, so that of those who want the same ones somebody
gets all. What was given up goes first, since somebody may want it again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import NamedTuple, Protocol

from chatlab.room.nicknames import lookalike_keys


class Entry(NamedTuple):
    server: str
    revision: int


class Store(Protocol):
    """What the broker keeps. Where it does not answer, each raises an error of its own, and may have done its work.

    `create` and `replace` return whether they did: not if there is such a key, or if its revision is another one.
    """

    async def create(self, key: str, server: str) -> bool: ...
    async def replace(self, key: str, server: str, revision: int) -> bool: ...
    async def get(self, key: str) -> Entry | None: ...
    async def delete(self, revision: int) -> None: ...


class Names:
    """`server`: our own name. `is_there`: whether a server is, as far as one can know."""

    def __init__(self, server: str, is_there: Callable[[str], bool]) -> None:
        self._server = server
        self._is_there = is_there
        self._wanted: dict[str, str] = {}  # nicknames by ticket
        self._asking: dict[str, None] = {}  # tickets that the broker has not answered yet
        self._given_up: dict[str, None] = {}  # keys, some of which may never have been ours

    def claim(self, ticket: str, nickname: str) -> None:
        """`ticket`: a name for this claim. Nobody else here may want a nickname that looks like it."""
        self._wanted[ticket] = nickname
        self._asking[ticket] = None

    def free(self, ticket: str) -> None:
        if nickname := self._wanted.pop(ticket, ""):
            self._asking.pop(ticket, None)
            self._given_up |= dict.fromkeys(lookalike_keys(nickname))

    def free_all(self) -> None:
        for ticket in tuple(self._wanted):
            self.free(ticket)

    def claim_all_again(self) -> None:
        """The broker may have forgotten them, or given them to others."""
        self._asking = dict.fromkeys(self._wanted)

    async def settle(self, store: Store) -> AsyncIterator[tuple[str, bool]]:
        """Ask for what is wanted, and give back the rest. Yields each ticket, and whether its nickname is ours.

        If the store does not answer, the next call goes on where this one has ended.
        """
        while self._given_up or self._asking:
            if self._given_up:
                key = next(iter(self._given_up))
                await self._give_back(store, key)
                del self._given_up[key]
                continue
            ticket = next(iter(self._asking))
            is_ours = await self._take_all(store, self._wanted[ticket])
            if ticket not in self._wanted:  # it was freed meanwhile
                continue
            del self._asking[ticket]
            if not is_ours:
                self.free(ticket)
            yield ticket, is_ours

    async def _take_all(self, store: Store, nickname: str) -> bool:
        for key in sorted(lookalike_keys(nickname)):
            if not await self._take(store, key):
                return False
        return True

    async def _take(self, store: Store, key: str) -> bool:
        while True:
            if await store.create(key, self._server):
                return True
            if (entry := await store.get(key)) is None:
                continue  # it was given back meanwhile
            if entry.server == self._server:
                return True
            if self._is_there(entry.server):
                return False
            if await store.replace(key, self._server, entry.revision):
                return True

    async def _give_back(self, store: Store, key: str) -> None:
        entry = await store.get(key)
        if entry and entry.server == self._server:
            await store.delete(entry.revision)
