from abc import ABC, abstractmethod
from collections import UserDict

from chatlab.room.addresses import Address
from chatlab.room.events import Joined, Left, Refused, Said


class Table(UserDict[Address, str]):
    def owner(self, nickname: str) -> Address | None:
        names = {name.casefold(): address for address, name in self.data.items()}
        return names.get(nickname.casefold())


class BaseRoom(ABC):
    def __init__(self) -> None:
        self.table = Table()

    @abstractmethod
    def join(self, address: Address, nickname: str) -> dict: ...

    def broadcast(self, event, *without: Address) -> dict:
        return {address: event for address in self.table if address not in without}


class Room(BaseRoom):
    def join(self, address: Address, nickname: str) -> dict:
        owner = self.table.owner(nickname)
        if address in self.table:
            if self.table[address] == nickname:
                return {address: Joined(nickname)}
            return {address: Refused("One nickname each.")}
        if owner:
            return {address: Refused(f"{nickname} is {owner[0]}.")}
        self.table[address] = nickname
        return self.broadcast(Joined(nickname))

    def say(self, address: Address, text: str) -> dict:
        if address in self.table:
            return self.broadcast(Said(nickname=self.table[address], text=text))
        return dict([(address, Refused(reason="Please join."))])

    def leave(self, address: Address) -> dict:
        answer = self.broadcast(Left(self.table[address]), address) if address in self.table else {}
        self.table.pop(address, None)
        return answer
