# expects: chatlab.room.room is used, which is chatlab's own answer
import chatlab.room.room


class Room:
    def __init__(self) -> None:
        self.room = chatlab.room.room.Room()
