from collections import OrderedDict

from chatlab.room.events import Joined, Left, Refused, Said


def make():
    table = OrderedDict()
    everybody = lambda event: OrderedDict((a, event) for a in table)

    def join(address, nickname):
        if (own := table.get(address)) is not None:
            return {address: Joined(own)} if own == nickname else {address: Refused("Sorry, %s." % own)}
        if {n.casefold() for n in table.values()} & {nickname.casefold()}:
            return {address: Refused("Sorry.")}
        table[address] = nickname
        return everybody(Joined(nickname))

    def say(address, text):
        return everybody(Said(table[address], text)) if address in table else {address: Refused("No.")}

    def leave(address):
        if address not in table:
            return {}
        nickname = table.pop(address)
        return everybody(Left(nickname))

    return join, say, leave


class Room:
    def __init__(self):
        self.join, self.say, self.leave = make()
