"""Which nicknames the members of this server, and the strangers who wait for the broker, have asked for. Pure."""

from __future__ import annotations

from typing import NamedTuple

from chatlab.room.errors import NicknameTaken
from chatlab.room.nicknames import lookalike_keys
from chatlab.room.room import Room
from chatlab.tcp.cluster.room.elsewhere import Elsewhere
from chatlab.tcp.delivery import Connection

TAKEN = "taken: that nickname, or one that looks like it"


class Claim(NamedTuple):
    """`ticket`: what the bridge calls it; none comes twice."""

    ticket: str
    nickname: str


class Claims(dict[Connection, Claim]):
    """By connection. `claimants`: whose each is, by ticket."""

    def __init__(self) -> None:
        super().__init__()
        self.claimants: dict[str, Connection] = {}
        self._keys: dict[str, Connection] = {}
        self._made = 0

    def add(self, connection: Connection, nickname: str) -> Claim:
        claim = self[connection] = Claim(str(self._made), nickname)
        self._made += 1
        self.claimants[claim.ticket] = connection
        self._keys |= dict.fromkeys(lookalike_keys(nickname), connection)
        return claim

    def drop(self, connection: Connection) -> Claim | None:
        if claim := self.pop(connection, None):
            del self.claimants[claim.ticket]
            for key in lookalike_keys(claim.nickname):
                del self._keys[key]
        return claim

    def is_wanted_by_another(self, connection: Connection, nickname: str) -> bool:
        return any(self._keys.get(key, connection) != connection for key in lookalike_keys(nickname))


class SharedRoom(Room[Connection]):
    """The room of one server, where a nickname may be taken `elsewhere` too."""

    def __init__(self, capacity: int, claims: Claims[Connection]) -> None:
        super().__init__(capacity, echo=False)
        self._claims = claims
        self.elsewhere = Elsewhere(self.is_taken)

    def nickname_for(self, member: Connection, wanted: str) -> str:
        nickname = super().nickname_for(member, wanted)
        if self.elsewhere.is_taken(nickname) or self._claims.is_wanted_by_another(member, nickname):
            raise NicknameTaken(TAKEN)
        return nickname
