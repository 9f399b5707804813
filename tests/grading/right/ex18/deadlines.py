import heapq

from chatlab.room.events import Joined, Left, Said
from chatlab.room.nicknames import lookalike_keys as keys_of


class Bridge:
    """A heap of deadlines: each server's is put off by whatever it publishes."""

    def __init__(self, server, publish, deliver, store):
        self.server, self.publish, self.deliver, self.store = server, publish, deliver, store
        self.number, self.up_, self.debt = 1, True, []
        self.deadline, self.heap = {}, []
        self.top, self.at = {}, {}

    def _out(self, event):
        number, self.number = self.number, self.number + 1
        self.publish((self.server, number, event))

    def _put_off(self, server, now):
        self.deadline[server] = now + 10
        heapq.heappush(self.heap, (now + 10, server))

    def join(self, nickname):
        return self.up_ and self._all(list(keys_of(nickname))) and not self._here(Joined(nickname))

    def _all(self, keys):
        if not keys:
            return True
        try:
            self.store.create(keys[0], self.server)
        except KeyError:
            return False
        if self._all(keys[1:]):
            return True
        self.store.delete(keys[0], self.server)
        return False

    def _here(self, event):
        self.deliver(event)
        if self.up_:
            self._out(event)

    def say(self, nickname, text):
        self._here(Said(nickname, text))

    def leave(self, nickname):
        self._here(Left(nickname))
        self.debt.append(nickname)
        if self.up_:
            self._pay(told=True)

    def _pay(self, told):
        for nickname in self.debt:
            if not told:
                self._out(Left(nickname))
            for key in keys_of(nickname):
                self.store.delete(key, self.server)
        self.debt = []

    def hear(self, message, now):
        server, number, event = message
        if server != self.server:
            self._put_off(server, now)
            if self.top.get(server, 0) < number:
                self.top[server] = number
                if event is not None:
                    if isinstance(event, Joined):
                        self.at[event.nickname] = server
                    elif isinstance(event, Left):
                        self.at.pop(event.nickname, "")
                    self.deliver(event)

    def tick(self, now):
        if self.up_:
            self._out(None)
            while self.heap and self.heap[0][0] <= now:
                moment, server = heapq.heappop(self.heap)
                if self.deadline[server] == moment:
                    for nickname in [n for n in self.at if self.at[n] == server]:
                        del self.at[nickname]
                        self.deliver(Left(nickname))
                        for key in keys_of(nickname):
                            self.store.delete(key, server)

    def down(self):
        self.up_ = False

    def up(self, now):
        self.up_ = True
        self.heap.clear()
        for server in self.deadline:
            self._put_off(server, now)
        self._pay(told=False)
