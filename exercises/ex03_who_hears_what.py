"""ex03 Who hears what. About 25 minutes. Lesson: notebooks/03_the_room.ipynb

The room as a table of addresses and nicknames. Each method changes the table, and answers who hears what, as a
new dictionary: {address: event}. Who is not in it hears nothing. A refusal is an answer too, and no error:
Refused("…"), with a reason in your own words.
"""

from chatlab.room.addresses import Address
from chatlab.room.events import Joined, Left, Refused, Said

Hearers = dict[Address, Joined | Said | Left | Refused]


class Room:
    """Two people: room.join(a, "ada"), then room.join(b, "bob") == {a: Joined("bob"), b: Joined("bob")}."""

    def __init__(self) -> None:
        raise NotImplementedError  # TODO: the table; then join, say and leave

    def join(self, address: Address, nickname: str) -> Hearers:
        """`address` comes in: everybody hears Joined, also who came in.

        In three cases only `address` hears something, and the table stays as it was:
        - another address has this nickname, in small letters or capitals (casefold() makes them alike): Refused
        - `address` is in already, under a different nickname: Refused
        - `address` is in already, under exactly this nickname (its first answer may have been lost): Joined, once more
        """
        raise NotImplementedError

    def say(self, address: Address, text: str) -> Hearers:
        """Everybody hears Said, under the speaker's nickname. An address that is not in: it alone hears Refused."""
        raise NotImplementedError

    def leave(self, address: Address) -> Hearers:
        """`address` goes out: the others hear Left, and the nickname is free. An address that is not in: {}."""
        raise NotImplementedError
