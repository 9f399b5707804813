from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from chatlab.room.addresses import Address
from chatlab.room.events import Event, Joined, Left, Refused, Said


@dataclass(slots=True)
class Member:
    address: Address
    nickname: str

    def is_called(self, nickname: str) -> bool:
        return self.nickname.upper() == nickname.upper()


@dataclass
class Room:
    members: list[Member] = field(default_factory=list)

    def at(self, address: Address) -> Member | None:
        return next((m for m in self.members if m.address == address), None)

    def to_all(self, event: Event) -> Iterator[tuple[Address, Event]]:
        for member in self.members:
            yield member.address, event

    def join(self, address: Address, nickname: str) -> dict[Address, Event]:
        match self.at(address), any(m.is_called(nickname) for m in self.members):
            case Member(nickname=own), _ if own == nickname:
                return {address: Joined(own)}
            case Member(), _:
                return {address: Refused("One is enough.")}
            case None, True:
                return {address: Refused("Another one, please.")}
        self.members.append(Member(address, nickname))
        return dict(self.to_all(Joined(nickname)))

    def say(self, address: Address, text: str) -> dict[Address, Event]:
        if member := self.at(address):
            return dict(self.to_all(Said(member.nickname, text)))
        return {address: Refused("Come in first.")}

    def leave(self, address: Address) -> dict[Address, Event]:
        if not (member := self.at(address)):
            return {}
        self.members = [m for m in self.members if m is not member]
        return dict(self.to_all(Left(member.nickname)))
