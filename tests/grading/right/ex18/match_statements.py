import itertools
from collections import defaultdict

from chatlab.room.events import Joined, Left, Said
from chatlab.room.nicknames import lookalike_keys


class Bridge:
    def __init__(self, server, publish, deliver, store):
        self.server, self.publish, self.deliver, self.store = server, publish, deliver, store
        self.numbers = itertools.count(1)
        self.seen = defaultdict(int)
        self.alive = {}
        self.where = defaultdict(set)
        self.is_up, self.owed = True, []

    def join(self, nickname):
        if not self.is_up:
            return False
        keys = list(lookalike_keys(nickname))
        for n, key in enumerate(keys):
            try:
                self.store.create(key, self.server)
            except KeyError:
                self.give_back(keys[:n], self.server)
                return False
        self.happened(Joined(nickname))
        return True

    def say(self, nickname, text):
        self.happened(Said(nickname, text))

    def leave(self, nickname):
        self.happened(Left(nickname))
        if self.is_up:
            self.give_back(lookalike_keys(nickname), self.server)

    def happened(self, event):
        self.deliver(event)
        match event, self.is_up:
            case _, True:
                self.publish((self.server, next(self.numbers), event))
            case Left(nickname), False:
                self.owed += [nickname]

    def give_back(self, keys, server):
        for key in keys:
            self.store.delete(key, server)

    def hear(self, message, now):
        match message:
            case (self.server, _, _):
                return
            case (server, number, _) if number <= self.seen[server]:
                self.alive[server] = now
                return
            case (server, number, event):
                self.seen[server], self.alive[server] = number, now
        match event:
            case Joined(nickname):
                self.where[server].add(nickname)
            case Left(nickname):
                self.where[server].discard(nickname)
            case None:
                return
        self.deliver(event)

    def tick(self, now):
        match self.is_up:
            case False:
                return
        self.publish((self.server, next(self.numbers), None))
        for server in [s for s, at in self.alive.items() if at + 10 <= now]:
            for nickname in self.where.pop(server, ()):
                self.deliver(Left(nickname))
                self.give_back(lookalike_keys(nickname), server)
            del self.alive[server]

    def down(self):
        self.is_up = False

    def up(self, now):
        self.is_up = True
        self.alive = {server: now for server in self.alive}
        owed, self.owed = self.owed, []
        for nickname in owed:
            self.publish((self.server, next(self.numbers), Left(nickname)))
            self.give_back(lookalike_keys(nickname), self.server)
