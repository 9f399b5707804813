from chatlab.room.events import Joined, Left, Said
from chatlab.room.nicknames import lookalike_keys


class Up:
    def __init__(self, bridge):
        self.bridge = bridge

    def out(self, event):
        self.bridge.n += 1
        self.bridge.publish((self.bridge.server, self.bridge.n, event))

    def can_have(self, nickname):
        got = []
        try:
            for key in lookalike_keys(nickname):
                self.bridge.store.create(key, self.bridge.server)
                got.append(key)
        except KeyError:
            for key in got:
                self.bridge.store.delete(key, self.bridge.server)
            return False
        return True

    def gone(self, nickname):
        self.out(Left(nickname))
        self.drop(nickname, self.bridge.server)

    def drop(self, nickname, server):
        for key in lookalike_keys(nickname):
            self.bridge.store.delete(key, server)

    def look(self, now):
        self.out(None)
        for server, (heard, members) in self.bridge.servers.items():
            if now - heard < 10:
                continue
            for nickname in members:
                self.bridge.deliver(Left(nickname))
                self.drop(nickname, server)
            members.clear()


class Down:
    def __init__(self):
        self.left = []

    def out(self, event):
        pass

    def can_have(self, nickname):
        return False

    def gone(self, nickname):
        self.left.append(nickname)

    def look(self, now):
        pass


class Bridge:
    def __init__(self, server, publish, deliver, store):
        self.server = server
        self.publish = publish
        self.deliver = deliver
        self.store = store
        self.n = 0
        self.numbers = set()
        self.highest = {}
        self.servers = {}
        self.state = Up(self)

    def join(self, nickname):
        if self.state.can_have(nickname):
            self.deliver(Joined(nickname))
            self.state.out(Joined(nickname))
            return True
        return False

    def say(self, nickname, text):
        self.deliver(Said(nickname, text))
        self.state.out(Said(nickname, text))

    def leave(self, nickname):
        self.deliver(Left(nickname))
        self.state.gone(nickname)

    def hear(self, message, now):
        if message[0] == self.server:
            return
        _, members = self.servers.get(message[0], (0, {}))
        self.servers[message[0]] = (now, members)
        if message[1] <= self.highest.get(message[0], -1):
            return
        self.highest[message[0]] = message[1]
        event = message[2]
        if type(event) is Joined:
            members[event.nickname] = True
        elif type(event) is Left:
            members.pop(event.nickname, None)
        elif event is None:
            return
        self.deliver(event)

    def tick(self, now):
        self.state.look(now)

    def down(self):
        self.state = Down()

    def up(self, now):
        missed = getattr(self.state, "left", [])
        self.state = Up(self)
        for server, (_, members) in list(self.servers.items()):
            self.servers[server] = (now, members)
        for nickname in missed:
            self.state.gone(nickname)
