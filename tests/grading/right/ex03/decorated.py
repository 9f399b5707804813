import functools
import threading

from chatlab.room.events import Joined, Left, Refused, Said


class Stop(Exception):
    def __init__(self, answer):
        self.answer = answer


def locked(method):
    @functools.wraps(method)
    def inner(self, *args, **kwargs):
        with self.lock:
            try:
                return method(self, *args, **kwargs)
            except Stop as stop:
                return stop.answer

    return inner


class Room:
    def __init__(self):
        self.lock = threading.RLock()
        self.people = {}

    def only(self, address, event):
        raise Stop({address: event})

    def check_name(self, address, nickname):
        if self.people.get(address, nickname) != nickname:
            self.only(address, Refused("you have a name"))
        if address in self.people:
            self.only(address, Joined(nickname))
        if any(nickname.casefold() == n.casefold() for n in self.people.values()):
            self.only(address, Refused("name is taken"))

    @locked
    def join(self, address, nickname):
        self.check_name(address, nickname)
        self.people.setdefault(address, nickname)
        return self.tell(Joined(nickname))

    @locked
    def say(self, address, text):
        if address not in self.people:
            self.only(address, Refused("sign up"))
        return self.tell(Said(self.people[address], text))

    @locked
    def leave(self, address):
        if address not in self.people:
            raise Stop({})
        return self.tell(Left(self.people.pop(address)))

    @locked
    def tell(self, event):
        return {**dict.fromkeys(self.people, event)}
