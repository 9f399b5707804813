"""A client of the TCP room that reads by the `Lines` of ex09, and says by its `send_text`. Lesson 09 ends in it.

Each connection loads the learner's file anew, and so does each text that is said: a panel that goes on trying to get in
is in as soon as the file is right.
"""

from __future__ import annotations

import math
from typing import Any

from chatlab.grading.attempt.printed import Printed
from chatlab.own.own_file import OwnFile
from chatlab.room.addresses import shown
from chatlab.room.errors import CantUse
from chatlab.tcp.client import TcpClient
from chatlab.tcp.client_connection import Connection
from chatlab.tcp.framing import LineBuffer
from chatlab.tcp.member import Outcome, TcpMember
from chatlab.tcp.protocol import MAX_ANSWER

EXERCISE = "ex09"
SECONDS = 2.0  # for a line to be sent


class OwnFramingClient(TcpClient):
    """`start` and `say` also raise CantUse."""

    def _new_member(self) -> TcpMember:
        file = OwnFile(EXERCISE)
        lines = file.use(lambda learner: learner.Lines(), Printed(), SECONDS)
        return OwnMember(self.nickname, shown(self.server_address), file, lines)

    def _send(self, line: bytes, connection: Connection) -> None:
        text = line.decode().removesuffix("\n")
        OwnFile(EXERCISE).use(lambda learner: learner.send_text(connection.socket, text), Printed(), SECONDS)


class OwnMember(TcpMember):
    """`lines`: a Lines out of `file`. When its code fails, the member is out, and says why."""

    def __init__(self, nickname: str, room_name: str, file: OwnFile, lines: Any) -> None:
        super().__init__(nickname, room_name)
        self._file = file
        self._lines = OwnLines(lines)

    def receive(self, data: bytes) -> Outcome:
        try:
            return super().receive(data)
        except CantUse as problem:
            return self._out(str(problem))
        except Exception as error:
            if not self._file.owns(error):
                raise
            return self._out(str(self._file.why(error)))


class OwnLines(LineBuffer):
    """A buffer that leaves the framing to `lines`."""

    def __init__(self, lines: Any) -> None:
        super().__init__(MAX_ANSWER)
        self._own = lines
        self._whole: list[bytes] = []

    def take(self, data: bytes = b"", most: float = math.inf) -> list[bytes]:
        """Raises CantUse, and whatever the learner's code raises."""
        if data:
            texts = self._own.feed(data)
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
                raise CantUse(f"feed answered {texts!r}: a list of texts is wanted")
            self._whole += [text.encode("utf-8", "replace") for text in texts]
        number = min(len(self._whole), most)
        taken, self._whole = self._whole[: int(number)], self._whole[int(number) :]
        self.ready = bool(self._whole)
        return taken
