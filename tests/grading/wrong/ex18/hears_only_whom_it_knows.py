# expects: What is said is news, whoever says it
from typing import Any

from chatlab.room.events import Joined, Left, Said
from chatlab.room.nicknames import lookalike_keys

Event = Joined | Said | Left
Message = tuple[str, int, Event | None]

SILENT = 10  # seconds


class Bridge:
    """Between one server and the broker."""

    def __init__(self, server: str, publish: Any, deliver: Any, store: Any) -> None:
        self._server = server
        self._publish_it = publish
        self._deliver = deliver
        self._store = store
        self._number = 0
        self._is_up = True
        self._left: list[str] = []  # while the broker was down
        self._last: dict[str, int] = {}  # by server: the number of its last message
        self._heard_at: dict[str, float] = {}
        self._elsewhere: dict[str, str] = {}  # by nickname: its server

    def join(self, nickname: str) -> bool:
        """Whether it is in."""
        if not self._is_up or not self._claim(nickname):
            return False
        self._tell(Joined(nickname))
        return True

    def say(self, nickname: str, text: str) -> None:
        """To all members of all servers."""
        self._tell(Said(nickname, text))

    def leave(self, nickname: str) -> None:
        """And its nickname is free."""
        self._tell(Left(nickname))
        if self._is_up:
            self._free(nickname, self._server)
        else:
            self._left.append(nickname)

    def hear(self, message: Message, now: float) -> None:
        """From the broker."""
        server, number, event = message
        if server == self._server:
            return
        self._heard_at[server] = now
        if number <= self._last.get(server, 0):
            return
        self._last[server] = number
        if event is None:
            return
        if isinstance(event, Joined):
            self._elsewhere[event.nickname] = server
        elif isinstance(event, Left) and self._elsewhere.get(event.nickname) == server:
            del self._elsewhere[event.nickname]
        elif isinstance(event, Said) and event.nickname not in self._elsewhere:
            return
        self._deliver(event)

    def tick(self, now: float) -> None:
        """We are there; who is not?"""
        if not self._is_up:
            return
        self._publish(None)
        for nickname, server in list(self._elsewhere.items()):
            if now - self._heard_at[server] >= SILENT:
                del self._elsewhere[nickname]
                self._deliver(Left(nickname))
                self._free(nickname, server)

    def down(self) -> None:
        """The broker is gone."""
        self._is_up = False

    def up(self, now: float) -> None:
        """The broker is back."""
        self._is_up = True
        self._heard_at = dict.fromkeys(self._heard_at, now)
        for nickname in self._left:
            self._publish(Left(nickname))
            self._free(nickname, self._server)
        self._left.clear()

    def _tell(self, event: Event) -> None:
        self._deliver(event)
        if self._is_up:
            self._publish(event)

    def _publish(self, event: Event | None) -> None:
        self._number += 1
        self._publish_it((self._server, self._number, event))

    def _claim(self, nickname: str) -> bool:
        created = []
        for key in lookalike_keys(nickname):
            try:
                self._store.create(key, self._server)
            except KeyError:
                for each in created:
                    self._store.delete(each, self._server)
                return False
            created.append(key)
        return True

    def _free(self, nickname: str, server: str) -> None:
        for key in lookalike_keys(nickname):
            self._store.delete(key, server)
