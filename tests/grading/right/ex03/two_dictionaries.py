from chatlab.room import events


class Room:
    """By address and by nickname, both at once."""

    def __init__(self):
        self._name = {}
        self._holder = {}

    def join(self, address, nickname):
        key = nickname.casefold()
        own = self._name.get(address)
        if own is not None:
            answer = events.Joined(own) if own == nickname else events.Refused(f"you are {own}")
            return {address: answer}
        if key in self._holder:
            return {address: events.Refused("taken")}
        self._name[address] = nickname
        self._holder[key] = address
        return self._everybody(events.Joined(nickname))

    def say(self, address, text):
        try:
            name = self._name[address]
        except KeyError:
            return {address: events.Refused("not here")}
        return self._everybody(events.Said(name, text))

    def leave(self, address):
        name = self._name.pop(address, None)
        if name is None:
            return {}
        del self._holder[name.casefold()]
        return self._everybody(events.Left(name))

    def _everybody(self, event):
        heard = {}
        for address in self._name:
            heard[address] = event
        return heard
