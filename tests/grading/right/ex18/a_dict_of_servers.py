from dataclasses import dataclass, field

from chatlab.room.events import Joined, Left, Said
from chatlab.room.nicknames import lookalike_keys


@dataclass
class Other:
    """Another server."""

    heard: float
    number: int = 0
    members: list = field(default_factory=list)


class Bridge:
    def __init__(self, server, publish, deliver, store):
        self.name, self.pub, self.tell_here, self.store = server, publish, deliver, store
        self.others = {}
        self.count = 0
        self.connected = True
        self.absent = []

    def out(self, event):
        self.count = self.count + 1
        self.pub((self.name, self.count, event))

    def join(self, nickname):
        if self.connected:
            mine = set()
            try:
                for key in sorted(lookalike_keys(nickname), reverse=True):
                    self.store.create(key, self.name)
                    mine.add(key)
            except KeyError:
                while mine:
                    self.store.delete(mine.pop(), self.name)
            else:
                self.tell_here(Joined(nickname))
                self.out(Joined(nickname))
                return True
        return False

    def say(self, nickname, text):
        event = Said(nickname, text)
        self.tell_here(event)
        if self.connected:
            self.out(event)

    def leave(self, nickname):
        self.tell_here(Left(nickname))
        self.absent.append(nickname)
        if self.connected:
            self.flush()

    def flush(self):
        while self.absent:
            nickname = self.absent.pop(0)
            self.out(Left(nickname))
            for key in lookalike_keys(nickname):
                self.store.delete(key, self.name)

    def hear(self, message, now):
        name, number, event = message
        if name == self.name:
            return
        other = self.others.setdefault(name, Other(now))
        other.heard = now
        if number > other.number:
            other.number = number
            if isinstance(event, Joined):
                other.members.append(event.nickname)
            if isinstance(event, Left) and event.nickname in other.members:
                other.members.remove(event.nickname)
            if event:
                self.tell_here(event)

    def tick(self, now):
        if self.connected:
            for name, other in self.others.items():
                if now - other.heard >= 10:
                    for nickname in other.members:
                        self.tell_here(Left(nickname))
                        for key in lookalike_keys(nickname):
                            self.store.delete(key, name)
                    other.members = []
            self.out(None)

    def down(self):
        self.connected = False

    def up(self, now):
        self.connected = True
        for other in self.others.values():
            other.heard = now
        self.flush()
