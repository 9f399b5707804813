"""ex18 The room's bridge. About 45 minutes. Lesson: notebooks/18_many_servers.ipynb

Two servers are one room if each tells the other what happens on it, through a broker that both know. A bridge stands
between a server and the broker. A message is a tuple (server, number, event):

    server    the name of the server that published it; each server takes a new one when it starts
    number    1, 2, 3 ... in the order in which that server published; some may be lost on the way to us
    event     Joined(nickname), Said(nickname, text) or Left(nickname); None: "I am still there"
"""

from typing import Any

from chatlab.room.events import Joined, Left, Said  # noqa: F401
from chatlab.room.nicknames import lookalike_keys  # noqa: F401  # one or two; names that look alike share one

# TODO: write Bridge: say and hear first; then join and leave; then tick, down and up.


class Bridge:
    """`server`: the name of our own one. What the others do (while the broker is down, call only `deliver`):

    publish(message)           the broker brings it to all servers, our own too, and perhaps twice
    deliver(event)             tells all members of our own server
    store.create(key, server)  of all servers the first one gets the key; raises KeyError if it is taken
    store.delete(key, server)  frees the key, if that server has it
    """

    def __init__(self, server: str, publish: Any, deliver: Any, store: Any) -> None:
        raise NotImplementedError

    def join(self, nickname: str) -> bool:
        """Somebody wants to come in here: create all keys of the nickname. If one is taken, or the broker is down,
        keep none, and return False. Else deliver Joined, publish it, and return True."""

    def say(self, nickname: str, text: str) -> None:
        """Deliver and publish at once. While the broker is down, deliver only: the others never hear it."""

    def leave(self, nickname: str) -> None:
        """The same with Left; and free its keys. While the broker is down, publish and free when it is up again."""

    def hear(self, message: Any, now: float) -> None:
        """From the broker, at `now` (seconds): deliver its event. But not what is our own, nor anything twice."""

    def tick(self, now: float) -> None:
        """Publish None. If a server was silent for 10 seconds, deliver Left, once, for each member that we know to be
        on it, and free its keys. While the broker is down, do nothing."""

    def down(self) -> None: ...  # the broker is gone; at the start it is there

    def up(self, now: float) -> None: ...  # it is back; nobody was heard meanwhile: each server has its 10 seconds anew
