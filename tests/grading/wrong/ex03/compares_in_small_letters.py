# expects: lower() leaves ß as it is
from chatlab.room.addresses import Address
from chatlab.room.events import Joined, Left, Refused, Said


class Room:
    def __init__(self) -> None:
        self.table = {}

    def join(self, address, nickname):
        if address in self.table:
            if self.table[address] == nickname:
                return {address: Joined(nickname)}
            return {address: Refused("you are in already")}
        for other in self.table.values():
            if other.lower() == nickname.lower():
                return {address: Refused("taken")}
        self.table[address] = nickname
        return {hearer: Joined(nickname) for hearer in self.table}

    def say(self, address, text):
        if address not in self.table:
            return {address: Refused("sign up first")}
        return {hearer: Said(self.table[address], text) for hearer in self.table}

    def leave(self, address):
        if address not in self.table:
            return {}
        nickname = self.table.pop(address)
        return {hearer: Left(nickname) for hearer in self.table}
