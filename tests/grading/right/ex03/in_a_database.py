import sqlite3

from chatlab.room.events import Joined, Left, Refused, Said


class Room:
    def __init__(self):
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.db.execute("CREATE TABLE members (host TEXT, port INT, nickname TEXT, folded TEXT UNIQUE)")

    def __del__(self):
        self.db.close()

    def nickname(self, address):
        row = self.db.execute("SELECT nickname FROM members WHERE host = ? AND port = ?", address).fetchone()
        return row[0] if row else None

    def all_hear(self, event):
        return {tuple(row): event for row in self.db.execute("SELECT host, port FROM members")}

    def join(self, address, nickname):
        own = self.nickname(address)
        if own is not None:
            return {address: Joined(own) if own == nickname else Refused("second name")}
        try:
            self.db.execute("INSERT INTO members VALUES (?, ?, ?, ?)", (*address, nickname, nickname.casefold()))
        except sqlite3.IntegrityError:
            return {address: Refused("not unique")}
        return self.all_hear(Joined(nickname))

    def say(self, address, text):
        own = self.nickname(address)
        return self.all_hear(Said(own, text)) if own is not None else {address: Refused("no row")}

    def leave(self, address):
        own = self.nickname(address)
        if own is None:
            return {}
        self.db.execute("DELETE FROM members WHERE host = ? AND port = ?", address)
        return self.all_hear(Left(own))
