# expects: the table has the nickname that belongs to it
from chatlab.room.addresses import Address
from chatlab.room.events import Joined, Left, Refused, Said


class Room:
    def __init__(self) -> None:
        self.names = {}

    def join(self, address, nickname):
        if address in self.names:
            if self.names[address] == nickname:
                return {address: Joined(nickname)}
            return {address: Refused("you are in already")}
        for other in self.names.values():
            if other.casefold() == nickname.casefold():
                return {address: Refused("taken")}
        self.names[address] = nickname
        return {member: Joined(nickname) for member in self.names}

    def say(self, address, text):
        if address not in self.names:
            return {address: Refused("sign up first")}
        return {member: Said(str(address), text) for member in self.names}

    def leave(self, address):
        if address not in self.names:
            return {}
        nickname = self.names.pop(address)
        return {member: Left(nickname) for member in self.names}
