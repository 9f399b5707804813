"""How somebody stands with a room: in it, or out of it and why, in words; and what they say meanwhile.

Pure; times are in seconds. A text is not refused because nobody answers: it waits (`outgoing`).
"""

from __future__ import annotations

from chatlab.panels.chat.outgoing import Outgoing
from chatlab.panels.chat.reasons import RUN_AGAIN, ended, in_one_line, sentence
from chatlab.panels.chat.tries import PAUSES, Tries
from chatlab.room.errors import CantUse, Refusal
from chatlab.room.events import Event, Gone, Joined, Refused, Said
from chatlab.room.nicknames import normalise
from chatlab.tcp.member import AGAIN


class Standing:
    """`is_in`, `status`: how things stand, the latter in words. `asked`: to try at once.

    What a method returns are the texts that wait from now on until their speaker is in.
    """

    def __init__(self) -> None:
        self.is_in = False
        self.status = "Signing up …"
        self.asked = False
        self.times_out = 0
        self.outgoing = Outgoing()
        self._tries = Tries()
        self._problem = ""  # why the last try has failed
        self._is_code = False  # whose cause is the learner's own code, and not the room

    def say(self, text: str) -> list[str]:
        self.outgoing.waiting.append(text)
        return [] if self.is_in else [text]

    def hear(self, event: Event, me: str, now: float) -> list[str]:
        """`me`: the nickname."""
        match event:
            case Joined(nickname) if nickname == me:
                self.get_in(now)
            case Gone(reason):
                return self.be_out(reason.removesuffix(AGAIN), now)
            case Said(nickname, said) if nickname == me:
                self.outgoing.came_back(said)
            case Refused():
                self.outgoing.is_refused()
        return []

    def get_in(self, now: float) -> None:
        self._tries.got_in(now)
        self.is_in, self.status, self._problem = True, "In the room", ""

    def be_out(self, why: str, now: float) -> list[str]:
        self.times_out += 1
        self.asked = self._is_code = False
        self._tell(sentence(why))
        return self.outgoing.wait_again(now)

    def try_again(self) -> None:
        if self._problem:
            self._tell(f"{self._problem} Trying again …")

    def fail(self, error: Exception) -> None:
        """The try has failed."""
        self._is_code = isinstance(error, CantUse)
        # What such a one begins with may be a name: "ex09 is not started yet".
        self._problem = ended(in_one_line(error)) if self._is_code else sentence(in_one_line(error))
        self._tell(self._problem)

    def pause(self, me: str, now: float) -> float | None:
        """How long to wait before the next try; None if there is to be none. `me`: the nickname."""
        pause = self._tries.pause(now)
        why = self._problem or self.status
        if not _can_be_had(me):
            self._tell(f"{why} Choose another nickname, and run this cell again.")
            return None
        if pause and not self.asked:
            hint = RUN_AGAIN if pause == PAUSES[-1] and not self._is_code else ""
            self._tell(f"{why} Next try in {pause:g}\u00a0s, or press Join.{hint}")
        return pause

    def _tell(self, status: str) -> None:
        """Say that, and why, the client is not in the room."""
        self.is_in, self.status = False, status


def _can_be_had(nickname: str) -> bool:
    """Whether there is a room that takes such a name."""
    try:
        normalise(nickname)
    except Refusal:
        return False
    return True
