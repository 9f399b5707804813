"""Who is in the room at its other servers. Pure: told the time.

A server's messages come in the order in which it sent them, or not at all; those of two servers in any order. So:

    a server says                              then the members here hear
    that one joined whom we know already       nothing
    that one joined whose nickname another     that this one has left (its server's word is late), and that one joined
    server's member has
    that one said something, whom we do not    that one joined, and what it said: a message was lost
    know
    that one left whom we do not know          nothing
    who all its members are                    who has come and who has gone, by which it differs from what we know
    nothing for SILENT seconds                 that each of its members has left

A nickname that somebody here has is nobody's elsewhere: the broker decides whose it is, and until it has done so the
other one is not believed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from chatlab.room.events import Joined, Left, RoomEvent, Said
from chatlab.room.nicknames import lookalike_keys

# A server says who its members are every BEAT seconds; one that has said nothing for SILENT seconds is gone.
BEAT = 2.0
SILENT = 6.0


@dataclass(slots=True)
class _Server:
    heard_at: float
    nicknames: dict[str, None] = field(default_factory=dict)  # in the order of their coming


class Elsewhere:
    """`is_here`: whether a member of our own has that nickname, or one that looks like it."""

    def __init__(self, is_here: Callable[[str], bool]) -> None:
        self._is_here = is_here
        self._servers: dict[str, _Server] = {}
        self._holders: dict[str, tuple[str, str]] = {}  # by look-alike key: a server, and the nickname of its member

    @property
    def nicknames(self) -> tuple[str, ...]:
        return tuple(nickname for server in self._servers.values() for nickname in server.nicknames)

    def is_taken(self, nickname: str) -> bool:
        return not self._holders.keys().isdisjoint(lookalike_keys(nickname))

    def hear(self, server: str, event: RoomEvent, now: float) -> list[RoomEvent]:
        """What the members here are to hear when `server` says that `event` has happened there."""
        self._server(server, now)
        match event:
            case Joined(nickname):
                return self._add(server, nickname)
            case Left(nickname):
                return self._remove(server, nickname)
            case Said(nickname):
                joined = self._add(server, nickname)
                return [*joined, event] if nickname in self._servers[server].nicknames else []

    def hear_all(self, server: str, nicknames: Iterable[str], now: float) -> list[RoomEvent]:
        """The same when `server` says who all its members are."""
        known, said = self._server(server, now).nicknames, dict.fromkeys(nicknames)
        events = [
            event for nickname in tuple(known) if nickname not in said for event in self._remove(server, nickname)
        ]
        for nickname in said:
            if nickname not in known and not self.is_taken(nickname):
                events += self._add(server, nickname)
        return events

    def silence(self, now: float) -> list[RoomEvent]:
        """Forget the servers that are gone. Returns what follows."""
        events: list[RoomEvent] = []
        for name, server in tuple(self._servers.items()):
            if now - server.heard_at >= SILENT:
                events += self.hear_all(name, (), server.heard_at)
                del self._servers[name]
        return events

    def hear_anew(self, now: float) -> None:
        """Nobody could be heard until `now`: give each server its time."""
        for server in self._servers.values():
            server.heard_at = now

    def clear(self) -> None:
        self._servers.clear()
        self._holders.clear()

    def _server(self, name: str, now: float) -> _Server:
        server = self._servers.setdefault(name, _Server(now))
        server.heard_at = now
        return server

    def _add(self, server: str, nickname: str) -> list[RoomEvent]:
        if nickname in self._servers[server].nicknames or self._is_here(nickname):
            return []
        keys = lookalike_keys(nickname)
        events: list[RoomEvent] = []
        for key in keys:
            if holder := self._holders.get(key):
                events += self._remove(*holder)
        self._servers[server].nicknames[nickname] = None
        self._holders |= dict.fromkeys(keys, (server, nickname))
        return [*events, Joined(nickname)]

    def _remove(self, server: str, nickname: str) -> list[RoomEvent]:
        nicknames = self._servers[server].nicknames
        if nickname not in nicknames:
            return []
        del nicknames[nickname]
        for key in lookalike_keys(nickname):
            del self._holders[key]
        return [Left(nickname)]
