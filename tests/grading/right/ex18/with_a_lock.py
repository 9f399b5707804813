import threading
from contextlib import suppress

from chatlab.room.events import Joined, Left, Said
from chatlab.room.nicknames import lookalike_keys


def locked(method):
    def call(self, *given):
        with self.lock:
            return method(self, *given)

    return call


class Bridge:
    def __init__(self, server, publish, deliver, store):
        self.lock = threading.RLock()
        self.server, self.publish, self.deliver, self.store = server, publish, deliver, store
        self.sent = 0
        self.offline = False
        self.to_free = {}
        self.others = {}

    @locked
    def post(self, event):
        self.sent += 1
        self.publish((self.server, self.sent, event))

    @locked
    def join(self, nickname):
        if self.offline:
            return False
        wanted = lookalike_keys(nickname)
        got = set()
        with suppress(KeyError):
            for key in wanted:
                self.store.create(key, self.server)
                got.add(key)
        if got != wanted:
            for key in got:
                self.store.delete(key, self.server)
            return False
        self.post(Joined(nickname))
        self.deliver(Joined(nickname))
        return True

    @locked
    def say(self, nickname, text):
        self.deliver(Said(nickname, text))
        self.offline or self.post(Said(nickname, text))

    @locked
    def leave(self, nickname):
        self.to_free[nickname] = None
        self.deliver(Left(nickname))
        self.offline or self.settle()

    def settle(self):
        for nickname in self.to_free:
            self.post(Left(nickname))
            for key in lookalike_keys(nickname):
                self.store.delete(key, self.server)
        self.to_free = {}

    @locked
    def hear(self, message, now):
        server, number, event = message
        if server == self.server:
            return
        other = self.others.setdefault(server, {"number": 0, "members": set()})
        other["heard"] = now
        if number > other["number"]:
            other["number"] = number
            if event is None:
                return
            if isinstance(event, Joined):
                other["members"] |= {event.nickname}
            elif isinstance(event, Left):
                other["members"] -= {event.nickname}
            self.deliver(event)

    @locked
    def tick(self, now):
        if self.offline:
            return
        self.post(None)
        for server, other in self.others.items():
            while now - other["heard"] >= 10 and other["members"]:
                nickname = other["members"].pop()
                self.deliver(Left(nickname))
                for key in lookalike_keys(nickname):
                    self.store.delete(key, server)

    @locked
    def down(self):
        self.offline = True

    @locked
    def up(self, now):
        self.offline = False
        for other in self.others.values():
            other["heard"] = now
        self.settle()
