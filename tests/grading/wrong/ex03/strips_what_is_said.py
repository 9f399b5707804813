# expects: A text is said as it came.
"""ex03 Who hears what: a model answer."""

from chatlab.room.addresses import Address
from chatlab.room.events import Joined, Left, Refused, Said

Hearers = dict[Address, Joined | Said | Left | Refused]


class Room:
    """Addresses and their nicknames."""

    def __init__(self) -> None:
        self.nicknames: dict[Address, str] = {}

    def join(self, address: Address, nickname: str) -> Hearers:
        """`address` comes in: everybody hears Joined, also who came in."""
        if address in self.nicknames:
            own = self.nicknames[address]
            return {address: Joined(own) if nickname == own else Refused(f"you are in already, as {own}")}
        if nickname.casefold() in (taken.casefold() for taken in self.nicknames.values()):
            return {address: Refused("that nickname is taken")}
        self.nicknames[address] = nickname
        return self._all_hear(Joined(nickname))

    def say(self, address: Address, text: str) -> Hearers:
        """Everybody hears Said, under the speaker's nickname."""
        if address not in self.nicknames:
            return {address: Refused("sign up first")}
        return self._all_hear(Said(self.nicknames[address], text.strip()))

    def leave(self, address: Address) -> Hearers:
        """`address` goes out: the others hear Left, and the nickname is free."""
        if address not in self.nicknames:
            return {}
        return self._all_hear(Left(self.nicknames.pop(address)))

    def _all_hear(self, event: Joined | Said | Left) -> Hearers:
        return dict.fromkeys(self.nicknames, event)
