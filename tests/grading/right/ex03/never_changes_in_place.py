from types import MappingProxyType

from chatlab.room.events import Joined, Left, Refused, Said


class Room:
    """Each step makes a new table (comentarios en español)."""

    __slots__ = ("table",)

    def __init__(self):
        self.table = MappingProxyType({})

    def join(self, address, nickname):
        allowed = True
        reason = ""
        for other_address, other_nickname in self.table.items():
            same_address = other_address == address
            same_name = other_nickname.casefold() == nickname.casefold()
            if same_address and other_nickname == nickname:
                return {address: Joined(nickname)}
            elif same_address:
                allowed, reason = False, "otro nombre"
            elif same_name:
                allowed, reason = False, "ocupado"
        if not allowed:
            return {address: Refused(reason)}
        self.table = MappingProxyType({**self.table, address: nickname})
        return {listener: Joined(nickname) for listener in self.table.keys()}

    def say(self, address, text):
        if address not in self.table:
            return {address: Refused("fuera")}
        return {listener: Said(self.table[address], text) for listener in self.table}

    def leave(self, address):
        gone = {a: n for a, n in self.table.items() if a == address}
        self.table = MappingProxyType({a: n for a, n in self.table.items() if a != address})
        return {listener: Left(nickname) for nickname in gone.values() for listener in self.table}
