# expects: that makes one row in the table
from chatlab.room.addresses import Address
from chatlab.room.events import Joined, Left, Refused, Said


class Room:
    def __init__(self):
        self.rows = []

    def join(self, address, nickname):
        for a, n in self.rows:
            if a == address and n != nickname or a != address and n.casefold() == nickname.casefold():
                return {address: Refused("no")}
        again = (address, nickname) in self.rows
        self.rows.append((address, nickname))
        if again:
            return {address: Joined(nickname)}
        return {a: Joined(nickname) for a, _ in self.rows}

    def say(self, address, text):
        for a, n in self.rows:
            if a == address:
                return {b: Said(n, text) for b, _ in self.rows}
        return {address: Refused("no")}

    def leave(self, address):
        for row in self.rows:
            if row[0] == address:
                self.rows.remove(row)
                return {a: Left(row[1]) for a, _ in self.rows}
        return {}
