from chatlab.room.events import Joined, Left, Said
from chatlab.room.nicknames import lookalike_keys


class Bridge:
    """All that was heard is kept in a set; who is where is a list of pairs."""

    def __init__(self, server, publish, deliver, store):
        self.me = server
        self.publish = publish
        self.deliver = deliver
        self.store = store
        self.sent = []
        self.seen = set()
        self.moments = {}
        self.pairs = []
        self.broker_is_there = True
        self.left_meanwhile = []

    def send(self, event):
        self.sent.append(event)
        self.publish((self.me, len(self.sent), event))

    def join(self, nickname):
        if not self.broker_is_there:
            return False
        done = []
        free = True
        for key in sorted(lookalike_keys(nickname)):
            if not free:
                break
            try:
                self.store.create(key, self.me)
                done.append(key)
            except KeyError:
                free = False
        if not free:
            [self.store.delete(key, self.me) for key in done]
            return False
        self.send(Joined(nickname))
        self.deliver(Joined(nickname))
        return True

    def say(self, nickname, text):
        if self.broker_is_there:
            self.send(Said(nickname, text))
        self.deliver(Said(nickname, text))

    def leave(self, nickname):
        if self.broker_is_there:
            self.part(nickname)
        else:
            self.left_meanwhile.append(nickname)
        self.deliver(Left(nickname))

    def part(self, nickname):
        self.unclaim(nickname, self.me)
        self.send(Left(nickname))

    def unclaim(self, nickname, server):
        for key in lookalike_keys(nickname):
            self.store.delete(key, server)

    def hear(self, message, now):
        server, number, event = message
        if server == self.me or (server, number) in self.seen:
            return
        self.moments[server] = now
        self.seen.add((server, number))
        if event is None:
            return
        if event == Joined(event.nickname):
            self.pairs.append((server, event.nickname))
        if event == Left(event.nickname) and (server, event.nickname) in self.pairs:
            self.pairs.remove((server, event.nickname))
        self.deliver(event)

    def tick(self, now):
        if not self.broker_is_there:
            return
        silent = {server for server, moment in self.moments.items() if not now - moment < 10}
        ghosts = [pair for pair in self.pairs if pair[0] in silent]
        self.pairs = [pair for pair in self.pairs if pair[0] not in silent]
        for server, nickname in ghosts:
            self.unclaim(nickname, server)
            self.deliver(Left(nickname))
        self.send(None)

    def down(self):
        self.broker_is_there = False

    def up(self, now):
        self.broker_is_there = True
        self.moments = dict.fromkeys(self.moments, now)
        while self.left_meanwhile:
            self.part(self.left_meanwhile.pop(0))
