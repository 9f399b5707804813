from chatlab.room import events
from chatlab.room.nicknames import lookalike_keys


def numbered(server):
    number = 0
    event = yield
    while True:
        number += 1
        event = yield (server, number, event)


class Bridge:
    def __init__(self, server, publish, deliver, store):
        self._stamp = numbered(server)
        next(self._stamp)
        self._name = server
        self._send = publish
        self._show = deliver
        self._names = store
        self._down = None  # while it is down: a list of who left
        self._silent_for = {}  # server: (last time, last number)
        self._members = []

    def _emit(self, event):
        if self._down is None:
            self._send(self._stamp.send(event))

    def _release(self, nickname, server=None):
        for key in lookalike_keys(nickname):
            self._names.delete(key, server or self._name)

    def join(self, nickname):
        if self._down is not None:
            return False
        first, *rest = sorted(lookalike_keys(nickname))
        try:
            self._names.create(first, self._name)
        except KeyError:
            return False
        for key in rest:
            try:
                self._names.create(key, self._name)
            except KeyError:
                self._names.delete(first, self._name)
                return False
        self._show(events.Joined(nickname))
        self._emit(events.Joined(nickname))
        return True

    def say(self, nickname, text):
        event = events.Said(text=text, nickname=nickname)
        self._emit(event)
        self._show(event)

    def leave(self, nickname):
        event = events.Left(nickname)
        self._show(event)
        if self._down is None:
            self._emit(event)
            self._release(nickname)
        else:
            self._down.append(event)

    def hear(self, message, now):
        server, number, event = message
        if server == self._name:
            return
        before = self._silent_for.get(server, (now, 0))[1]
        self._silent_for[server] = now, max(before, number)
        if number <= before or event is None:
            return
        if isinstance(event, events.Joined):
            self._members.append((event.nickname, server))
        if isinstance(event, events.Left):
            self._members = [each for each in self._members if each[0] != event.nickname]
        self._show(event)

    def tick(self, now):
        if self._down is not None:
            return
        for nickname, server in self._members[:]:
            if now - self._silent_for[server][0] >= 10:
                self._members.remove((nickname, server))
                self._release(nickname, server)
                self._show(events.Left(nickname))
        self._emit(None)

    def down(self):
        self._down = []

    def up(self, now):
        left, self._down = self._down or [], None
        self._silent_for = {server: (now, number) for server, (_, number) in self._silent_for.items()}
        for event in left:
            self._emit(event)
            self._release(event.nickname)
