# expects: belong in one row of one table
from chatlab.room.events import Joined, Left, Refused, Said


class Room:
    def __init__(self):
        self.addresses = []
        self.nicknames = []

    def join(self, address, nickname):
        if address in self.addresses:
            own = self.nicknames[self.addresses.index(address)]
            return {address: Joined(own) if own == nickname else Refused("you are in already")}
        if nickname.casefold() in [taken.casefold() for taken in self.nicknames]:
            return {address: Refused("taken")}
        self.addresses.append(address)
        self.nicknames.append(nickname)
        return dict.fromkeys(self.addresses, Joined(nickname))

    def say(self, address, text):
        if address not in self.addresses:
            return {address: Refused("sign up first")}
        return dict.fromkeys(self.addresses, Said(self.nicknames[self.addresses.index(address)], text))

    def leave(self, address):
        if address not in self.addresses:
            return {}
        self.addresses.remove(address)
        return dict.fromkeys(self.addresses, Left(self.nicknames.pop()))
