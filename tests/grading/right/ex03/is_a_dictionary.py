from chatlab.room.events import Joined, Left, Refused, Said


class Room(dict):
    """The room is its own table."""

    def __init__(self):
        super().__init__()

    def join(self, address, nickname):
        if address in self:
            return {address: Joined(nickname) if self[address] == nickname else Refused("already here")}
        if nickname.casefold() in map(str.casefold, self.values()):
            return {address: Refused("in use")}
        self[address] = nickname
        return dict.fromkeys(self, Joined(nickname))

    def say(self, address, text):
        return dict.fromkeys(self, Said(self[address], text)) if address in self else {address: Refused("?")}

    def leave(self, address):
        return dict.fromkeys(self, Left(gone)) if (gone := self.pop(address, "")) else {}
