# expects: have heard it when it happened
from chatlab.room.events import Joined, Left, Said
from chatlab.room.nicknames import lookalike_keys


class Bridge:
    def __init__(self, server, publish, deliver, store):
        self.server = server
        self.publish = publish
        self.deliver = deliver
        self.store = store
        self.number = 0
        self.broker = True
        self.gone = []
        self.last = {}
        self.times = {}
        self.others = {}

    def send(self, event):
        self.number += 1
        self.publish((self.server, self.number, event))

    def tell(self, event):
        self.deliver(event)
        if self.broker:
            self.send(event)

    def claim(self, nickname):
        have = []
        for key in lookalike_keys(nickname):
            try:
                self.store.create(key, self.server)
            except KeyError:
                for other in have:
                    self.store.delete(other, self.server)
                return False
            have.append(key)
        return True

    def free(self, nickname, server):
        for key in lookalike_keys(nickname):
            self.store.delete(key, server)

    def join(self, nickname):
        if not self.broker:
            return False
        if not self.claim(nickname):
            return False
        self.tell(Joined(nickname))
        return True

    def say(self, nickname, text):
        self.tell(Said(nickname, text))

    def leave(self, nickname):
        self.tell(Left(nickname))
        if self.broker:
            self.free(nickname, self.server)
        else:
            self.gone.append(nickname)

    def hear(self, message, now):
        server, number, event = message
        if server == self.server:
            return
        self.times[server] = now
        if number <= self.last.get(server, 0):
            return
        self.last[server] = number
        if isinstance(event, Joined):
            self.others[event.nickname] = server
        if isinstance(event, Left):
            self.others.pop(event.nickname, None)
        if event is not None:
            self.deliver(event)

    def tick(self, now):
        if not self.broker:
            return
        self.send(None)
        for nickname, server in list(self.others.items()):
            if now - self.times[server] >= 10:
                del self.others[nickname]
                self.deliver(Left(nickname))
                self.free(nickname, server)

    def down(self):
        self.broker = False

    def up(self, now):
        self.broker = True
        for server in self.times:
            self.times[server] = now
        for nickname in self.gone:
            self.tell(Left(nickname))
            self.free(nickname, self.server)
        self.gone = []
