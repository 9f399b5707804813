# expects: chatlab.room is used, which is chatlab's own answer
import chatlab.room


class Room:
    def __init__(self) -> None:
        self.room = chatlab.room.Room()
