"""The Bridge of ex18 between two servers and a broker that brings all twice: what is heard on either side."""

from __future__ import annotations

from collections import deque
from typing import Any

from chatlab.room.errors import CantUse
from chatlab.room.events import Event, Joined, Left, Said

TOO_MANY = 200  # messages that follow from one step
BEAT = 2.0  # seconds between two ticks
WIDTH = 34  # letters of a column


class PlayedBroker:
    """It brings each message to all bridges that are connected, twice. It is also the store of nicknames. Pure."""

    def __init__(self) -> None:
        self.now = 0.0
        self.bridges: dict[str, Any] = {}
        self.is_up = True
        self._keys: dict[str, str] = {}
        self._messages: deque[Any] = deque()

    def publish(self, message: Any) -> None:
        if self.is_up:
            self._messages += [message, message]

    def create(self, key: str, server: str) -> None:
        if key in self._keys:
            raise KeyError(key)
        self._keys[key] = server

    def delete(self, key: str, server: str) -> None:
        if self._keys.get(key) == server:
            del self._keys[key]

    def bring(self) -> None:
        """All that is under way. Raises CantUse if it never ends."""
        for _ in range(TOO_MANY):
            if not self._messages:
                return
            message = self._messages.popleft()
            for bridge in self.bridges.values():
                bridge.hear(message, self.now)
        self._messages.clear()
        raise CantUse("the two servers answer each other without end: what was heard is published once more")

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += BEAT
            for bridge in self.bridges.values():
                bridge.tick(self.now)
            self.bring()


def bridge(learner: Any) -> None:
    """Two of the learner's Bridges, and what their members hear at each step. Prints a table."""
    broker = PlayedBroker()
    heard: dict[str, list[Event]] = {"one": [], "two": []}
    for name, events in heard.items():
        broker.bridges[name] = learner.Bridge(name, broker.publish, events.append, broker)
    one, two = broker.bridges.values()

    def show(step: str) -> None:
        broker.bring()
        columns = [", ".join(map(_shown, events)) or "-" for events in heard.values()]
        print(f"{step:{WIDTH}}{columns[0]:{WIDTH}}{columns[1]}")
        for events in heard.values():
            events.clear()

    print(f"{'':{WIDTH}}{'on one they hear':{WIDTH}}on two they hear")
    show(f"ada comes to one: {one.join('ada')}")
    show(f"Ada comes to two: {two.join('Ada')}")
    show(f"bob comes to two: {two.join('bob')}")
    one.say("ada", "Hi, bob!")
    show("ada says Hi, bob!")
    broker.is_up = False
    one.down()
    two.down()
    one.say("ada", "Alone?")
    show("the broker is gone; ada: Alone?")
    broker.is_up = True
    one.up(broker.now)
    two.up(broker.now)
    two.say("bob", "No!")
    show("it is back; bob says No!")
    broker.wait(BEAT)
    del broker.bridges["two"]
    broker.wait(20)
    show("two is killed; 20 s later")
    show(f"bob comes to one: {one.join('bob')}")


def _shown(event: Event) -> str:
    match event:
        case Joined(nickname):
            return f"{nickname} joined"
        case Left(nickname):
            return f"{nickname} left"
        case Said(nickname, text):
            return f"{nickname}: {text}"
    raise CantUse(f"{event!r} was delivered: Joined, Said or Left is wanted")
