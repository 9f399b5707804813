from chatlab.room.events import Joined, Left, Refused, Said


class Room:
    def __init__(self):
        self.rows = []

    def join(self, address, nickname):
        for who, name in self.rows:
            if who == address:
                if name == nickname:
                    return {address: Joined(name)}
                return {address: Refused("no second nickname")}
        for who, name in self.rows:
            if name.casefold() == nickname.casefold():
                return {address: Refused("somebody has it")}
        self.rows.append((address, nickname))
        return {who: Joined(nickname) for who, _ in self.rows}

    def say(self, address, text):
        for who, name in self.rows:
            if who == address:
                return {listener: Said(name, text) for listener, _ in self.rows}
        return {address: Refused("who are you?")}

    def leave(self, address):
        for row in list(self.rows):
            if row[0] == address:
                self.rows.remove(row)
                return {who: Left(row[1]) for who, _ in self.rows}
        return {}
