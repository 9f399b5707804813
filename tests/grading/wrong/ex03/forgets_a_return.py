# expects: has no `return` with a dictionary behind it
from chatlab.room.addresses import Address
from chatlab.room.events import Joined, Left, Refused, Said

Hearers = dict[Address, Joined | Said | Left | Refused]


class Room:

    def __init__(self) -> None:
        self.nicknames: dict[Address, str] = {}

    def join(self, address: Address, nickname: str) -> Hearers:
        if address in self.nicknames:
            own = self.nicknames[address]
            return {address: Joined(own) if nickname == own else Refused(f"you are in already, as {own}")}
        if nickname.casefold() in (taken.casefold() for taken in self.nicknames.values()):
            return {address: Refused("that nickname is taken")}
        self.nicknames[address] = nickname
        self._all_hear(Joined(nickname))

    def say(self, address: Address, text: str) -> Hearers:
        if address not in self.nicknames:
            return {address: Refused("sign up first")}
        return self._all_hear(Said(self.nicknames[address], text))

    def leave(self, address: Address) -> Hearers:
        if address not in self.nicknames:
            return {}
        return self._all_hear(Left(self.nicknames.pop(address)))

    def _all_hear(self, event: Joined | Said | Left) -> Hearers:
        return dict.fromkeys(self.nicknames, event)
